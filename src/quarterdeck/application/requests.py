"""A mutation, once: the subject's events and, under an idempotency key, the answer's own event, in one append."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast
from uuid import UUID

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import Context, EventLog, LoggedEvent, StreamWrite
from quarterdeck.application.streams import ATTEMPTS, Aggregate
from quarterdeck.domain.base import Actor, ActorKind, Recorded
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.events import Event
from quarterdeck.domain.idempotency import MAX_KEY, RequestAccepted, earlier_answer, request_id

StateT = TypeVar("StateT")
EventT = TypeVar("EventT")


@dataclass(frozen=True, kw_only=True)
class IdempotencyKey:
    """`request_sha256`: of the mutation's name and arguments in canonical JSON, without the key."""

    key: str
    request_sha256: str


@dataclass(frozen=True, kw_only=True)
class Outcome(Generic[StateT]):
    """The subject after a mutation. `position` is its last event's: a reader that has come so far sees it."""

    subject_id: UUID
    state: StateT
    position: int
    recorded: Sequence[Recorded[Event]] = ()
    """What this request appended: empty where it was answered before or changed nothing."""


def context_of(caller: Caller, *, project_id: UUID | None = None, session_id: UUID | None = None) -> Context:
    return Context(
        actor=Actor(kind=ActorKind.USER, id=str(caller.user_id)),
        correlation_id=caller.correlation_id,
        project_id=project_id,
        session_id=session_id,
        traceparent=caller.traceparent,
    )


async def answered(log: EventLog, caller: Caller, key: IdempotencyKey | None) -> UUID | None:
    """The subject of the same request made before, if there was one."""
    if key is None:
        return None
    if not key.key.strip() or len(key.key) > MAX_KEY or "\0" in key.key:
        raise InvalidInputError(f"An idempotency key is 1 to {MAX_KEY} characters.", field="idempotencyKey")
    events = await log.load(request_id(caller.user_id, key.key))
    accepted = tuple(e.event for e in events if isinstance(e.event, RequestAccepted))
    return earlier_answer(accepted, key.request_sha256)


async def as_it_is(log: EventLog, aggregate: Aggregate[StateT, EventT], subject_id: UUID) -> Outcome[StateT]:
    """What a mutation that changes nothing answers, such as one that was done before."""
    history = await log.load(subject_id)
    state = aggregate.fold(subject_id, history).state
    return Outcome(subject_id=subject_id, state=state, position=history[-1].position if history else 0)


async def perform(
    log: EventLog,
    aggregate: Aggregate[StateT, EventT],
    subject_id: UUID,
    decision: Callable[[StateT], tuple[EventT, ...]],
    *,
    caller: Caller,
    context: Context,
    key: IdempotencyKey | None = None,
    also: Sequence[StreamWrite] = (),
    new: bool = False,
) -> Outcome[StateT]:
    """Decides on the subject's state and appends, deciding again when another writer came first.

    `also` are writes to further streams that stand or fall with it; a conflict on those is the caller's.
    `new`: the subject's id was just made, so there is nothing to load.
    """
    for _ in range(ATTEMPTS):
        earlier = await answered(log, caller, key)
        history = () if new and earlier is None else await log.load(earlier or subject_id)
        loaded = aggregate.fold(earlier or subject_id, history)
        before = history[-1].position if history else 0
        if earlier is not None:
            return Outcome(subject_id=earlier, state=loaded.state, position=before)
        events = decision(loaded.state)
        writes = [*_writes(subject_id, loaded.version, events), *acceptance(caller, key, subject_id), *also]
        if not writes:
            return Outcome(subject_id=subject_id, state=loaded.state, position=before)
        try:
            recorded = await log.append(writes, context)
        except ConcurrencyError:
            if also:
                raise
            continue
        return _after(aggregate, subject_id, history, recorded)
    raise ConcurrencyError(f"This {aggregate.name} changes too fast to write to.", "Try again.")


def _writes(subject_id: UUID, version: int, events: tuple[object, ...]) -> list[StreamWrite]:
    if not events:
        return []
    return [StreamWrite(stream_id=subject_id, expected_version=version, events=cast("tuple[Event, ...]", events))]


def acceptance(caller: Caller, key: IdempotencyKey | None, subject_id: UUID) -> list[StreamWrite]:
    """The event that keeps the answer under the key."""
    if key is None:
        return []
    accepted = RequestAccepted(request_sha256=key.request_sha256, subject_id=subject_id)
    stream_id = request_id(caller.user_id, key.key)
    return [StreamWrite(stream_id=stream_id, expected_version=0, events=(accepted,))]


def _after(
    aggregate: Aggregate[StateT, EventT],
    subject_id: UUID,
    history: Sequence[LoggedEvent],
    recorded: Sequence[Recorded[Event]],
) -> Outcome[StateT]:
    own = [e for e in recorded if e.stream_id == subject_id]
    state = aggregate.fold(subject_id, [*history, *cast("Sequence[LoggedEvent]", own)]).state
    return Outcome(subject_id=subject_id, state=state, position=recorded[-1].position, recorded=recorded)
