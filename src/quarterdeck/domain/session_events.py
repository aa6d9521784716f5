"""What can happen to a session."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from quarterdeck.domain.deadlines import SessionLimitNear
from quarterdeck.domain.limits import NOTHING_ASKED, LimitsAsked
from quarterdeck.domain.pausing import (
    PauseEvent,
)
from quarterdeck.domain.persona import SessionPersona
from quarterdeck.domain.point import Point
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_holds import HoldEvent
from quarterdeck.domain.session_task import SessionTaskGiven


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One limit as asked for and as this host keeps it."""

    name: str
    asked: str
    enforced_by: str
    """`cgroup`, `rlimit`, `watcher`, or `` where this host cannot."""


@dataclass(frozen=True, kw_only=True)
class SessionOpened:
    TOPIC: ClassVar[str] = "SessionOpened"
    SCHEMA_VERSION: ClassVar[int] = 3
    project_id: UUID
    owner_id: UUID
    ref: str
    """Branch, tag or commit of the repository that the workspace starts from."""
    title: str = ""
    limits: LimitsAsked = NOTHING_ASKED
    """What was asked for beside the project's and the persona's; the strictest of each holds."""
    persona: SessionPersona | None = None


@dataclass(frozen=True, kw_only=True)
class SessionAdmitted:
    """It has a place: a worker may provision it. Until then it waits in the project's queue."""

    TOPIC: ClassVar[str] = "SessionAdmitted"
    SCHEMA_VERSION: ClassVar[int] = 1


@dataclass(frozen=True, kw_only=True)
class SessionForked:
    """It starts with the files, and the shell's directory and exports, that another session had at a point."""

    TOPIC: ClassVar[str] = "SessionForked"
    SCHEMA_VERSION: ClassVar[int] = 1
    source_session_id: UUID
    point: Point
    base_commit: str
    """What the source was made from, and so is this one."""
    tree: str
    worker_id: str
    """Where the source's files are."""


@dataclass(frozen=True, kw_only=True)
class SessionProvisioned:
    TOPIC: ClassVar[str] = "SessionProvisioned"
    SCHEMA_VERSION: ClassVar[int] = 2
    worker_id: str
    jail_driver: str
    workspace_kind: str
    """`overlay` or `clone`."""
    base_commit: str
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SessionProvisioningFailed:
    TOPIC: ClassVar[str] = "SessionProvisioningFailed"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str
    next_step: str


@dataclass(frozen=True, kw_only=True)
class SessionAdopted:
    """A worker found the session's jail alive, or built it anew on the kept files (`rebuilt`)."""

    TOPIC: ClassVar[str] = "SessionAdopted"
    SCHEMA_VERSION: ClassVar[int] = 1
    worker_id: str
    rebuilt: bool
    detail: str


@dataclass(frozen=True, kw_only=True)
class SessionCloseRequested:
    TOPIC: ClassVar[str] = "SessionCloseRequested"
    SCHEMA_VERSION: ClassVar[int] = 2
    reason: str = ""
    """Where it is not somebody's wish."""


@dataclass(frozen=True, kw_only=True)
class SessionLost:
    TOPIC: ClassVar[str] = "SessionLost"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str


@dataclass(frozen=True, kw_only=True)
class SessionClosed:
    TOPIC: ClassVar[str] = "SessionClosed"
    SCHEMA_VERSION: ClassVar[int] = 1
    detail: str = ""


SessionEvent = (
    SessionOpened
    | SessionAdmitted
    | SessionForked
    | SessionTaskGiven
    | SessionProvisioned
    | SessionProvisioningFailed
    | SessionAdopted
    | SessionReopened
    | PauseEvent
    | HoldEvent
    | SessionLimitNear
    | SessionCloseRequested
    | SessionLost
    | SessionClosed
)
