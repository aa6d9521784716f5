"""A project's task files and the log, brought together: what both had last. One stream for each project.

What both had of a task is told by a version of the task's stream. Only where a field stood otherwise (a conflict, text
that could not be read, an edit that was refused) its value is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, assert_never
from uuid import UUID, uuid5

from quarterdeck.domain.task_conflicts import FieldValue

MAX_FINDINGS = 50
MAX_TEXT = 500


def task_files_id(project_id: UUID) -> UUID:
    return uuid5(project_id, "task files")


FOLLOWED_ID = UUID("5d8a3c0e-6a57-5f0e-9b0c-3a4be0a7f2c1")
"""The one stream that says which projects have their task files followed."""


@dataclass(frozen=True, kw_only=True)
class TaskFilesFollowed:
    """A project's task files are kept in step from now on; or not any more."""

    TOPIC: ClassVar[str] = "TaskFilesFollowed"
    SCHEMA_VERSION: ClassVar[int] = 1
    project_id: UUID
    on: bool


@dataclass(frozen=True, kw_only=True)
class SynchronizedFile:
    path: str
    blob: str
    """The name of its content as git has it."""


@dataclass(frozen=True, kw_only=True)
class KeptField:
    field: str
    value: FieldValue


@dataclass(frozen=True, kw_only=True)
class SynchronizedTask:
    """What file and log both had: the task at `version` of its stream, but for `kept`."""

    number: int
    version: int
    in_file: bool = True
    """False: it was taken out of the file when it was done with."""
    kept: tuple[KeptField, ...] = ()
    notes: tuple[int, ...] | None = None
    """Which of its notes, counted from 0, the file has or had; None: all."""


@dataclass(frozen=True, kw_only=True)
class SyncFinding:
    """Something in a file that does not count, or not as it stands; or what one side did not take."""

    path: str
    line: int
    """From 1; 0: of no line."""
    message: str
    next_step: str = ""
    number: int | None = None
    """Of the task."""


@dataclass(frozen=True, kw_only=True)
class TaskSyncRequested:
    TOPIC: ClassVar[str] = "TaskSyncRequested"
    SCHEMA_VERSION: ClassVar[int] = 1
    number: int
    """Of the project's requests, from 1."""
    removals: bool = False
    """Tasks that are gone from the files are to be dropped, however many they are."""


@dataclass(frozen=True, kw_only=True)
class TaskSynchronized:
    """What the files said is in the log. What the log said is about to be written, if `writing` names files."""

    TOPIC: ClassVar[str] = "TaskSynchronized"
    SCHEMA_VERSION: ClassVar[int] = 1
    commit: str
    """The branch's, that was read."""
    answers: int = 0
    """The last request that it is an answer to."""
    files: tuple[SynchronizedFile, ...] = ()
    """As they were read; one that is not there is left out."""
    tasks: tuple[SynchronizedTask, ...] = ()
    """Those that are otherwise than before."""
    writing: tuple[SynchronizedFile, ...] = ()
    """Files about to be written, as they will be."""
    once_written: tuple[SynchronizedTask, ...] = ()
    """As `tasks`, when they are written."""
    read: int = 0
    """Tasks that the files changed in the log."""
    written: int = 0
    """Tasks that are changed in the files."""
    findings: tuple[SyncFinding, ...] = ()
    findings_total: int = 0
    merged: tuple[int, ...] = ()
    """Tasks of sessions whose own items, without ids, arrived in the files and were taken out again."""


@dataclass(frozen=True, kw_only=True)
class TaskFilesWritten:
    """What was about to be written is on the branch."""

    TOPIC: ClassVar[str] = "TaskFilesWritten"
    SCHEMA_VERSION: ClassVar[int] = 1
    commit: str


@dataclass(frozen=True, kw_only=True)
class TaskSyncFailed:
    """It is tried again; said once for each reason."""

    TOPIC: ClassVar[str] = "TaskSyncFailed"
    SCHEMA_VERSION: ClassVar[int] = 1
    message: str
    next_step: str
    answers: int = 0


TaskFilesEvent = TaskSyncRequested | TaskSynchronized | TaskFilesWritten | TaskSyncFailed


@dataclass(frozen=True, kw_only=True)
class TaskFiles:
    commit: str = ""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """By path the content's name, as it was last read or written."""
    writing: tuple[SynchronizedFile, ...] = ()
    """Not known to be written."""
    asked: int = 0
    answered: int = 0
    removals: bool = False
    """Asked for, by a request that is not answered."""
    findings: tuple[SyncFinding, ...] = ()
    failure: str = ""

    @property
    def is_asked(self) -> bool:
        return self.asked > self.answered


def evolve(state: TaskFiles, event: TaskFilesEvent) -> TaskFiles:
    match event:
        case TaskSyncRequested():
            return replace(state, asked=event.number, removals=event.removals or (state.removals and state.is_asked))
        case TaskSynchronized():
            return replace(
                state,
                commit=event.commit,
                files={each.path: each.blob for each in event.files},
                writing=event.writing,
                answered=max(event.answers, state.answered),
                removals=state.removals and event.answers < state.asked,
                findings=event.findings,
                failure="",
            )
        case TaskFilesWritten():
            written = {each.path: each.blob for each in state.writing}
            return replace(state, commit=event.commit, files={**state.files, **written}, writing=(), failure="")
        case TaskSyncFailed():
            answered = max(event.answers, state.answered)
            return replace(state, answered=answered, failure=event.message)
        case _:
            assert_never(event)


def request(state: TaskFiles, *, removals: bool) -> tuple[TaskFilesEvent, ...]:
    return (TaskSyncRequested(number=state.asked + 1, removals=removals),)


def fail(state: TaskFiles, message: str, next_step: str, asked: int) -> tuple[TaskFilesEvent, ...]:
    """Nothing where that was said already, and nobody has asked since."""
    if state.failure == message and state.answered >= asked:
        return ()
    return (TaskSyncFailed(message=message[:MAX_TEXT], next_step=next_step[:MAX_TEXT], answers=asked),)


def write_done(state: TaskFiles, commit: str) -> tuple[TaskFilesEvent, ...]:
    return (TaskFilesWritten(commit=commit),) if state.writing else ()
