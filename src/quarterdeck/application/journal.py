"""The log as a role reads and writes it: in its own name, and patiently."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar, cast
from uuid import UUID, uuid4

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.patience import patiently
from quarterdeck.application.ports.log import Context, EventLog, LoggedEvent, StreamWrite
from quarterdeck.application.streams import Aggregate, Loaded, decide
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import CommandRequested
from quarterdeck.domain.events import Event

PAGE = 1000
StateT = TypeVar("StateT")
EventT = TypeVar("EventT")


@dataclass(frozen=True)
class Read(Loaded[StateT]):
    """A stream's state, with its events' first position and last envelope."""

    events: Sequence[LoggedEvent]


@dataclass(frozen=True)
class Journal:
    log: EventLog
    name: str
    """Of the role, as it is recorded: `worker:<id>`, `conductor`."""

    async def read(self, aggregate: Aggregate[StateT, EventT], stream_id: UUID) -> Read[StateT]:
        events = await patiently(lambda: self.log.load(stream_id))
        loaded = aggregate.fold(stream_id, events)
        return Read(stream_id, loaded.state, loaded.version, events)

    async def append(self, writes: Sequence[StreamWrite], cause: LoggedEvent) -> None:
        """One attempt that counts; raises ConcurrencyError, which may also mean that an earlier attempt succeeded."""
        context = self.after(cause)
        await patiently(lambda: self.log.append(writes, context))

    async def begin(self, writes: Sequence[StreamWrite]) -> None:
        """As `append`, of what nothing in the log has led to."""
        context = Context(actor=Actor(kind=ActorKind.SYSTEM, id=self.name), correlation_id=uuid4())
        await patiently(lambda: self.log.append(writes, context))

    async def decide(
        self,
        aggregate: Aggregate[StateT, EventT],
        stream_id: UUID,
        decision: Callable[[StateT], tuple[EventT, ...]],
    ) -> None:
        """Appends what `decision` makes of the state, again after each conflict."""
        while True:
            stream = await self.read(aggregate, stream_id)
            events = cast("tuple[Event, ...]", decision(stream.state))
            if not events:
                return
            try:
                write = StreamWrite(stream_id=stream_id, expected_version=stream.version, events=events)
                await self.append([write], stream.events[-1])
                return
            except ConcurrencyError:
                continue

    async def begin_deciding(
        self,
        aggregate: Aggregate[StateT, EventT],
        stream_id: UUID,
        decision: Callable[[StateT], tuple[EventT, ...]],
        project_id: UUID,
    ) -> None:
        """As `decide`, of what nothing in the log has led to."""
        context = Context(
            actor=Actor(kind=ActorKind.SYSTEM, id=self.name), correlation_id=uuid4(), project_id=project_id
        )
        await patiently(lambda: decide(self.log, aggregate, stream_id, decision, context))

    def after(self, cause: LoggedEvent) -> Context:
        """The envelope of what follows from an event."""
        return Context(
            actor=Actor(kind=ActorKind.SYSTEM, id=self.name),
            correlation_id=cause.envelope.correlation_id,
            causation_id=cause.event_id,
            project_id=cause.envelope.project_id,
            session_id=cause.envelope.session_id,
            traceparent=cause.envelope.traceparent,
        )

    async def commands_of(self, session_id: UUID) -> list[UUID]:
        """The session's commands, in the order they were asked for."""
        found: list[UUID] = []
        after = 0
        while True:
            page = await patiently(partial(self.log.read_session, session_id, after, PAGE))
            found += [each.stream_id for each in page if isinstance(each.event, CommandRequested)]
            if len(page) < PAGE:
                return found
            after = page[-1].position
