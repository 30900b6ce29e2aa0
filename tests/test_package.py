"""The zip is what the plugin site takes, and what QGIS installs."""

import ast
import configparser
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path, PurePosixPath

import pytest

from scripts import package

ROOT = Path(__file__).resolve().parents[1]
REQUIRED = (
    "name",
    "description",
    "version",
    "qgisMinimumVersion",
    "author",
    "email",
    "about",
    "tracker",
    "repository",
    "homepage",
    "category",
    "tags",
    "icon",
    "license",
    "changelog",
    "external_deps",
)
FORBIDDEN_NAMES = re.compile(
    r"(^|/)(__pycache__|__MACOSX|tests?)(/|$)|(^|/)\.|\\|\.\.|:"
    r"|\.(pyc|pyo|so|dll|dylib|exe|bat|cmd|sh|ps1|qm|pkl|pt|pth)$"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return package.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def unpacked(built, tmp_path_factory):
    """The plugin's folder as it is after an installation."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(built) as opened:
        opened.extractall(folder)
    return folder / package.FOLDER


@pytest.fixture(scope="module")
def metadata(unpacked):
    # As the site and QGIS read it, so a bare % would be an error here too.
    parser = configparser.ConfigParser()
    parser.optionxform = str
    parser.read(unpacked / "metadata.txt", encoding="utf-8")
    return dict(parser["general"])


def _names(built):
    with zipfile.ZipFile(built) as opened:
        return opened.namelist()


def _modules_of_the_plugin(unpacked):
    return [path for path in unpacked.rglob("*.py") if path.relative_to(unpacked).parts[0] != "engine"]


def test_one_folder_with_what_the_site_asks_for(built):
    names = _names(built)
    assert {PurePosixPath(name).parts[0] for name in names} == {"plumbline"}
    for needed in ("__init__.py", "metadata.txt", "LICENSE", "engine/__main__.py", "engine/version.py"):
        assert f"plumbline/{needed}" in names
    assert built.stat().st_size <= 25_000_000
    assert not [name for name in names if FORBIDDEN_NAMES.search(name)]


def test_all_that_git_tracks_of_plugin_and_engine_is_in_it_and_nothing_else(built):
    tracked = package.tracked_files(ROOT)
    parts = [path for path in tracked if path.startswith(("qgis_plugin/", "engine/"))]
    assert len(_names(built)) == len(set(_names(built))) == len(parts) + len(("metadata.txt", "LICENSE"))


def test_the_same_files_give_the_same_bytes(built, tmp_path):
    again = package.build(tmp_path / "again")
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(built.read_bytes()).digest()
    with zipfile.ZipFile(built) as opened:
        assert opened.namelist() == sorted(opened.namelist())
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in opened.infolist()} == {0o100644}


def test_what_git_does_not_track_stays_outside(tmp_path):
    checkout = tmp_path / "checkout"
    (checkout / "qgis_plugin").mkdir(parents=True)
    for name in ("metadata.txt", "qgis_plugin/__init__.py", "qgis_plugin/own_notes.py"):
        (checkout / name).write_text("version=1.2.3\n")
    for command in (["init", "--quiet"], ["add", "metadata.txt", "qgis_plugin/__init__.py"]):
        subprocess.run(["git", *command], cwd=checkout, check=True)  # noqa: S607
    built = package.build(tmp_path, checkout)
    assert built.name == "plumbline-1.2.3.zip"
    assert _names(built) == ["plumbline/__init__.py", "plumbline/metadata.txt"]


def test_too_large_a_zip_is_not_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(package, "MOST_BYTES", 1000)
    with pytest.raises(SystemExit, match="the plugin site takes 1,000"):
        package.build(tmp_path)
    assert not list(tmp_path.iterdir())


def test_without_git_it_says_what_is_needed(tmp_path):
    (tmp_path / "metadata.txt").write_text("version=1.2.3\n")
    with pytest.raises(SystemExit, match="clone it"):
        package.build(tmp_path / "dist", tmp_path)


def test_metadata_is_whole(metadata, unpacked):
    assert not [name for name in REQUIRED if not metadata.get(name, "").strip()]
    assert re.fullmatch(r"\d+\.\d+\.\d+", metadata["version"])
    assert (metadata["qgisMinimumVersion"], metadata["qgisMaximumVersion"]) == ("3.22", "4.99")
    assert metadata["hasProcessingProvider"] == "yes"
    assert "supportsQt6" not in metadata
    assert re.fullmatch(r"[\w.]+@[\w.]+", metadata["email"])
    for link in ("homepage", "tracker", "repository"):
        assert metadata[link].startswith("https://")
    assert (unpacked / metadata["icon"]).read_text(encoding="utf-8").lstrip().startswith("<")
    for said in ("External dependency", "Set up engine", "GB"):
        assert said in metadata["about"]


def test_versions_agree(metadata, unpacked, built):
    code = "import engine.version; print(engine.version.VERSION, engine.version.__file__)"
    run = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(unpacked)!r}); {code}"],
        check=True,
        capture_output=True,
        text=True,
    )
    said, _, path = run.stdout.strip().partition(" ")
    assert said == metadata["version"]
    assert Path(path).is_relative_to(unpacked)
    assert built.name == f"plumbline-{said}.zip"
    assert f"\n## {said}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert metadata["changelog"].startswith(f"{said}:")


def test_bandit_finds_nothing_of_any_severity(unpacked):
    """The site blocks a version on any finding, however slight."""
    bandit = [sys.executable, "-m", "bandit", "--quiet", "--format", "json", "--recursive", str(unpacked)]
    scan = json.loads(subprocess.run(bandit, check=False, capture_output=True, text=True).stdout)
    found = [
        f"{each['filename']}:{each['line_number']} {each['test_id']} {each['issue_text']}"
        for each in scan["results"]
    ]
    assert not found
    assert not scan["errors"]
    assert scan["metrics"]["_totals"]["loc"] > 1000


def test_every_silenced_finding_says_which_and_why(unpacked):
    for path in unpacked.rglob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for before, line in pairwise(lines):
            if "nosec" not in line:
                continue
            assert re.search(r"# nosec B\d{3}\b", line), f"{path.name}: {line.strip()}"
            imports = re.match(r"(import|from) ", line)  # the use is what needs the reason
            reason = re.search(r"nosec [B0-9, ]+#", line) or before.strip().startswith("#")
            assert imports or reason, f"{path.name}: {line.strip()}"


def test_there_are_no_secrets(unpacked):
    command = [sys.executable, "-m", "detect_secrets", "scan", "--all-files", "."]
    scan = subprocess.run(command, cwd=unpacked, check=True, capture_output=True, text=True)
    assert json.loads(scan.stdout)["results"] == {}


def test_the_plugin_is_python_3_9(unpacked):
    """The grammar, and no import that came later: QGIS 3.22 brings Python 3.9 on Windows."""
    for path in _modules_of_the_plugin(unpacked):
        tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
        unions = any(
            isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) for node in ast.walk(tree)
        )
        futures = [
            node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        ]
        assert futures or not unions, f"{path}: from __future__ import annotations"


def _imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def test_the_plugin_finds_itself_under_its_own_name_and_qt_through_qgis(unpacked):
    standard = sys.stdlib_module_names | {"qgis", "osgeo", "processing"}
    for path in _modules_of_the_plugin(unpacked):
        for name in _imported(ast.parse(path.read_text(encoding="utf-8"))):
            # The launcher runs in the engine's interpreter.
            allowed = standard | ({"engine"} if path.name == "launch.py" else set())
            assert name.partition(".")[0] in allowed, f"{path}: {name}"
