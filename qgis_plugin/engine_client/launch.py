"""Runs the engine that lies beside this plugin: ``PYTHON -I launch.py ENGINE_ROOT serve [--idle-s N]``.

Runs in the engine's interpreter. That is isolated and so has no folder of ours on its path; it is given one.
"""

from __future__ import annotations

import runpy
import sys

LEAST_PYTHON = (3, 11)


def main() -> None:
    """Run the engine's command line."""
    if sys.version_info < LEAST_PYTHON:
        found, needed = (".".join(map(str, each[:2])) for each in (sys.version_info, LEAST_PYTHON))
        sys.exit(f"The engine needs Python {needed} or later; {sys.executable} is Python {found}.")
    root = sys.argv.pop(1)
    # First, so that another package of this name in the interpreter is not taken for it.
    sys.path.insert(0, root)
    runpy.run_module("engine", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
