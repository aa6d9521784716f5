"""What a session's events say of its commands, and in which order they have to be run again. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.domain.command import (
    CommandCancelRequested,
    CommandFinished,
    CommandLost,
    CommandRefused,
    CommandRequested,
    EndReason,
    Terminal,
)
from quarterdeck.domain.erasure import ERASED
from quarterdeck.domain.network_access import NetworkAccessDecided, Verdict

MOST_COMMANDS_BETWEEN = 64


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A command as it was asked for, and how it ended. Positions are the log's."""

    id: UUID
    requested: int
    text: str | None
    """None where it was erased."""
    terminal: Terminal | None = None
    background: bool = False
    timeout_seconds: int = 3600
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    ended: int | None = None
    finish: CommandFinished | None = None
    why_not_finished: str = ""
    cancelled: bool = False
    used_network: bool = False


@dataclass(frozen=True)
class Step:
    """A command to run again, once those `after` which it began in the record have ended."""

    command: Recorded
    after: tuple[UUID, ...]
    fresh: bool
    """The files are not what the commands before made of them: somebody wrote or restored them. Or it is the first."""


def ended(command_id: UUID, events: Iterable[RawEvent]) -> Recorded:
    """How a command ended, by events from after its request on."""
    found = Recorded(id=command_id, requested=0, text="")
    for row in events:
        if row.stream_id == command_id:
            found = _went_on(found, row)
    return found


def recorded(events: Iterable[RawEvent]) -> list[Recorded]:
    """The commands among a session's events, in the order in which they were asked for."""
    found: dict[UUID, Recorded] = {}
    for row in events:
        if row.topic == CommandRequested.TOPIC:
            found[row.stream_id] = _requested(row)
        elif row.stream_id in found:
            found[row.stream_id] = _went_on(found[row.stream_id], row)
        elif _was_let_through(row):
            found = {key: _used_network(each) for key, each in found.items()}
    return list(found.values())


def steps(commands: Sequence[Recorded]) -> Iterator[Step]:
    """Of those that finished, in order."""
    before: list[Recorded] = []
    for command in commands:
        if command.finish is None or command.text is None or command.finish.reason is EndReason.NOT_STARTED:
            continue
        ended = [each for each in before if each.ended is not None and each.ended < command.requested]
        alone = len(ended) == len(before)
        fresh = not before or (alone and _newest_tree(ended) != command.finish.tree_before)
        yield Step(command, tuple(each.id for each in ended[-MOST_COMMANDS_BETWEEN:]), fresh)
        before.append(command)


def why_not(command: Recorded) -> str:
    """Why it cannot be run again; empty where it can."""
    if command.text is None:
        return "its text was erased"
    if command.finish is None:
        return command.why_not_finished or "it has not ended"
    if command.finish.reason is EndReason.NOT_STARTED:
        return "its jail could not start it"
    return ""


def by_chance(command: Recorded) -> str:
    """Why another result says little; empty where a command ended by itself and used nothing from outside."""
    if command.cancelled:
        return "somebody cancelled it"
    if command.finish and command.finish.reason not in (EndReason.EXITED, EndReason.SIGNALLED):
        return f"it ended by a limit ({command.finish.reason.value.replace('_', ' ')})"
    return "it, or one beside it, used the network" if command.used_network else ""


def _newest_tree(ended: Sequence[Recorded]) -> str:
    last = max(ended, key=lambda each: each.ended or 0)
    return last.finish.tree_after if last.finish else ""


def _requested(row: RawEvent) -> Recorded:
    event = _event(row)
    if not isinstance(event, CommandRequested):
        return Recorded(id=row.stream_id, requested=row.position, text=None)
    return Recorded(
        id=row.stream_id,
        requested=row.position,
        text=None if row.partly_erased and event.text == ERASED else event.text,
        terminal=event.terminal,
        background=event.background,
        timeout_seconds=event.timeout_seconds,
        environment=event.environment or {},
    )


def _went_on(command: Recorded, row: RawEvent) -> Recorded:
    match _event(row):
        case CommandFinished() as event:
            return replace(command, ended=row.position, finish=event)
        case CommandLost(reason=reason):
            return replace(command, ended=row.position, why_not_finished=f"it was lost: {reason}")
        case CommandRefused(reason=reason):
            return replace(command, ended=row.position, why_not_finished=f"it was refused: {reason}")
        case CommandCancelRequested():
            return replace(command, cancelled=True)
        case _:
            return command


def _was_let_through(row: RawEvent) -> bool:
    if row.topic != NetworkAccessDecided.TOPIC:
        return False
    event = _event(row)
    return isinstance(event, NetworkAccessDecided) and event.verdict is Verdict.ALLOWED


def _used_network(command: Recorded) -> Recorded:
    return command if command.ended else replace(command, used_network=True)


def _event(row: RawEvent) -> object:
    return decode(row.topic, row.schema_version, row.payload)
