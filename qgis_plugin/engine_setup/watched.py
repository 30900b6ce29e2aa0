"""Runs a module, and ends with the program that started it: ``PYTHON -I watched.py MODULE [ARGUMENTS]``.

That program holds the other end of standard input; it closes when the program ends, however that happens. So
no pip goes on writing into an environment after its QGIS was killed.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading


def _end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os._exit(1)


def main() -> None:
    """Run the module that the first argument names."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
