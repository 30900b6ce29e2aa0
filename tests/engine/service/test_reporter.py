"""How often a request tells of itself."""

import pytest

from engine.errors import Cancelled
from engine.service.protocol import Log, Progress
from engine.service.reporter import LEAST_S, RequestReporter
from engine.stopping import Stop


class Clock:
    now_s = 0.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sent():
    return []


@pytest.fixture
def reporter(clock, sent):
    return RequestReporter(7, sent.append, Stop(), clock)


def test_progress_in_quick_succession_is_told_now_and_then_and_at_the_end(reporter, clock, sent):
    for done in range(1001):
        clock.now_s = done * LEAST_S / 10
        reporter.report(done, 1000, "working")
    assert 80 <= len(sent) <= 102
    assert sent[0] == Progress(7, 0, 1000, "working")
    assert sent[-1] == Progress(7, 1000, 1000, "working")
    reporter.flush()
    assert sent[-2] != sent[-1]


def test_a_state_that_was_held_back_is_told_in_the_end(reporter, sent):
    reporter.report(0, 9, "working")
    reporter.report(1, 9, "working")
    assert sent == [Progress(7, 0, 9, "working")]
    reporter.flush()
    assert sent[1:] == [Progress(7, 1, 9, "working")]


def test_facts_are_told_each(reporter, sent):
    reporter.log("one")
    reporter.log("two")
    assert sent == [Log(7, "one"), Log(7, "two")]


def test_whoever_wishes_to_stop_is_told_nothing_more(clock, sent):
    stop = Stop()
    reporter = RequestReporter(7, sent.append, stop, clock)
    stop.ask()
    for tell in (lambda: reporter.report(1, 1, "working"), lambda: reporter.log("fact")):
        with pytest.raises(Cancelled):
            tell()
    assert sent == []
