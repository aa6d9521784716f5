"""What a session's events say of its commands, and the order in which they are run again."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.support.rows import row

from quarterdeck.adapters.postgres.codec import encode
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.reexecution.recorded import by_chance, ended, recorded, steps, why_not
from quarterdeck.domain.command import (
    CommandCancelRequested,
    CommandFinished,
    CommandLost,
    CommandRefused,
    CommandRequested,
    EndReason,
    Terminal,
)
from quarterdeck.domain.events import Event
from quarterdeck.domain.network_access import NetworkAccessDecided, Verdict

A, B, C = UUID(int=0xA), UUID(int=0xB), UUID(int=0xC)
BASE, ONE, TWO, OTHER = "00" * 20, "11" * 20, "22" * 20, "ff" * 20
Happened = tuple[UUID, Event]


def requested(text: str = "make", **more: Any) -> CommandRequested:
    return replace(CommandRequested(session_id=UUID(int=7), project_id=UUID(int=6), text=text), **more)


def finished(before: str = BASE, after: str = BASE, reason: EndReason = EndReason.EXITED) -> CommandFinished:
    return CommandFinished(
        exit_code=0 if reason is EndReason.EXITED else None,
        signal=None,
        reason=reason,
        wall_ms=5,
        cpu_ms=1,
        peak_memory_bytes=1,
        output_bytes=0,
        output_sha256="",
        tree_before=before,
        tree_after=after,
    )


def log(*happened: Happened) -> list[RawEvent]:
    return [_row(position, *each) for position, each in enumerate(happened, 1)]


def _row(position: int, stream: UUID, event: Event) -> RawEvent:
    raw = row(position, encode(event))
    return replace(raw, stream_id=stream, topic=event.TOPIC, schema_version=event.SCHEMA_VERSION)


def test_a_command_is_as_it_was_asked_for_and_as_it_ended() -> None:
    asked = requested("top", terminal=Terminal(columns=100, rows=30), timeout_seconds=9, environment={"A": "b"})

    [found] = recorded(log((A, asked), (C, CommandLost(reason="another's")), (A, finished())))

    assert (found.id, found.text, found.terminal, found.timeout_seconds) == (A, "top", asked.terminal, 9)
    assert found.environment == {"A": "b"}
    assert (found.requested, found.ended, found.finish) == (1, 3, finished())
    assert (why_not(found), by_chance(found)) == ("", "")


def test_one_after_the_other_they_wait_and_keep_their_files() -> None:
    plan = list(
        steps(recorded(log((A, requested()), (A, finished(after=ONE)), (B, requested()), (B, finished(ONE, TWO)))))
    )

    assert [(step.command.id, step.after, step.fresh) for step in plan] == [(A, (), True), (B, (A,), False)]


def test_side_by_side_they_do_not_wait_for_each_other() -> None:
    happened = log(
        (A, requested()),
        (B, requested()),
        (A, finished(after=ONE)),
        (C, requested()),
        (B, finished(BASE, TWO)),
        (C, finished(ONE, TWO)),
    )

    assert [(step.command.id, step.after, step.fresh) for step in steps(recorded(happened))] == [
        (A, (), True),
        (B, (), False),
        (C, (A,), False),
    ]


def test_where_files_were_restored_or_written_in_between_a_fresh_session_takes_them_from_the_record() -> None:
    happened = log((A, requested()), (A, finished(after=ONE)), (B, requested()), (B, finished(OTHER, TWO)))

    assert [step.fresh for step in steps(recorded(happened))] == [True, True]


def test_what_did_not_end_by_itself_is_not_run_and_says_why() -> None:
    happened = log(
        (A, requested()),
        (A, CommandLost(reason="the worker is gone")),
        (B, requested()),
        (B, CommandRefused(reason="over budget")),
        (C, requested()),
    )
    found = recorded(happened)

    assert list(steps(found)) == []
    assert [why_not(each) for each in found] == [
        "it was lost: the worker is gone",
        "it was refused: over budget",
        "it has not ended",
    ]


def test_an_erased_text_cannot_be_run() -> None:
    happened = log((A, requested("export TOKEN=x")), (A, finished()))
    happened[0] = replace(happened[0], payload=None)

    [found] = recorded(happened)

    assert list(steps([found])) == []
    assert why_not(found) == "its text was erased"


def test_an_end_by_hand_by_a_limit_or_with_the_network_is_chance() -> None:
    let_through = NetworkAccessDecided(
        session_id=UUID(int=7),
        number=1,
        decided_at=datetime(2026, 1, 1, tzinfo=UTC),
        host="pypi.example",
        port=443,
        verdict=Verdict.ALLOWED,
        rule="pypi.example:443",
        reason="",
        address="192.0.2.1",
        bytes_up=1,
        bytes_down=1,
    )
    refused = replace(let_through, verdict=Verdict.REFUSED)
    cancelled, limited, online, alone = (
        recorded(log((A, requested()), (A, CommandCancelRequested()), (A, finished(reason=EndReason.CANCELLED)))),
        recorded(log((A, requested()), (A, finished(reason=EndReason.OUT_OF_MEMORY)))),
        recorded(log((A, requested()), (B, let_through), (A, finished()))),
        recorded(log((A, requested()), (B, refused), (A, finished()))),
    )

    assert [by_chance(each[0]) for each in (cancelled, limited, online, alone)] == [
        "somebody cancelled it",
        "it ended by a limit (out of memory)",
        "it, or one beside it, used the network",
        "",
    ]


def test_an_end_is_found_without_the_request() -> None:
    found = ended(A, log((B, finished(after=ONE)), (A, finished(after=TWO))))

    assert found.finish == finished(after=TWO)
