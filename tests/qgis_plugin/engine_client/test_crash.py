import pytest

from qgis_plugin.engine_client.crash import crash_text, how_it_ended


@pytest.mark.parametrize(
    ("code", "platform", "words"),
    [
        (-9, "linux", "it was killed, as a system does when memory runs out (signal 9)"),
        (137, "linux", "it was killed, as a system does when memory runs out (signal 9)"),
        (-11, "darwin", "segmentation fault, a fault within a library (signal 11)"),
        (-31, "linux", "it was ended (signal 31)"),
        (1, "linux", "it ended by itself (exit code 1)"),
        (0, "linux", "it ended by itself (exit code 0)"),
        (0xC0000005, "win32", "access violation, a fault within a library (exit code 0xc0000005)"),
        (-1073741819, "win32", "access violation, a fault within a library (exit code 0xc0000005)"),
        (0xC0000135, "win32", "a library (DLL) that it needs is not there (exit code 0xc0000135)"),
        (1, "win32", "it ended by itself (exit code 0x1)"),
    ],
)
def test_exit_codes_in_words(code, platform, words):
    assert how_it_ended(code, platform) == words


def test_a_crash_is_told_with_its_last_words_and_what_to_do():
    lines = [f"line {number}" for number in range(20)] + ["x" * 5000]
    text = crash_text("The engine did not start", "it ended", lines, "Start it again.")
    what, words, *said, advice = text.split("\n")
    assert (what, words, advice) == (
        "The engine did not start: it ended.",
        "Its last words:",
        "Start it again.",
    )
    assert said[:4] == [f"  line {number}" for number in (16, 17, 18, 19)]
    assert len(said) == 5
    assert len(said[-1]) < 400


def test_a_crash_without_words():
    assert crash_text("A", "b", [], "C.") == "A: b.\nC."
