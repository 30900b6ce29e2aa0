"""How long work reports progress and learns that it should stop."""

from typing import Protocol


class Progress(Protocol):
    """Receives the state of a running job.

    Implementations may raise ``engine.errors.Cancelled`` from any call; the work then ends with its
    finished parts kept.
    """

    def report(self, done: int, total: int, what: str) -> None:
        """Tell that ``done`` of ``total`` steps of ``what`` are finished."""

    def log(self, message: str) -> None:
        """Tell a fact worth keeping, such as the device in use."""


class Silent:
    """Progress that goes nowhere: the default for library use."""

    def report(self, done: int, total: int, what: str) -> None:
        """Ignore the state."""

    def log(self, message: str) -> None:
        """Ignore the message."""
