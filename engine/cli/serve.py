"""``plumbline serve``: the engine as a process that a program keeps and asks."""

import gc
import logging
import os
import signal
import sys
from contextlib import suppress
from functools import cache

import click

from engine.cli import STOPPED
from engine.cli.options import Number
from engine.errors import EngineError
from engine.service.server import Server, Work
from engine.service.streams import claim_streams


@cache
def _load_jobs() -> Work:
    """Load the libraries.

    Raises:
        EngineError: One cannot be loaded.
    """
    try:
        from engine.service.jobs import Jobs  # noqa: PLC0415 - takes seconds
    except (ImportError, OSError) as error:
        raise EngineError(f"A library cannot be loaded ({error}): set up the engine again.") from error
    # They stay for good: whoever collects garbage need not look through them each time.
    gc.freeze()
    return Jobs()


@click.command("serve", short_help="Answer the requests of a program, such as QGIS.")
@click.option("--idle-s", type=Number(0, min_open=True), help="End after so many seconds without a request.")
def command(*, idle_s: float | None) -> None:
    """Answer requests, one JSON object per line, from standard input to standard output.

    The process ends when its input ends.
    """
    try:
        streams = claim_streams()
    except OSError as error:
        sys.exit(f"Error: the engine is asked by a program, over its standard input and output ({error}).")
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # the end of the input tells that the client has gone
    if sys.platform == "win32":
        # There, large libraries do not load while another thread waits for input.
        with suppress(EngineError):  # told in the answers
            _load_jobs()
    code = 0
    try:
        Server(_load_jobs, streams.sender.send, idle_s=idle_s).run(streams.lines())
    except KeyboardInterrupt:
        code = STOPPED
    # Taking down the libraries would take seconds, and nothing is left to tidy up.
    os._exit(code)
