"""A project's tasks as the log has them, and as its files had them last, folded from the log and kept up with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast, get_args
from uuid import UUID

from quarterdeck.application.ports.log import EventLog, LoggedEvent
from quarterdeck.domain import task, task_files
from quarterdeck.domain.base import Actor, ActorKind, ErasedEvent, UnknownEvent
from quarterdeck.domain.session_task_files import SessionTaskFilesRead
from quarterdeck.domain.task import NoTask, Task
from quarterdeck.domain.task_conflicts import Choice, FieldValue, TaskConflictResolved
from quarterdeck.domain.task_events import TaskCreated, TaskEvent, TaskProgressNoted, TaskStatus
from quarterdeck.domain.task_fields import Priority
from quarterdeck.domain.task_files import (
    KeptField,
    SynchronizedTask,
    TaskFiles,
    TaskFilesEvent,
    TaskFilesWritten,
    TaskSynchronized,
)
from quarterdeck.task_document.synchronized import Conflict, Synchronized
from quarterdeck.task_document.values import Field, Note, TaskValues, normal, same, with_value

PAGE = 5_000
TOPICS = frozenset(cls.TOPIC for cls in (*get_args(TaskEvent), *get_args(TaskFilesEvent), SessionTaskFilesRead))
Names = Mapping[UUID, str]


@dataclass(frozen=True)
class Said:
    """A progress note."""

    text: str
    on: str
    by: Actor


@dataclass(frozen=True)
class Seen:
    """A task at a version of its stream."""

    task: Task
    version: int
    notes: tuple[Said, ...] = ()

    def after(self, event: TaskEvent, on: str, by: Actor) -> "Seen":
        state = task.evolve(self.task, event)
        if isinstance(state, NoTask):
            raise TypeError("a task does not become none")
        notes = (*self.notes, Said(event.text, on, by)) if isinstance(event, TaskProgressNoted) else self.notes
        return Seen(state, self.version + 1, notes)

    def values(self, names: Names) -> TaskValues:
        """Made once: `names` has all that it needs, and a name does not change."""
        known: TaskValues | None = self.__dict__.get("_values")
        if known is None:
            known = self._values_with(names)
            self.__dict__["_values"] = known
        return known

    def _values_with(self, names: Names) -> TaskValues:
        fields, owner = self.task.fields, self.task.owner_id
        return normal(
            TaskValues(
                **{each: getattr(fields, each) for each in _PLAIN},
                status=self.task.status,
                owner=None if owner is None else names.get(owner, str(owner)),
                notes=tuple(Note(text=each.text, on=each.on, by=name_of(each.by, names)) for each in self.notes),
            )
        )


_PLAIN = ("title", "body", "labels", "priority", "estimate", "dependencies", "acceptance")


@dataclass(frozen=True)
class Base:
    """What file and log both had last of a task."""

    seen: Seen
    told: SynchronizedTask


@dataclass
class Book:
    """`refresh` before each look."""

    project_id: UUID
    position: int = 0
    seen: dict[int, Seen] = field(default_factory=dict[int, Seen])
    base: dict[int, Base] = field(default_factory=dict[int, Base])
    files: TaskFiles = field(default_factory=TaskFiles)
    files_version: int = 0
    given: dict[str, dict[int, set[UUID]]] = field(default_factory=dict[str, dict[int, set[UUID]]])
    """By title of an item without an id in sessions' files: the task that it is, and the sessions that have it so."""
    titles: dict[str, set[int]] = field(default_factory=dict[str, set[int]])
    """All that tasks have or had, and which."""
    _pending: tuple[SynchronizedTask, ...] = ()
    _numbers: dict[UUID, int] = field(default_factory=dict[UUID, int])
    _versions: dict[int, list[Seen]] = field(default_factory=dict[int, list[Seen]])
    """From the base's on: the next base may be any of them."""
    _resolved: dict[int, list[tuple[int, TaskConflictResolved, FieldValue]]] = field(
        default_factory=dict[int, list[tuple[int, TaskConflictResolved, FieldValue]]]
    )

    async def refresh(self, log: EventLog) -> None:
        while True:
            page = await log.read_project(self.project_id, TOPICS, self.position, PAGE)
            for recorded in page:
                self.apply(recorded)
                self.position = recorded.position
            if len(page) < PAGE:
                return

    def apply(self, recorded: LoggedEvent) -> None:
        event = recorded.event
        if isinstance(event, UnknownEvent | ErasedEvent):
            self._skip(recorded)
        elif isinstance(event, TaskCreated):
            seen = Seen(Task(project_id=event.project_id, number=event.number, fields=event.fields), 1)
            self._numbers[recorded.stream_id] = event.number
            self._see(event.number, seen)
        elif isinstance(event, get_args(TaskFilesEvent)):
            self._apply_files(recorded.version, cast("TaskFilesEvent", event))
        elif isinstance(event, SessionTaskFilesRead):
            self._apply_given(event)
        elif (number := self._numbers.get(recorded.stream_id)) is not None:
            self._apply_task(number, recorded, cast("TaskEvent", event))

    def values(self, names: Names) -> dict[int, TaskValues]:
        return {number: seen.values(names) for number, seen in self.seen.items()}

    def synchronized(self, names: Names) -> dict[int, Synchronized]:
        """The base of a merge."""
        return {number: self._synchronized(number, base, names) for number, base in self.base.items()}

    def users(self) -> set[UUID]:
        """Whose names its values are told with."""
        owners = (seen.task.owner_id for seen in self._all())
        noted = (said.by for seen in self.seen.values() for said in seen.notes)
        users = (UUID(by.id) for by in noted if by.kind is ActorKind.USER)
        return {each for each in (*owners, *users) if each is not None}

    def _all(self) -> Iterable[Seen]:
        return (*self.seen.values(), *(base.seen for base in self.base.values()))

    def _skip(self, recorded: LoggedEvent) -> None:
        """What cannot be read counts in the version."""
        number = self._numbers.get(recorded.stream_id)
        if number is not None:
            self._see(number, replace(self.seen[number], version=recorded.version))
        elif recorded.stream_id == task_files.task_files_id(self.project_id):
            self.files_version = recorded.version

    def _apply_task(self, number: int, recorded: LoggedEvent, event: TaskEvent) -> None:
        before = self.seen[number]
        on, by = f"{recorded.envelope.recorded_at:%Y-%m-%d}", recorded.envelope.actor
        if isinstance(event, TaskConflictResolved):
            found = before.task.conflicts.get((event.field, event.session_id))
            if found and event.session_id is None:
                self._resolved.setdefault(number, []).append((recorded.version, event, found.file))
                self._resolve(number)
        self._see(number, before.after(event, on, by))

    def _see(self, number: int, seen: Seen) -> None:
        self.seen[number] = seen
        self.titles.setdefault(seen.task.fields.title, set()).add(number)
        self._versions.setdefault(number, []).append(seen)

    def _apply_files(self, version: int, event: TaskFilesEvent) -> None:
        self.files_version = version
        self.files = task_files.evolve(self.files, event)
        if isinstance(event, TaskSynchronized):
            self._take(event.tasks)
            self._pending = event.once_written
            for number in event.merged:
                self._forget_given(number)
        elif isinstance(event, TaskFilesWritten):
            self._take(self._pending)
            self._pending = ()

    def _take(self, tasks: Sequence[SynchronizedTask]) -> None:
        for told in tasks:
            versions = self._versions.get(told.number, [])
            place = max((at for at, seen in enumerate(versions) if seen.version <= told.version), default=None)
            if place is None:
                continue
            self._versions[told.number] = versions[place:]
            self.base[told.number] = Base(versions[place], told)
            later = [each for each in self._resolved.get(told.number, ()) if each[0] > told.version]
            self._resolved[told.number] = later
            self._resolve(told.number)

    def _resolve(self, number: int) -> None:
        """What was decided since: the file's value is what both had, so that the log's goes to the file."""
        for _, event, value in self._resolved.get(number, ()):
            base = self.base.get(number)
            if base is None or event.choice is Choice.AGREED:
                continue
            if event.field is None:
                if event.choice is not Choice.FILE:
                    del self.base[number]
                continue
            others = tuple(each for each in base.told.kept if each.field != event.field)
            kept = (*others, KeptField(field=event.field, value=value))
            self.base[number] = Base(base.seen, replace(base.told, kept=kept))

    def _apply_given(self, event: SessionTaskFilesRead) -> None:
        if event.problem:
            return
        for each in event.given:
            self.given.setdefault(each.title, {}).setdefault(each.number, set()).add(event.session_id)

    def _forget_given(self, number: int) -> None:
        """One session's item has arrived and was taken out; another with it is one of another session."""
        for numbers in self.given.values():
            if sessions := numbers.get(number):
                sessions.pop()
                if not sessions:
                    del numbers[number]

    def _synchronized(self, number: int, base: Base, names: Names) -> Synchronized:
        values = base.seen.values(names)
        if base.told.notes is not None:
            values = replace(values, notes=tuple(values.notes[at] for at in base.told.notes if at < len(values.notes)))
        for each in base.told.kept:
            values = with_value(values, Field(each.field), read_value(Field(each.field), each.value))
        now = self.seen[number]
        conflicts = tuple(
            Conflict(
                number=number,
                field=None if found.field is None else Field(found.field),
                base=found.base,
                file=found.file if found.field is None else read_value(Field(found.field), found.file),
                api=now.values(names) if found.field is None else read_value(Field(found.field), found.log),
            )
            for (_, session_id), found in now.task.conflicts.items()
            if session_id is None
        )
        return Synchronized(values=values, in_file=base.told.in_file, conflicts=conflicts)


def told(number: int, seen: Seen, wanted: Synchronized, names: Names) -> SynchronizedTask:
    """As it is stored: `wanted` by a version of the task, and where it differs from that."""
    values = seen.values(names)
    kept = tuple(
        KeptField(field=each, value=told_value(wanted.values.of(each)))
        for each in Field
        if not same(each, wanted.values.of(each), values.of(each))
    )
    return SynchronizedTask(
        number=number,
        version=seen.version,
        in_file=wanted.in_file,
        kept=kept,
        notes=_known_notes(values.notes, wanted.values.notes),
    )


def _known_notes(all_notes: Sequence[Note], known: Sequence[Note]) -> tuple[int, ...] | None:
    left = [note.text for note in known]
    found: list[int] = []
    for at, note in enumerate(all_notes):
        if note.text in left:
            left.remove(note.text)
            found.append(at)
    return None if len(found) == len(all_notes) else tuple(found)


def told_value(value: Any) -> FieldValue:
    """A field's value as events have it."""
    if isinstance(value, tuple):
        return cast("tuple[str | int, ...]", value)
    return None if value is None else value if isinstance(value, int) else str(value)


def read_value(what: Field, value: FieldValue) -> Any:
    match what:
        case Field.STATUS:
            return TaskStatus(str(value))
        case Field.PRIORITY:
            return Priority(str(value))
        case _:
            return value


def name_of(actor: Actor, names: Names) -> str:
    """As it stands before a note."""
    if actor.kind is ActorKind.USER:
        return names.get(UUID(actor.id), actor.id)
    return actor.id.partition(" <")[0]
