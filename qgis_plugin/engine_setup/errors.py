"""Why a set-up ended early."""

from __future__ import annotations


class SetUpError(Exception):
    """The set-up cannot go on; the message says what was found and what to do."""


class SetUpCancelled(Exception):  # noqa: N818 - no error: the user asked for it
    """The user stopped the set-up; what was installed so far is kept for the next run."""
