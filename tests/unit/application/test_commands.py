from dataclasses import replace
from uuid import UUID

import pytest
from tests.unit.application.conftest import Deck

from quarterdeck.application.commands import MAX_INPUT_BYTES
from quarterdeck.application.ports.jobs import JobKind
from quarterdeck.application.requests import IdempotencyKey, Outcome
from quarterdeck.application.streams import COMMAND
from quarterdeck.domain.command import (
    CommandLost,
    CommandState,
    CommandTypistChanged,
    EndedCommand,
    RequestedCommand,
    RunningCommand,
    Terminal,
)
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError, PausedError


async def test_a_command_goes_to_the_worker_that_has_the_session(deck: Deck) -> None:
    outcome = await deck.commands.run(deck.owner, await deck.session(), text="ls")

    job = deck.doorbell.jobs[-1]
    assert isinstance(outcome.state, RequestedCommand)
    assert (job.kind, job.worker_id, job.subject_id) == (JobKind.RUN_COMMAND, "w1", outcome.subject_id)
    assert outcome.state.request.timeout_seconds == 3600


async def test_a_command_of_a_session_that_is_not_ready_waits(deck: Deck) -> None:
    opened = await deck.sessions.open(deck.owner, await deck.project())
    before = len(deck.doorbell.jobs)

    outcome = await deck.commands.run(deck.owner, opened.subject_id, text="ls")

    assert isinstance(outcome.state, RequestedCommand)
    assert len(deck.doorbell.jobs) == before


async def test_a_closing_session_takes_no_command(deck: Deck) -> None:
    session_id = await deck.session()
    await deck.sessions.close(deck.owner, session_id)

    with pytest.raises(ConflictError, match="closing"):
        await deck.commands.run(deck.owner, session_id, text="ls")


async def test_an_ended_session_takes_no_command(deck: Deck) -> None:
    opened = await deck.sessions.open(deck.owner, await deck.project())
    await deck.sessions.close(deck.owner, opened.subject_id)

    with pytest.raises(ConflictError, match="has ended"):
        await deck.commands.run(deck.owner, opened.subject_id, text="ls")


async def test_a_repeated_request_runs_once(deck: Deck) -> None:
    session_id = await deck.session()
    key = IdempotencyKey(key="k", request_sha256="aa")
    first = await deck.commands.run(deck.owner, session_id, text="ls", key=key)

    again = await deck.commands.run(deck.owner, session_id, text="ls", key=key)

    assert again.subject_id == first.subject_id
    assert again.recorded == ()


async def test_what_is_wrong_with_a_command_is_said_and_nothing_is_logged(deck: Deck) -> None:
    session_id = await deck.session()
    head = await deck.log.head()

    with pytest.raises(InvalidInputError):
        await deck.commands.run(deck.owner, session_id, text="a\0b")

    assert await deck.log.head() == head


async def test_cancelling_reaches_the_worker_and_is_said_once(deck: Deck) -> None:
    command_id = await deck.command()

    first = await deck.commands.cancel(deck.owner, command_id)
    again = await deck.commands.cancel(deck.owner, command_id)

    assert isinstance(first.state, RunningCommand)
    assert first.state.cancelling
    assert [job.kind for job in deck.doorbell.jobs].count(JobKind.CANCEL_COMMAND) == 1
    assert again.recorded == ()


async def test_resizes_signals_and_input_go_to_the_worker(deck: Deck) -> None:
    command_id = await deck.command()

    await deck.commands.resize(deck.owner, command_id, Terminal(columns=120, rows=40))
    await deck.commands.signal(deck.owner, command_id, "sigint")
    await deck.commands.send_input(deck.owner, command_id, b"q", end=True)

    assert deck.control.sent == [
        ("w1", (command_id, Terminal(columns=120, rows=40))),
        ("w1", (command_id, "INT")),
        ("w1", (command_id, b"q", True)),
    ]


async def test_the_log_says_when_somebody_else_types_and_nothing_where_nobody_does(deck: Deck) -> None:
    command_id, other = await deck.command(), replace(deck.owner, token_id=deck.ids.new())

    def typists(outcome: Outcome[CommandState]) -> list[UUID]:
        return [each.event.token_id for each in outcome.recorded if isinstance(each.event, CommandTypistChanged)]

    told = [
        typists(await deck.commands.send_input(who, command_id, data, end=not data))
        for who, data in [
            (deck.owner, b"a"),
            (other, b""),
            (other, b"\x1b[?62;c\x1b[3;4R"),
            (other, b"b"),
            (other, b"c"),
        ]
    ]

    assert told == [[deck.owner.token_id], [], [], [other.token_id], []]
    assert len(deck.control.sent) == 5
    with pytest.raises(NotFoundError):
        await deck.commands.send_input(deck.stranger, command_id, b"x")
    assert len(deck.control.sent) == 5


async def test_a_signal_that_does_not_exist_is_refused(deck: Deck) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await deck.commands.signal(deck.owner, await deck.command(), "EXPLODE")

    assert refused.value.field == "signal"


async def test_too_much_input_at_once_is_refused(deck: Deck) -> None:
    with pytest.raises(InvalidInputError):
        await deck.commands.send_input(deck.owner, await deck.command(), b"x" * (MAX_INPUT_BYTES + 1))


async def test_a_foreign_command_and_an_unknown_one_are_one_answer(deck: Deck) -> None:
    command_id = await deck.command()

    with pytest.raises(NotFoundError) as foreign:
        await deck.commands.cancel(deck.stranger, command_id)
    with pytest.raises(NotFoundError) as unknown:
        await deck.commands.cancel(deck.stranger, deck.ids.new())

    assert foreign.value.message == unknown.value.message


async def test_a_session_is_no_command(deck: Deck) -> None:
    with pytest.raises(NotFoundError):
        await deck.commands.cancel(deck.owner, await deck.session())


async def test_an_ended_command_takes_no_input(deck: Deck) -> None:
    command_id = await deck.command()
    loaded = len(await deck.log.load(command_id))
    await deck.append(command_id, loaded, CommandLost(reason="worker gone"))

    with pytest.raises(ConflictError, match="has ended"):
        await deck.commands.send_input(deck.owner, command_id, b"x")
    assert isinstance((await deck.commands.cancel(deck.owner, command_id)).state, EndedCommand)


async def test_nothing_is_typed_into_a_paused_session(deck: Deck) -> None:
    command_id = await deck.command()
    state = (await COMMAND.load(deck.log, command_id)).state
    assert isinstance(state, RunningCommand)
    await deck.sessions.pause(deck.owner, state.request.session_id)

    with pytest.raises(PausedError):
        await deck.commands.send_input(deck.owner, command_id, b"x")
    with pytest.raises(PausedError):
        await deck.commands.signal(deck.owner, command_id, "INT")
    assert deck.control.sent == []
