"""Why a process ended, in words that help the one who waited for it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

_SIGNALS = {
    2: "another program asked it to end",
    4: "it used an instruction that this processor does not have",
    6: "it gave up on a fault within a library",
    8: "a fault in arithmetic within a library",
    9: "it was killed, as a system does when memory runs out",
    11: "segmentation fault, a fault within a library",
    15: "another program asked it to end",
}
_WINDOWS_CODES = {
    0xC0000005: "access violation, a fault within a library",
    0xC0000017: "memory ran out",
    0xC000001D: "it used an instruction that this processor does not have",
    0xC00000FD: "stack overflow, a fault within a library",
    0xC0000135: "a library (DLL) that it needs is not there",
    0xC0000142: "a library (DLL) could not begin",
    0xC0000409: "it gave up on a fault within a library",
}
_MEMORY_RAN_OUT = {-9, 137, 0xC0000017}
_SHOWN_LINES = 5
_SHOWN_LETTERS = 300


def how_it_ended(code: int, platform: str = sys.platform) -> str:
    """Say in words what a process's exit code means.

    Args:
        code: As ``subprocess`` returns it: -9 means signal 9.
        platform: As ``sys.platform``.
    """
    if platform == "win32":
        code &= 0xFFFFFFFF
        return f"{_WINDOWS_CODES.get(code, 'it ended by itself')} (exit code {code:#x})"
    # A shell script in between says 128 + 9.
    number = -code if code < 0 else code - 128
    if code < 0 or number in _SIGNALS:
        return f"{_SIGNALS.get(number, 'it was ended')} (signal {number})"
    return f"it ended by itself (exit code {code})"


def advice_after(code: int) -> str:
    """Say what to do after an engine ended in the midst of its work with this exit code."""
    again = "the next request starts the engine again"
    if code in _MEMORY_RAN_OUT:
        return f"Close other programs or choose a smaller extent; {again}."
    return f'If it happens again, "Check engine" (plumbline:checkengine) tells what runs here; {again}.'


def crash_text(what: str, why: str, last_words: Sequence[str], advice: str) -> str:
    """Return what a user is told of a process that ended too early.

    Args:
        what: What came to nothing.
        why: As ``how_it_ended`` says it.
        last_words: Last lines of its standard error.
        advice: What to do.
    """
    shown = [line[:_SHOWN_LETTERS] for line in last_words[-_SHOWN_LINES:]]
    said = ["Its last words:", *(f"  {line}" for line in shown)] if shown else []
    return "\n".join([f"{what}: {why}.", *said, advice])
