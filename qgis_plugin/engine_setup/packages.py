"""Lists the packages of the interpreter that runs this file: ``PYTHON -I packages.py``.

Prints one line of JSON: the interpreter's version, the version of each package, and which packages lack
files. An interrupted pip leaves such: unpacked in part, and yet with a name and a version.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path


def _is_whole(package: Distribution) -> bool:
    """Tell whether all files that a package lists are there with the size it states."""
    files = package.files
    if files is None:
        return False
    for file in files:
        # Byte code is made where the interpreter likes it.
        if file.suffix == ".pyc":
            continue
        try:
            size = Path(file.locate()).stat().st_size
        except OSError:
            return False
        if file.size is not None and size != file.size:
            return False
    return True


def main() -> None:
    """Print what is installed."""
    found = {name: package for package in distributions() if (name := package.metadata["Name"])}
    said = {
        "python": ".".join(map(str, sys.version_info[:3])),
        "versions": {name: package.version for name, package in found.items()},
        "broken": sorted(name for name, package in found.items() if not _is_whole(package)),
    }
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
