"""A session's own copy of its project's task files: how far the log has taken over what was edited there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar
from uuid import UUID, uuid5

from quarterdeck.domain.task_files import SyncFinding, SynchronizedFile


def session_task_files_id(session_id: UUID) -> UUID:
    return uuid5(session_id, "task files")


@dataclass(frozen=True, kw_only=True)
class GivenTask:
    """An item of a session's file that has no id there, and which task it became in the log."""

    title: str
    number: int


@dataclass(frozen=True, kw_only=True)
class SessionTaskFilesRead:
    """What a snapshot's task files say is in the log: events of the same append."""

    TOPIC: ClassVar[str] = "SessionTaskFilesRead"
    SCHEMA_VERSION: ClassVar[int] = 1
    session_id: UUID
    snapshot: int
    """Version of the workspace's stream that the snapshot has."""
    tree: str
    files: tuple[SynchronizedFile, ...]
    given: tuple[GivenTask, ...] = ()
    """All that are in these files without an id."""
    problem: str = ""
    """Why they could not be read; what they say does not count then."""
    findings: tuple[SyncFinding, ...] = ()
    """What of it was not taken over."""


@dataclass(frozen=True, kw_only=True)
class SessionTaskFiles:
    snapshot: int = 0
    tree: str | None = None
    """Whose files were read last; None: none yet."""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    given: Mapping[str, int] = field(default_factory=dict[str, int])
    """By title."""
    contents: frozenset[str] = frozenset()
    """All that its files had, by their names."""


def evolve(state: SessionTaskFiles, event: SessionTaskFilesRead) -> SessionTaskFiles:
    if event.problem:
        return replace(state, snapshot=event.snapshot)
    return SessionTaskFiles(
        snapshot=event.snapshot,
        tree=event.tree,
        files={each.path: each.blob for each in event.files},
        given={each.title: each.number for each in event.given},
        contents=state.contents | {each.blob for each in event.files},
    )
