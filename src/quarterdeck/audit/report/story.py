"""What happened in a session, gathered from its entries: as much as a page may have."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from quarterdeck.audit.excerpt import Excerpt, excerpt
from quarterdeck.audit.records.entry import Entry
from quarterdeck.audit.words import outcome, words
from quarterdeck.domain.admission import PlaceTaken
from quarterdeck.domain.archive import ShellsStored, SnapshotsStored
from quarterdeck.domain.base import Actor
from quarterdeck.domain.command import (
    ChangedFile,
    CommandBackgrounded,
    CommandFinished,
    CommandLost,
    CommandRefused,
    CommandRequested,
    CommandStarted,
    EndReason,
)
from quarterdeck.domain.idempotency import RequestAccepted
from quarterdeck.domain.network_access import NetworkAccessDecided
from quarterdeck.domain.session_events import (
    SessionClosed,
    SessionLost,
    SessionOpened,
    SessionProvisioned,
    SessionProvisioningFailed,
)
from quarterdeck.domain.session_task import SessionTaskGiven
from quarterdeck.domain.usage import ModelUsageRecorded, Tokens
from quarterdeck.domain.workspace import SnapshotTaken

OUTPUT_EACH = 64 * 1024
OUTPUT_ALL = 8 * 1024**2
"""Bytes of a command's output, and of all; when there is no more room, a command has its first and last lines."""
LEAST_OUTPUT = 1024
MOST_COMMANDS = 2000
MOST_HAPPENINGS = 5000
ItemT = TypeVar("ItemT")
SAID_ELSEWHERE = (SessionOpened, SessionProvisioned, SnapshotTaken, CommandStarted, CommandBackgrounded)
BOOKKEEPING = (RequestAccepted, PlaceTaken, SnapshotsStored, ShellsStored)
"""That tells a reviewer nothing."""


@dataclass(kw_only=True)
class Command:
    number: int
    id: UUID
    position: int
    """Of its request."""
    actor: Actor
    text: str | None
    """None: not in the record, or erased."""
    asked_at: datetime
    terminal: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = "not ended"
    good: bool | None = None
    """None: it has not ended."""
    finished: CommandFinished | None = None
    printed: Excerpt | None = None

    @property
    def files(self) -> tuple[ChangedFile, ...]:
        return self.finished.files_changed if self.finished else ()

    @property
    def files_total(self) -> int:
        return self.finished.files_changed_total if self.finished else 0


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Anything but a command's life."""

    position: int
    at: datetime
    actor: Actor
    text: str
    payload: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A connection that the jail asked for."""

    position: int
    decided: NetworkAccessDecided


@dataclass
class Used:
    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0

    def add(self, tokens: Tokens) -> None:
        self.calls += 1
        self.input_tokens += tokens.input_tokens
        self.cached_tokens += tokens.cache_read_input_tokens
        self.output_tokens += tokens.output_tokens


@dataclass
class Story:
    session: UUID
    project: UUID | None = None
    opened: SessionOpened | None = None
    opened_by: Actor | None = None
    provisioned: SessionProvisioned | None = None
    task: UUID | None = None
    state: str = "open"
    begun: datetime | None = None
    ended: datetime | None = None
    events: int = 0
    erased: int = 0
    first: int = 0
    last: int = 0
    commands: list[Command] = field(default_factory=list[Command])
    commands_left_out: int = 0
    happenings: list[Happening] = field(default_factory=list[Happening])
    happenings_left_out: int = 0
    network: list[Asked] = field(default_factory=list[Asked])
    used: dict[str, Used] = field(default_factory=dict[str, Used])
    _running: dict[UUID, Command] = field(default_factory=dict[UUID, Command])
    _room: int = field(default_factory=lambda: OUTPUT_ALL)

    def take(self, entry: Entry) -> None:
        row, event = entry.row, entry.event
        self.events += 1
        self.erased += row.erased
        self.first, self.last = self.first or row.position, row.position
        self.begun, self.ended = self.begun or row.envelope.recorded_at, row.envelope.recorded_at
        self.project = self.project or row.envelope.project_id
        match event:
            case CommandRequested():
                self._requested(entry, event)
            case CommandStarted() if known := self._running.get(row.stream_id):
                known.started_at = row.envelope.recorded_at
            case CommandFinished() | CommandLost() | CommandRefused():
                self._ended(entry, event)
            case ModelUsageRecorded():
                self.used.setdefault(event.model, Used()).add(event.tokens)
            case NetworkAccessDecided():
                self._limited(self.network, Asked(position=row.position, decided=event))
            case _:
                self._other(entry)

    def _requested(self, entry: Entry, event: CommandRequested) -> None:
        size = f"{event.terminal.columns} by {event.terminal.rows}" if event.terminal else ""
        self._running[entry.row.stream_id] = self._command(entry, event.text, size)

    def _command(self, entry: Entry, text: str | None, terminal: str = "") -> Command:
        row = entry.row
        command = Command(
            number=len(self.commands) + self.commands_left_out + 1,
            id=row.stream_id,
            position=row.position,
            actor=row.envelope.actor,
            text=text,
            asked_at=row.envelope.recorded_at,
            terminal=terminal,
        )
        if len(self.commands) < MOST_COMMANDS:
            self.commands.append(command)
        else:
            self.commands_left_out += 1
        return command

    def _ended(self, entry: Entry, event: CommandFinished | CommandLost | CommandRefused) -> None:
        command = self._running.pop(entry.row.stream_id, None) or self._command(entry, None)
        command.ended_at, command.outcome = entry.row.envelope.recorded_at, outcome(event)
        command.good = isinstance(event, CommandFinished) and (event.reason, event.exit_code) == (EndReason.EXITED, 0)
        if isinstance(event, CommandFinished):
            command.finished = event
        if entry.frames is not None and command.number <= MOST_COMMANDS:
            command.printed = excerpt(entry.frames, OUTPUT_EACH if self._room > OUTPUT_EACH else LEAST_OUTPUT)
            self._room -= len(command.printed.head) + len(command.printed.tail)

    def _other(self, entry: Entry) -> None:
        row, event = entry.row, entry.event
        match event:
            case SessionOpened():
                self.opened, self.opened_by = event, row.envelope.actor
            case SessionProvisioned():
                self.provisioned = event
            case SessionTaskGiven():
                self.task = event.task_id
            case SessionClosed():
                self.state = "closed"
            case SessionLost():
                self.state = "lost"
            case SessionProvisioningFailed():
                self.state = "failed"
            case _:
                pass
        if not isinstance(event, SAID_ELSEWHERE + BOOKKEEPING):
            payload = (row.payload or b"").decode("utf-8", "replace")
            happening = Happening(
                position=row.position,
                at=row.envelope.recorded_at,
                actor=row.envelope.actor,
                text=words(row.topic, event),
                payload=payload[:4000],
            )
            self._limited(self.happenings, happening)

    def _limited(self, items: list[ItemT], item: ItemT) -> None:
        if len(self.happenings) + len(self.network) < MOST_HAPPENINGS:
            items.append(item)
        else:
            self.happenings_left_out += 1


def told(entries: Iterable[Entry], session: UUID) -> Story:
    story = Story(session)
    for entry in entries:
        story.take(entry)
    return story
