"""Build the plugin's zip: one folder ``plumbline/`` of the plugin, the engine, metadata and licence.

usage: python -m scripts.package [FOLDER], which is ``dist`` otherwise. The same files give the same bytes:
only what git tracks goes in, sorted, under one date.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
FOLDER = "plumbline"
"""The one folder in the zip, and the plugin's name in QGIS."""
MOST_BYTES = 25_000_000
"""The plugin site takes no more."""

_WHOLE_FILES = ("metadata.txt", "LICENSE")
_DATE = (1980, 1, 1, 0, 0, 0)
_READABLE_FILE = 0o100644


def place_in_zip(path: str) -> str | None:
    """Return where a file of the checkout lies in the zip, or None if it stays outside.

    >>> place_in_zip("qgis_plugin/gui/__init__.py"), place_in_zip("engine/errors.py")
    ('plumbline/gui/__init__.py', 'plumbline/engine/errors.py')
    >>> place_in_zip("tests/conftest.py") is None
    True
    """
    parts = PurePosixPath(path).parts
    if parts[0] == "qgis_plugin":
        return str(PurePosixPath(FOLDER, *parts[1:]))
    if parts[0] == "engine" or path in _WHOLE_FILES:
        return str(PurePosixPath(FOLDER, *parts))
    return None


def tracked_files(root: Path) -> list[str]:
    """List what git tracks, as paths relative to the root.

    Raises:
        SystemExit: The root is no checkout of git.
    """
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        raise SystemExit(f"{root} is no checkout of git: the package holds what git tracks, so clone it.")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=root, check=True, capture_output=True)  # noqa: S603
    return sorted(listed.stdout.decode().split("\0")[:-1])


def write_zip(target: Path, root: Path, files: Sequence[str]) -> None:
    """Write files of a checkout to where they belong in the zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, path in sorted((place_in_zip(path), path) for path in files if place_in_zip(path)):
            entry = zipfile.ZipInfo(str(name), _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is built
            entry.external_attr = _READABLE_FILE << 16
            package.writestr(entry, (root / path).read_bytes())


def version_of(metadata: Path) -> str:
    """Return the version that a metadata.txt states."""
    lines = metadata.read_text(encoding="utf-8").splitlines()
    return next(line.partition("=")[2].strip() for line in lines if line.startswith("version="))


def build(folder: Path, root: Path = ROOT) -> Path:
    """Build the zip of a checkout.

    Args:
        folder: Where it is written, under a name with the version.
        root: The checkout.

    Returns:
        The finished zip.

    Raises:
        SystemExit: The root is no checkout of git, or the zip is larger than the plugin site takes.
    """
    target = folder / f"{FOLDER}-{version_of(root / 'metadata.txt')}.zip"
    unfinished = target.with_suffix(".unfinished")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        write_zip(unfinished, root, tracked_files(root))
        size_bytes = unfinished.stat().st_size
        if size_bytes > MOST_BYTES:
            raise SystemExit(f"The zip has {size_bytes:,} bytes; the plugin site takes {MOST_BYTES:,}.")
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target


def main() -> None:
    """Build the zip, and say where it is."""
    built = build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist")
    sys.stdout.write(f"{built} ({built.stat().st_size / 1e6:.1f} MB)\n")


if __name__ == "__main__":
    main()
