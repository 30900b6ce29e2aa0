"""How far a set-up is: never back, and with something to see in long downloads."""

from qgis_plugin.engine_setup.progress import Progress, Step, Watch

LINES = [
    "Collecting numpy==2.4.6 (from -r requirements.txt (line 17))",
    "  Downloading numpy-2.4.6-cp312.whl (10.0 MB)",
    "Collecting scipy==1.17.1 (from -r requirements.txt (line 24))",
    "  Using cached scipy-1.17.1-cp312.whl (30.0 MB)",
    "Installing collected packages: numpy, scipy",
    "Successfully installed numpy-2.4.6 scipy-1.17.1",
]


def test_progress_follows_the_lines_the_download_and_the_unpacking(tmp_path):
    temporary = tmp_path / "temporary"
    part = temporary / "pip-unpack-x" / "numpy-2.4.6-cp312.whl"
    part.parent.mkdir(parents=True)
    packages = tmp_path / "lib" / "python3.12" / "site-packages"
    packages.mkdir(parents=True)
    seen = []
    progress = Progress(Watch(on_advance=seen.append), temporary)
    progress.enter(Step.DOWNLOAD, 0.5, 0.9, packages=2)
    for line in LINES:
        progress.line(line)
        progress.look()
        if "Downloading" in line:
            for size in (2_500_000, 10_400_000):  # pip rounds sizes
                part.write_bytes(bytes(size))
                progress.look()
        if "Installing" in line:
            for name in ("numpy-2.4.6.dist-info", "scipy-1.17.1.dist-info"):
                (packages / name).mkdir()
                progress.look()
    fractions = [each.fraction for each in seen]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.5
    assert fractions[-1] == 0.9
    downloads = [each for each in seen if each.total_bytes]
    assert [each.done_bytes for each in downloads] == [0, 2_500_000, 10_000_000]
    assert {each.package for each in downloads} == {"numpy"}
    assert seen[-1].step is Step.INSTALL


def test_what_did_not_change_is_not_said_twice(tmp_path):
    seen = []
    progress = Progress(Watch(on_advance=seen.append), tmp_path / "temporary")
    progress.enter(Step.PYTHON, 0.0, 0.1)
    progress.enter(Step.PYTHON, 0.0, 0.1)
    assert len(seen) == 1


def test_a_part_that_begins_again_does_not_go_back(tmp_path):
    """As when an interrupted set-up cannot be continued and is made anew."""
    seen = []
    progress = Progress(Watch(on_advance=seen.append), tmp_path / "temporary")
    progress.enter(Step.CHECK, 0.9, 1.0)
    progress.enter(Step.PYTHON, 0.0, 0.1)
    assert [each.fraction for each in seen] == [0.9, 0.9]
