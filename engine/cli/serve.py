"""``plumbline serve``: the engine as a process that a program keeps and asks."""

import gc
import logging
import os
import signal
import sys
from functools import cache

import click

from engine.cli import STOPPED
from engine.cli.options import Number
from engine.progress import Progress
from engine.service.protocol import Result
from engine.service.requests import Request
from engine.service.server import Server, Work
from engine.service.streams import claim_streams


class _LazyJobs:
    """Carries out requests by libraries that are loaded for the first: they take seconds."""

    def __call__(self, request: Request, progress: Progress) -> Result:
        return self.load()(request, progress)

    def release(self) -> None:
        self.load().release()

    @cache  # noqa: B019 - there is one, for as long as the process runs
    def load(self) -> Work:
        """Load the libraries."""
        from engine.service.jobs import Jobs  # noqa: PLC0415 - takes seconds

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
    jobs = _LazyJobs()
    if sys.platform == "win32":
        # There, large libraries do not load while another thread waits for input.
        jobs.load()
    code = 0
    try:
        Server(jobs, streams.sender.send, idle_s=idle_s).run(streams.lines())
    except KeyboardInterrupt:
        code = STOPPED
    # Taking down the libraries would take seconds, and nothing is left to tidy up.
    os._exit(code)
