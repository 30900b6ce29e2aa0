"""``python -m engine`` is the command ``plumbline``."""

import sys


def run() -> None:
    """Run the command; a wish to stop is heard while libraries are still being loaded, too."""
    try:
        from engine.cli import main  # noqa: PLC0415 - takes a moment, in which a user may press Ctrl-C

        main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()
