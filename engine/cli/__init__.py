"""The command line: reads options, calls, writes. What a command does stands in the library.

A command is loaded when it is called: some need torch, which takes seconds, and most do not.
"""

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import click

from engine.version import VERSION

STOPPED = 130
"""Exit code of a command that the user stopped."""


class _Rooms(click.Group):
    """A group whose commands live in modules of this package, by their names."""

    def __init__(self, *arguments: Any, rooms: Sequence[str], **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._rooms = rooms

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the commands."""
        return list(self._rooms)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load a command."""
        if cmd_name not in self._rooms:
            return None
        try:
            command: click.Command = importlib.import_module(f"engine.cli.{cmd_name}").command
        except KeyboardInterrupt:
            sys.exit(STOPPED)
        return command


@click.group(
    cls=_Rooms,
    rooms=(
        *("roads", "heights", "rectify", "footprints", "challenge"),
        *("evaluate", "convert", "doctor", "serve"),
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(VERSION, prog_name="plumbline")
def main() -> None:
    """Road graphs from one overhead image, on your own machine."""


if os.name == "posix":
    # A reader that closes the pipe early (| head) is no failure of ours.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
