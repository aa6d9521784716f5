"""From events to facts: pure, given what came before."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from quarterdeck.domain.archive import SnapshotsStored
from quarterdeck.domain.base import ActorKind
from quarterdeck.domain.command import (
    CommandFinished,
    CommandLost,
    CommandRefused,
    CommandRequested,
    CommandStarted,
    EndReason,
)
from quarterdeck.domain.network_access import NetworkAccessDecided
from quarterdeck.domain.prices import NO_PRICES, PriceTable, PriceTableRevised, evolve, price_table_id
from quarterdeck.domain.quota import QuotaExceeded
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_events import (
    SessionAdmitted,
    SessionClosed,
    SessionLost,
    SessionOpened,
    SessionProvisioned,
    SessionProvisioningFailed,
)
from quarterdeck.domain.session_task import SessionTaskGiven
from quarterdeck.domain.task_events import CLOSED, TaskClaimed, TaskCreated, TaskStatus, TaskStatusChanged
from quarterdeck.domain.usage import ModelUsageRecorded
from quarterdeck.domain.workspace import SnapshotTaken, WorkspaceDiscarded
from quarterdeck_projections.usage.entries import Entry
from quarterdeck_projections.usage.measures import Measure
from quarterdeck_projections.usage.pricing import Price, priced

OPENED = (SessionOpened, SessionReopened)


class Fact(NamedTuple):
    """A row of `usage_facts`, in the order of its columns."""

    at: datetime
    position: int
    """Of the event that it was measured on."""
    value: int | None
    """None: not known, which is counted all the same."""
    project_id: UUID
    measure: Measure
    user_id: UUID | None = None
    persona: str = ""
    provider: str = ""
    model: str = ""
    detail: str = ""
    session_id: UUID | None = None
    task_id: UUID | None = None
    price: str = ""
    """Where a cost is from: see `pricing.Price`."""


@dataclass(frozen=True)
class Past:
    """What came before, by stream and in the log's order."""

    streams: Mapping[UUID, list[Entry]]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Past":
        streams: dict[UUID, list[Entry]] = {}
        for entry in entries:
            streams.setdefault(entry.stream_id, []).append(entry)
        return cls(streams)

    def last(self, stream_id: UUID | None, before: int, *types: type) -> Entry | None:
        """The last one of these types in a stream before a position."""
        found = self.streams.get(stream_id, ()) if stream_id else ()
        return next((e for e in reversed(found) if e.position < before and isinstance(e.event, types)), None)

    def price_table(self, project_id: UUID) -> PriceTable:
        table = NO_PRICES
        for entry in self.streams.get(price_table_id(project_id), ()):
            if isinstance(entry.event, PriceTableRevised):
                table = evolve(table, entry.event)
        return table


def facts_of(entry: Entry, past: Past) -> Iterator[Fact]:
    """What is measured on an event. Nothing where it belongs to no project."""
    if entry.project_id is None:
        return
    make = Maker(entry, past)
    event = entry.event
    match event:
        case ModelUsageRecorded():
            yield from _calls(make, event)
        case SessionAdmitted():
            yield from make.since(Measure.SESSION_QUEUE, *OPENED)
        case SessionProvisioned():
            yield from make.since(Measure.SESSION_PROVISIONING, SessionAdmitted)
        case SessionProvisioningFailed() | SessionLost() | SessionClosed():
            yield from make.since(Measure.SESSION_DURATION, *OPENED, detail=_END_OF_SESSION[type(event)])
        case CommandStarted() | CommandFinished() | CommandLost() | CommandRefused():
            yield from _command(make, event)
        case NetworkAccessDecided():
            yield make(Measure.NETWORK_CONNECTIONS, event.count, detail=event.verdict)
            yield from make.some(Measure.NETWORK_UP, event.bytes_up)
            yield from make.some(Measure.NETWORK_DOWN, event.bytes_down)
        case SnapshotTaken() | SnapshotsStored() | WorkspaceDiscarded() | QuotaExceeded():
            yield from _disk(make, event)
        case TaskStatusChanged():
            yield from _task(make, event)
        case _:
            return


def cost_of(entry: Entry, past: Past) -> Fact | None:
    """What a call cost, by the newest prices. None for another event."""
    event = entry.event
    if entry.project_id is None or not isinstance(event, ModelUsageRecorded):
        return None
    at = event.occurred_at or entry.recorded_at
    table = past.price_table(event.project_id)
    price: Price = priced(table, event.provider, event.model, event.tokens, at)
    return Maker(entry, past)(Measure.COST, price.nano_dollars)._replace(price=price.version)


_END_OF_SESSION: dict[type, str] = {
    SessionProvisioningFailed: "failed",
    SessionLost: "lost",
    SessionClosed: "closed",
}


def _calls(make: "Maker", event: ModelUsageRecorded) -> Iterator[Fact]:
    tokens = event.tokens
    cached = tokens.cache_read_input_tokens + tokens.cache_creation_input_tokens
    yield make(Measure.MODEL_CALLS, 1)
    yield from make.some(Measure.TOKENS_INPUT, tokens.input_tokens - cached)
    yield from make.some(Measure.TOKENS_CACHE_READ, tokens.cache_read_input_tokens)
    yield from make.some(Measure.TOKENS_CACHE_CREATION, tokens.cache_creation_input_tokens)
    yield from make.some(Measure.TOKENS_OUTPUT, tokens.output_tokens - tokens.reasoning_output_tokens)
    yield from make.some(Measure.TOKENS_REASONING, tokens.reasoning_output_tokens)


def _command(make: "Maker", event: CommandStarted | CommandFinished | CommandLost | CommandRefused) -> Iterator[Fact]:
    match event:
        case CommandStarted():
            yield from make.since(Measure.COMMAND_QUEUE, CommandRequested)
        case CommandFinished():
            failed = event.reason is EndReason.EXITED and event.exit_code != 0
            yield make(Measure.COMMAND_DURATION, event.wall_ms, detail="failed" if failed else event.reason)
            yield make(Measure.COMMAND_CPU, event.cpu_ms)
            yield make(Measure.COMMAND_MEMORY, event.peak_memory_bytes)
            yield make(Measure.COMMAND_OUTPUT, event.output_bytes)
        case CommandLost():
            known = list(make.since(Measure.COMMAND_DURATION, CommandStarted, detail="lost"))
            yield from known or [make(Measure.COMMAND_DURATION, None, detail="lost")]
        case CommandRefused():
            yield make(Measure.COMMAND_DURATION, None, detail="refused")


def _disk(make: "Maker", event: SnapshotTaken | SnapshotsStored | WorkspaceDiscarded | QuotaExceeded) -> Iterator[Fact]:
    match event:
        case SnapshotTaken():
            yield make(Measure.SNAPSHOT_FILES, event.files_changed)
        case SnapshotsStored():
            yield make(Measure.SNAPSHOTS_STORED, event.bytes)
        case WorkspaceDiscarded():
            if event.bytes is not None:
                yield make(Measure.WORKSPACE_BYTES, event.bytes)
        case QuotaExceeded():
            yield make(Measure.QUOTA_EXCEEDED, 1, detail=event.limit)


def _task(make: "Maker", event: TaskStatusChanged) -> Iterator[Fact]:
    before = make.before(TaskStatusChanged)
    ended = before.event.status if before and isinstance(before.event, TaskStatusChanged) else TaskStatus.OPEN
    if event.status in CLOSED and ended not in CLOSED:
        yield from make.since(Measure.TASK_LEAD, TaskCreated, detail=event.status)
        yield from make.since_first(Measure.TASK_CYCLE, _begins_work, detail=event.status)
    elif ended in CLOSED and event.status not in CLOSED:
        yield make(Measure.TASK_REOPENED, 1, detail=ended)


def _begins_work(event: object) -> bool:
    match event:
        case TaskClaimed():
            return True
        case TaskStatusChanged(status=status):
            return status in {TaskStatus.IN_PROGRESS, TaskStatus.IN_REVIEW}
        case _:
            return False


class Maker:
    """Makes an event's facts: with its time and whose they are."""

    def __init__(self, entry: Entry, past: Past) -> None:
        assert entry.project_id is not None
        self._entry = entry
        self._past = past
        event = entry.event
        session_id = entry.session_id
        opened = past.last(session_id, entry.position, *OPENED)
        own = event if isinstance(event, ModelUsageRecorded) else None
        requested = past.last(entry.stream_id, entry.position, CommandRequested)
        self._blank = Fact(
            at=(own and own.occurred_at) or entry.recorded_at,
            position=entry.position,
            value=None,
            project_id=entry.project_id,
            measure=Measure.COST,
            user_id=_user(entry, requested, opened),
            session_id=session_id,
            task_id=_task_of(entry, past),
            persona=(own and own.persona) or _persona(opened),
            provider=own.provider if own else "",
            model=own.model if own else "",
            detail=own.operation if own else "",
        )

    def __call__(self, measure: Measure, value: int | None, *, detail: str = "") -> Fact:
        return self._blank._replace(measure=measure, value=value, detail=detail or self._blank.detail)

    def some(self, measure: Measure, value: int) -> Iterator[Fact]:
        """Nothing for nothing."""
        if value:
            yield self(measure, value)

    def before(self, *types: type) -> Entry | None:
        """The last event of these types in its stream before it."""
        return self._past.last(self._entry.stream_id, self._entry.position, *types)

    def since(self, measure: Measure, *beginning: type, detail: str = "") -> Iterator[Fact]:
        """The milliseconds since its stream's last event of these types. Nothing where there is none."""
        yield from self._since(self.before(*beginning), measure, detail)

    def since_first(self, measure: Measure, begins: Callable[[object], bool], detail: str) -> Iterator[Fact]:
        """The milliseconds since its stream's first such event. Nothing where there is none before it."""
        own = self._past.streams.get(self._entry.stream_id, ())
        first = next((e for e in own if e.position < self._entry.position and begins(e.event)), None)
        yield from self._since(first, measure, detail)

    def _since(self, began: Entry | None, measure: Measure, detail: str) -> Iterator[Fact]:
        if began:
            taken = self._entry.recorded_at - began.recorded_at
            yield self(measure, max(0, taken // timedelta(milliseconds=1)), detail=detail)


def _task_of(entry: Entry, past: Past) -> UUID | None:
    """The task itself, the one that a call names, or the one that its session works on."""
    match entry.event:
        case TaskStatusChanged():
            return entry.stream_id
        case ModelUsageRecorded(task_id=UUID() as told):
            return told
        case _:
            given = past.last(entry.session_id, entry.position, SessionTaskGiven)
            return given.event.task_id if given and isinstance(given.event, SessionTaskGiven) else None


def _persona(opened: Entry | None) -> str:
    """That of the session; empty for none."""
    event = opened.event if opened else None
    return event.persona.name if isinstance(event, OPENED) and event.persona else ""


def _user(entry: Entry, requested: Entry | None, opened: Entry | None) -> UUID | None:
    """Who asked for it; where a part of the house did, whose session it is."""
    for each in (entry, requested):
        if each and each.actor_kind == ActorKind.USER:
            return UUID(each.actor_id)
    if opened and isinstance(opened.event, OPENED):
        return opened.event.owner_id
    return None
