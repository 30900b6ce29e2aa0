"""``python -m engine`` is the command ``plumbline``."""

from engine.cli import main

main()
