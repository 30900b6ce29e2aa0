"""How work is stopped in its midst: by a signal from outside, or by another thread."""

import _thread
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from engine.errors import Cancelled

Outcome = TypeVar("Outcome")

_POLL_S = 0.05
_LEAVE_S = 0.5
"""How long work that is given up may take to notice it."""

_WAKE = signal.SIGUSR1 if os.name == "posix" else signal.SIGTERM
"""Says to the main thread that there is a wish to hear. On Windows nobody outside sends this one."""


class Stop:
    """A wish to stop one piece of work of the main thread; any thread may have it.

    Attributes:
        asked: Whether somebody wishes it.
    """

    def __init__(self) -> None:
        self.asked = False
        self._listening = False
        self._deferred = False

    def ask(self) -> None:
        """Wish it: what the main thread does within ``stopped_by`` ends as soon as it runs Python again."""
        if self.asked:
            return
        self.asked = True
        if self._listening:
            threading.Thread(target=self._insist, name="stop", daemon=True).start()

    def _insist(self) -> None:
        # A signal is lost on a thread that is just about to wait: it waits all the same.
        while self._listening:
            _wake_main_thread()
            time.sleep(_POLL_S)

    def check(self) -> None:
        """Stop here if somebody wishes it.

        Raises:
            Cancelled: Somebody does.
        """
        if self.asked:
            raise Cancelled

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Let what is inside come to its end: half a message would garble all that follow."""
        self._deferred = True
        try:
            yield
        finally:
            self._deferred = False

    def listen(self) -> None:
        """Begin to hear the wish."""
        signal.signal(_WAKE, self._hear)
        self._listening = True
        self.check()

    def leave(self) -> None:
        """Hear it no more. The handler stays: a wish that comes late does no harm, least of all to others."""
        self._listening = False

    def _hear(self, _signal: int, _frame: FrameType | None) -> None:
        if self.asked and self._listening and not self._deferred:
            # Once only: what tidies up is left in peace.
            self._listening = False
            raise Cancelled


def _wake_main_thread() -> None:
    if os.name == "posix":
        # A signal to the thread itself also ends its waiting for locks and processes.
        signal.pthread_kill(threading.main_thread().ident or 0, _WAKE)
    else:
        _thread.interrupt_main(_WAKE)


@contextmanager
def stopped_by(stop: Stop) -> Iterator[None]:
    """Let a wish of another thread stop what is inside, whatever libraries make of it.

    Libraries in C turn an exception that comes in their midst into an error of their own: weights would be
    called damaged because somebody stopped while they were read. Here it is turned back.

    Args:
        stop: The wish; it may have been there before.

    Raises:
        Cancelled: Somebody wished it.
    """
    try:
        stop.listen()
        yield
    except Exception as error:
        if stop.asked:
            raise Cancelled from error
        raise
    finally:
        stop.leave()


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let signals to end stop what is inside, whatever libraries make of them; see ``stopped_by``.

    Raises:
        Cancelled: A signal came.
    """
    asked = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        raise Cancelled

    numbers = [signal.SIGTERM]
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not switched off, as nohup does
        numbers.append(signal.SIGINT)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    except Exception as error:
        if asked:
            raise Cancelled from error
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def run_aside(work: Callable[[], Outcome], *, give_up: Callable[[], None]) -> Outcome:
    """Run what stays in C for long in another thread, so that a wish to stop is heard meanwhile.

    Args:
        work: Runs without the interpreter's lock, so that this thread goes on.
        give_up: Called when there is a wish to stop: spoils the work, so that it ends soon.

    Raises:
        Exception: Whatever the work raises.
        Cancelled: There was a wish to stop; the work may go on for a while.
    """
    outcome: Future[Outcome] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            outcome.set_exception(error)

    thread = threading.Thread(target=run, name="aside", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            # Not for ever at a time: on Windows a thread that waits hears nothing.
            thread.join(_POLL_S)
    except BaseException:
        give_up()
        thread.join(_LEAVE_S)
        raise
    return outcome.result()
