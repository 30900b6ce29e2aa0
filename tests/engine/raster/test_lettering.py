"""Words drawn without a font."""

import pytest

from engine.raster.lettering import word_width, write_word

TEXTS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789", ".,:;-–−+_%°²=()/<>±×?"


@pytest.mark.parametrize("text", TEXTS)
def test_every_letter_has_a_shape_of_its_own(text):
    shapes = {letter: [stroke.tolist() for stroke in write_word(letter, 0, 0)[0]] for letter in text}
    assert all(shapes.values())
    # A dash is a dash, whatever its name.
    assert len({str(shape) for shape in shapes.values()}) >= len(text) - 1


@pytest.mark.parametrize("text", TEXTS)
def test_strokes_stay_on_their_line(text):
    strokes, end = write_word(text, 10.0, 20.0)
    assert all(20 <= y <= 28 and 10 <= x < end for stroke in strokes for x, y in stroke.tolist())


def test_letters_follow_each_other_without_touching():
    first, end = write_word("Ab", 0.0, 0.0)
    second, _ = write_word("c", end, 0.0)
    assert max(stroke[:, 0].max() for stroke in first) < min(stroke[:, 0].min() for stroke in second)
    assert word_width("Ab") < end
    assert word_width("") == 0.0


def test_unknown_letters_lose_their_accents_or_become_question_marks():
    for letter, drawn in (("é", "e"), ("Å", "A"), ("東", "?"), ("\u202e", "?")):
        assert [each.tolist() for each in write_word(letter, 0, 0)[0]] == [
            each.tolist() for each in write_word(drawn, 0, 0)[0]
        ]
