from dataclasses import replace
from uuid import UUID

import pytest

from quarterdeck.domain import command
from quarterdeck.domain.base import fold
from quarterdeck.domain.command import (
    CommandCancelRequested,
    CommandEvent,
    CommandFinished,
    CommandLost,
    CommandRequested,
    CommandStarted,
    CommandState,
    EndedCommand,
    EndReason,
    NoCommand,
    RequestedCommand,
    RunningCommand,
    Terminal,
)
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError

REQUESTED = CommandRequested(session_id=UUID(int=1), project_id=UUID(int=2), text="ls")
STARTED = CommandStarted(worker_id="w1", tree_before="t0")
FINISHED = CommandFinished(
    exit_code=0,
    signal=None,
    reason=EndReason.EXITED,
    wall_ms=1,
    cpu_ms=1,
    peak_memory_bytes=1,
    output_bytes=0,
    output_sha256="e3",
    tree_before="t0",
    tree_after="t0",
)

NOTHING: CommandState = NoCommand()


def after(*events: CommandEvent) -> CommandState:
    return fold(command.evolve, NOTHING, events)


def test_a_request_is_logged_as_asked() -> None:
    assert command.request(NoCommand(), REQUESTED) == (REQUESTED,)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n\t"}, "text"),
        ({"text": "x" * (command.MAX_TEXT_BYTES + 1)}, "text"),
        ({"text": "é" * (command.MAX_TEXT_BYTES // 2 + 1)}, "text"),
        ({"text": "echo \0"}, "text"),
        ({"text": "echo \ud800"}, "text"),
        ({"environment": {"A=B": "1"}}, "environment"),
        ({"environment": {"A": "\0"}}, "environment"),
        ({"environment": {"": "x"}}, "environment"),
        ({"timeout_seconds": 0}, "timeoutSeconds"),
        ({"timeout_seconds": command.MAX_TIMEOUT_SECONDS + 1}, "timeoutSeconds"),
        ({"terminal": Terminal(columns=0, rows=24)}, "terminal"),
        ({"terminal": Terminal(columns=80, rows=100_000)}, "terminal"),
    ],
)
def test_what_no_process_can_be_given_is_refused_by_name(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        command.request(NoCommand(), replace(REQUESTED, **change))  # type: ignore[arg-type]  # any one field

    assert refused.value.field == field


def test_the_longest_command_is_taken() -> None:
    longest = replace(REQUESTED, text="x" * command.MAX_TEXT_BYTES)

    assert command.request(NoCommand(), longest) == (longest,)


def test_a_command_starts_once() -> None:
    with pytest.raises(ConflictError):
        command.start(after(REQUESTED, STARTED), worker_id="w2", tree_before="t0")


def test_a_cancelled_request_starts_as_cancelling() -> None:
    state = after(REQUESTED, CommandCancelRequested(), STARTED)

    assert isinstance(state, RunningCommand)
    assert state.cancelling


def test_cancelling_twice_or_after_the_end_is_nothing_new() -> None:
    assert command.cancel(after(REQUESTED, CommandCancelRequested())) == ()
    assert command.cancel(after(REQUESTED, STARTED, FINISHED)) == ()
    assert isinstance(after(REQUESTED, CommandCancelRequested()), RequestedCommand)


def test_a_command_ends_once() -> None:
    ended = after(REQUESTED, STARTED, FINISHED)

    assert isinstance(ended, EndedCommand)
    assert command.lose(ended, "worker gone") == ()
    with pytest.raises(ConflictError, match="has ended"):
        command.finish(ended, FINISHED)


def test_a_lost_command_says_why() -> None:
    ended = after(REQUESTED, STARTED, CommandLost(reason="worker gone"))

    assert isinstance(ended, EndedCommand)
    assert ended.outcome == CommandLost(reason="worker gone")


def test_only_a_running_command_with_a_terminal_is_resized() -> None:
    on_a_terminal = replace(REQUESTED, terminal=Terminal())

    with pytest.raises(ConflictError, match="no terminal"):
        command.resize(after(REQUESTED, STARTED), Terminal(columns=100))
    with pytest.raises(ConflictError, match="not started"):
        command.resize(after(on_a_terminal), Terminal(columns=100))
    assert command.resize(after(on_a_terminal, STARTED), Terminal()) == ()
    assert len(command.resize(after(on_a_terminal, STARTED), Terminal(columns=100))) == 1


def test_an_unknown_command_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        command.cancel(NoCommand())
