"""What becomes of requests, without any process: only the order of events matters here."""

from pathlib import Path

import pytest

from qgis_plugin.engine_client.conversation import Conversation
from qgis_plugin.engine_client.errors import EngineCancelled, EngineCrashed, EngineFailed
from qgis_plugin.engine_client.pending import Pending
from qgis_plugin.engine_client.protocol import (
    CANCELLED,
    Answer,
    Call,
    Cancel,
    Failure,
    Progress,
    Result,
    decode_from_engine,
    decode_to_engine,
    encode,
)
from qgis_plugin.engine_client.requests import Examine, Hello, Shutdown


class Child:
    """Keeps what it is told."""

    def __init__(self):
        self.said, self.lines, self.listens, self.killed = [], [], True, False

    def send(self, line):
        self.lines.append(line)
        self.said += [decode_to_engine(line)] if self.listens else []
        return self.listens

    def end(self, last_line, *, grace_s):
        self.send(last_line)

    def kill(self):
        self.killed = True

    def stderr_tail(self):
        return []


class Story:
    """A conversation, and those who take part in it."""

    def __init__(self):
        self.children, self.log = [], []
        self.conversation = Conversation(
            self._start, self.log.append, version="1.2.3", start_s=60.0, grace_s=1.5
        )

    def _start(self, number):
        self.children.append(Child())
        assert number == len(self.children)
        return self.children[-1]

    def ask(self, number, request=Examine(), hear=print):  # noqa: B008 - a frozen value
        pending = Pending(number, request, hear, hear, self.conversation.cancel)
        self.conversation.add(pending)
        return pending

    def hear(self, message, process=None):
        line = message if isinstance(message, bytes) else encode(message)
        self.conversation.hear(process or len(self.children), line)

    def greet(self):
        self.hear(Answer(0, Result(facts={"protocol": "1"})))

    def die(self, code):
        self.conversation.ended(len(self.children), code)


@pytest.fixture
def story():
    return Story()


def outcome(pending):
    if not pending.wait(0):
        return None
    try:
        return pending.result()
    except (EngineCancelled, EngineCrashed, EngineFailed) as error:
        return type(error)


def test_first_hello_then_one_request_at_a_time(story):
    pendings = [story.ask(1), story.ask(2)]
    assert story.children[0].said == [Call(0, Hello("1.2.3"))]
    story.greet()
    assert story.children[0].said[1:] == [Call(1, Examine())]
    story.hear(Answer(1, Result(figures={"a": 1.0})))
    assert story.children[0].said[2:] == [Call(2, Examine())]
    assert [outcome(each) for each in pendings] == [Result(figures={"a": 1.0}), None]


def test_an_answer_that_comes_after_the_kill_is_too_late_for_all(story):
    first, second = story.ask(1), story.ask(2)
    story.greet()
    first.cancel()
    story.conversation.overdue()
    story.hear(Answer(1, Result()))
    assert outcome(first) is None
    story.die(-9)
    assert [outcome(first), outcome(second)] == [EngineCancelled, None]
    story.greet()
    story.hear(Answer(2, Result()))
    assert outcome(second) == Result()
    assert [child.killed for child in story.children] == [True, False]


def test_an_answer_after_cancel_is_the_result(story):
    pending = story.ask(1)
    story.greet()
    pending.cancel()
    assert story.children[0].said[-1] == Cancel(1)
    assert story.conversation.deadline_s is not None
    story.hear(Answer(1, Result()))
    assert outcome(pending) == Result()
    assert story.conversation.deadline_s is None


@pytest.mark.parametrize("code", [0, 1, -9])
def test_who_cancelled_does_not_want_it_sent_again(story, code):
    pending = story.ask(1)
    story.greet()
    pending.cancel()
    story.die(code)
    assert outcome(pending) == EngineCancelled
    assert len(story.children) == 1
    assert story.conversation.at_rest


@pytest.mark.parametrize("code", [0, -9])
def test_what_did_not_go_into_the_pipe_is_sent_again_once(story, code):
    first = story.ask(1)
    story.greet()
    story.hear(Answer(1, Result()))
    story.children[0].listens = False
    pending = story.ask(2)
    assert story.children[0].killed
    story.die(code)
    assert outcome(pending) is None
    story.greet()
    assert story.children[1].said[-1] == Call(2, Examine())
    story.die(code)
    assert [outcome(first), outcome(pending)] == [Result(), EngineCrashed]


def test_an_older_process_has_no_say(story):
    first = story.ask(1)
    story.greet()
    story.die(-11)
    second = story.ask(2)
    story.greet()
    story.hear(Answer(2, Result()), process=1)
    story.conversation.ended(1, -9)
    assert [outcome(first), outcome(second)] == [EngineCrashed, None]


def test_nobody_is_greeted_twice(story):
    pending = story.ask(1)
    story.greet()
    story.greet()
    story.hear(Progress(0, 1, 2, "windows"))
    assert len(story.log) == 2
    assert outcome(pending) is None


def test_close_says_goodbye_and_forgets_why_it_would_have_killed(story):
    pending = story.ask(1)
    story.greet()
    pending.cancel()
    story.conversation.overdue()
    story.conversation.close()
    assert story.children[0].said[-1] == Call(-1, Shutdown())
    assert story.conversation.at_rest
    later = story.ask(2)
    story.greet()
    story.die(-9)
    assert [outcome(pending), outcome(later)] == [EngineCancelled, EngineCrashed]


def test_a_recorded_conversation_is_led_as_it_was(story):
    recorded = (Path(__file__).resolve().parents[2] / "contract" / "transcript.txt").read_bytes().splitlines()
    calls = [decode_to_engine(line[2:]) for line in recorded if line.startswith(b"> ")]
    answers = [(decode_from_engine(line[2:]), line[2:]) for line in recorded if line.startswith(b"< ")]
    ends = []
    for call in calls:
        if not isinstance(call, Call) or isinstance(call.request, (Hello, Shutdown)):
            continue
        heard = []
        pending = story.ask(call.id, call.request, heard.append)
        if not ends:
            story.greet()
        assert b"> " + story.children[0].lines[-1].rstrip() in recorded
        assert story.children[0].said[-1] == call
        mine = [(message, line) for message, line in answers if message.id == call.id]
        for _, line in mine:
            story.hear(line)
        if mine:
            assert len(heard) == len(mine) - 1
            ends.append(outcome(pending))
        else:
            pending.cancel()
            story.hear(Failure(call.id, CANCELLED, "Stopped."))
    assert [each if isinstance(each, type) else each.files for each in ends] == [
        {"output": "/out/roads.gpkg"},
        EngineCancelled,
        EngineFailed,
        {"output": "/out/r.tif", "rectified_heights": "/out/rh.tif"},
        EngineFailed,
    ]
    assert story.log == []


def test_a_program_that_is_no_engine_and_never_stops_writing_is_ended(story):
    pending = story.ask(1)
    for _ in range(1000):
        story.hear(b"y\n")
    assert story.children[0].killed
    assert len(story.log) < 100
    story.die(-9)
    with pytest.raises(EngineCrashed, match="no engine does") as crashed:
        pending.result()
    assert "plumbline:setupengine" in str(crashed.value)


def test_an_engine_may_be_garbled_now_and_then(story):
    pending = story.ask(1)
    for _ in range(10):
        story.hear(b"a library says hello\n")
    story.greet()
    for _ in range(1000):
        story.hear(b"and again\n")
    assert not story.children[0].killed
    story.hear(Answer(1, Result()))
    assert pending.result() == Result()
