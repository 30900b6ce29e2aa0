"""Progress for people (a bar on stderr) and for programs (one JSON object per line on stdout)."""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from tqdm import tqdm


class Bar:
    """A progress bar on stderr; facts are written above it."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None

    def report(self, done: int, total: int, what: str) -> None:
        """Draw the state; the last step closes the bar."""
        if self._bar is None:
            # Dots and bars redrawn in a log file help nobody: only on a terminal.
            self._bar = tqdm(total=total, file=sys.stderr, disable=None, leave=False)
        self._bar.total = total
        self._bar.set_description(what, refresh=False)
        self._bar.update(done - self._bar.n)
        if done >= total:
            self.close()

    def log(self, message: str) -> None:
        """Write one line to stderr."""
        tqdm.write(message, file=sys.stderr)

    def done(self, output: str) -> None:
        """Tell where the result is."""
        self.log(f"Wrote {output}")

    def failed(self, code: str, message: str) -> None:  # noqa: ARG002 - codes are for programs
        """Tell a failure in one line."""
        self.close()
        self.log(f"Error: {message}")

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class JsonLines:
    """One JSON object per line on stdout: ``progress``, ``log``, ``found``, ``done`` or ``error`` events."""

    def _write(self, event: str, **values: object) -> None:
        if sys.stdout is None:  # closed by whoever started us: nobody listens
            return
        sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
        sys.stdout.flush()

    def report(self, done: int, total: int, what: str) -> None:
        """Write a progress event."""
        self._write("progress", done=done, total=total, what=what)

    def log(self, message: str) -> None:
        """Write a log event."""
        self._write("log", message=message)

    def found(self, figures: Mapping[str, object]) -> None:
        """Write what was found."""
        self._write("found", **figures)

    def done(self, output: str) -> None:
        """Write the done event."""
        self._write("done", output=output)

    def failed(self, code: str, message: str) -> None:
        """Write the error event, and the message to stderr for people reading logs."""
        with suppress(OSError):  # the failure may be that of stdout itself
            self._write("error", code=code, message=message)
        if sys.stderr is not None:
            sys.stderr.write(f"Error: {message}\n")
