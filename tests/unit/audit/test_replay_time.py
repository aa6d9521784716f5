"""A replay's time line, clock and places."""

from dataclasses import replace

import pytest
from tests.support.replays import SESSION, Story

from quarterdeck.audit.replay import labels
from quarterdeck.audit.replay.clock import Clock
from quarterdeck.audit.replay.kinds import Kind, kind_of
from quarterdeck.audit.replay.labels import clock
from quarterdeck.audit.replay.places import event, place
from quarterdeck.audit.replay.timeline import Timeline, timeline
from quarterdeck.domain.session_events import SessionClosed
from quarterdeck_cli.errors import CliError, NotFoundError, UsageError


@pytest.fixture
def line() -> Timeline:
    """Twelve events: two commands side by side from 10 s and 12 s, one that fails at 65 s."""
    story = Story()
    story.opens()
    first = story.begins(10, "make")
    second = story.begins(12, "make test")
    story.ends(15, second)
    story.ends(20, first)
    story.runs(60, "false", until=65, code=1)
    return timeline(story.rows)


def test_commands_are_numbered_as_they_were_asked_for_and_run_from_start_to_end(line: Timeline) -> None:
    assert [(run.number, run.text, run.started, run.ended, run.failed) for run in line.commands] == [
        (1, "make", 10, 20, False),
        (2, "make test", 12, 15, False),
        (3, "false", 60, 65, True),
    ]
    running = [[run.number for run in line.running_at(at)] for at in (9.9, 10, 14, 15, 20, 62)]
    assert running == [[], [1], [1, 2], [1], [], [3]]


def test_what_went_wrong_is_marked(line: Timeline) -> None:
    assert [labels.event(item) for item in line.items if item.bad] == ["Command finished c3: exit 1, 0.00 s"]


def test_time_never_goes_back_whatever_the_record_says() -> None:
    story = Story()
    story.opens()
    story.runs(50, "a", until=40)
    story.rows[-1] = replace(
        story.rows[-1],
        envelope=replace(story.rows[-1].envelope, recorded_at=story.rows[0].envelope.recorded_at.replace(tzinfo=None)),
    )

    assert [item.at for item in timeline(story.rows).items] == [0, 1, 1, 50, 50, 50]


def test_what_a_later_release_wrote_has_its_place_and_a_kind() -> None:
    story = Story()
    story.opens()
    story.add(9, SESSION, SessionClosed())
    story.rows[-1] = replace(story.rows[-1], topic="ApprovalAsked", payload=b'{"title": "rm"}')
    story.rows[-2] = replace(story.rows[-2], payload=None)
    line = timeline(story.rows)

    assert labels.event(line.items[-1]) == "Approval asked: (unknown to this release)"
    assert line.items[-1].kind is Kind.APPROVAL
    assert labels.event(line.items[-2]) == "Workspace prepared: (erased)"
    assert kind_of("NeverHeardOf") is Kind.OTHER


@pytest.mark.parametrize(
    ("passed", "due", "speed", "idle", "quiet", "at", "left_quiet"),
    [
        (1, 50, 1, None, 0, 11, 1),
        (1, 50, 4, None, 0, 14, 4),
        (1, 50, 1, 2, 0, 11, 1),
        (1, 50, 1, 2, 1.5, 50, 0),
        (1, 50, 1, 0, 0, 50, 0),
        (1, 10.5, 1, 2, 1.5, 11, 0),
        (1, None, 1, 2, 1.5, 100, 0),
        (1, None, 200, None, 0, 100, 0),
        (-5, 50, 1, None, 0, 10, 0),
    ],
)
def test_the_clock(
    passed: float, due: float | None, speed: float, idle: float | None, quiet: float, at: float, left_quiet: float
) -> None:
    ticking = Clock(100, at=10, speed=speed, idle=idle, playing=True, quiet=quiet)
    ticking.advance(passed, due)

    assert (ticking.at, ticking.quiet) == (at, left_quiet)
    assert ticking.playing == (at < 100)


def test_a_clock_that_stands_does_not_move_and_stays_within_the_session() -> None:
    standing = Clock(100, at=10)
    standing.advance(5, None)
    assert standing.at == 10
    standing.seek(-3)
    assert standing.at == 0
    standing.seek(300)
    assert standing.at == 100


def test_speeds_have_steps_and_ends() -> None:
    ticking = Clock(1, speed=3)
    ticking.faster()
    assert ticking.speed == 4
    for _ in range(20):
        ticking.faster()
    assert ticking.speed == 128
    for _ in range(20):
        ticking.slower()
    assert ticking.speed == 0.25


@pytest.mark.parametrize(
    ("text", "at", "count", "first"),
    [
        ("start", 0, 1, 0),
        ("end", 65, 12, 11),
        ("0:11", 11, 5, 5),
        ("12s", 12, 7, 5),
        ("1:02", 62, 11, 11),
        ("0:0:12.5", 12.5, 7, 7),
        ("9:59:59", 65, 12, 11),
        ("4", 10, 4, 3),
        ("12", 65, 12, 11),
        ("c2", 12, 7, 5),
        ("#3", 60, 11, 9),
        ("C0002", 12, 7, 5),
    ],
)
def test_places(line: Timeline, text: str, at: float, count: int, first: int) -> None:
    found = place(line, f" {text} ")
    assert (found.at, found.count, found.first) == (at, count, first)


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ("", UsageError, "is no place"),
        ("soon", UsageError, "is no place"),
        ("\x1b[2J", UsageError, r"\\x1b"),
        ("0", NotFoundError, "it has 1 to 12"),
        ("13", NotFoundError, "it has 1 to 12"),
        ("9" * 400, NotFoundError, "is not in this session"),
        ("c4", NotFoundError, "the session ran 3"),
        ("c0", NotFoundError, "the session ran 3"),
        ("abcdef", NotFoundError, "ends with abcdef"),
        ("000c", NotFoundError, "ends with"),
    ],
)
def test_what_is_no_place_is_told(line: Timeline, text: str, error: type[CliError], told: str) -> None:
    with pytest.raises(error, match=told):
        place(line, text)


def test_an_event_past_the_ends_is_the_first_or_the_last(line: Timeline) -> None:
    assert (event(line, 0).count, event(line, 99).count) == (1, 12)


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0:00.0"), (59.96, "0:59.9"), (83.4, "1:23.4"), (7283.4, "2:01:23.4")]
)
def test_times_are_told_shortly(seconds: float, told: str) -> None:
    assert clock(seconds) == told
