"""Shapes that events had in earlier versions, and how each becomes the next. Nothing here is ever removed."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from quarterdeck.domain.command import ChangedFile, CommandFinished, EndReason
from quarterdeck.domain.limits import NOTHING_ASKED, LimitsAsked
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.project import ProjectCreated, ProjectSettings, ProjectSettingsChanged
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_events import SessionCloseRequested, SessionOpened, SessionProvisioned
from quarterdeck.domain.task_file_settings import BY_DEFAULT, TaskFileSettings
from quarterdeck.domain.workspace import SnapshotTaken, WorkspaceDiscarded, WorkspacePrepared


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A version that is no longer written: its shape, and the step to the version after it."""

    shape: type
    upcast: Callable[[Any], object]


@dataclass(frozen=True, kw_only=True)
class SessionProvisionedV1:
    worker_id: str
    jail_driver: str
    base_commit: str
    limits_note: str


def _provisioned_v2(event: SessionProvisionedV1) -> SessionProvisioned:
    """Limits were prose, and every workspace was an overlay."""
    return SessionProvisioned(
        worker_id=event.worker_id,
        jail_driver=event.jail_driver,
        workspace_kind="overlay",
        base_commit=event.base_commit,
        limits=(),
    )


@dataclass(frozen=True, kw_only=True)
class ProjectSettingsV1:
    jail_driver: str = "auto"
    max_sessions: int = 20
    max_commands_per_session: int = 16
    command_timeout_seconds: int = 3600
    strict_limits: bool = False


@dataclass(frozen=True, kw_only=True)
class ProjectCreatedV1:
    name: str
    repository: str
    default_branch: str
    owner_id: UUID
    settings: ProjectSettingsV1


@dataclass(frozen=True, kw_only=True)
class ProjectSettingsChangedV1:
    settings: ProjectSettingsV1


@dataclass(frozen=True, kw_only=True)
class ProjectSettingsV2:
    jail_driver: str = "auto"
    max_sessions: int = 20
    max_commands_per_session: int = 16
    max_sessions_per_user: int | None = None
    command_timeout_seconds: int = 3600
    limits: LimitsAsked = NOTHING_ASKED
    strict_limits: bool = False
    network: tuple[NetworkRule, ...] = ()
    image: str = ""
    dockerfile: str = ""
    runtime: str = ""
    keep_ignored: bool = False


@dataclass(frozen=True, kw_only=True)
class ProjectCreatedV2:
    name: str
    repository: str
    default_branch: str
    owner_id: UUID
    settings: ProjectSettingsV2


@dataclass(frozen=True, kw_only=True)
class ProjectSettingsChangedV2:
    settings: ProjectSettingsV2


def _created_v2(event: ProjectCreatedV1) -> ProjectCreatedV2:
    """Limits, network and images were no settings: what is new has its default."""
    return ProjectCreatedV2(
        name=event.name,
        repository=event.repository,
        default_branch=event.default_branch,
        owner_id=event.owner_id,
        settings=ProjectSettingsV2(**vars(event.settings)),
    )


def _settings_changed_v2(event: ProjectSettingsChangedV1) -> ProjectSettingsChangedV2:
    return ProjectSettingsChangedV2(settings=ProjectSettingsV2(**vars(event.settings)))


@dataclass(frozen=True, kw_only=True)
class ProjectSettingsV3:
    jail_driver: str = "auto"
    max_sessions: int = 20
    max_commands_per_session: int = 16
    max_sessions_per_user: int | None = None
    command_timeout_seconds: int = 3600
    limits: LimitsAsked = NOTHING_ASKED
    strict_limits: bool = False
    network: tuple[NetworkRule, ...] = ()
    image: str = ""
    dockerfile: str = ""
    runtime: str = ""
    keep_ignored: bool = False
    when_idle: str = "pause"


@dataclass(frozen=True, kw_only=True)
class ProjectCreatedV3:
    name: str
    repository: str
    default_branch: str
    owner_id: UUID
    settings: ProjectSettingsV3


@dataclass(frozen=True, kw_only=True)
class ProjectSettingsChangedV3:
    settings: ProjectSettingsV3


def _created_v3(event: ProjectCreatedV2) -> ProjectCreatedV3:
    """An idle session went on for ever; now it is paused where the project has a limit for that."""
    return ProjectCreatedV3(
        name=event.name,
        repository=event.repository,
        default_branch=event.default_branch,
        owner_id=event.owner_id,
        settings=ProjectSettingsV3(**vars(event.settings)),
    )


def _settings_changed_v3(event: ProjectSettingsChangedV2) -> ProjectSettingsChangedV3:
    return ProjectSettingsChangedV3(settings=ProjectSettingsV3(**vars(event.settings)))


@dataclass(frozen=True, kw_only=True)
class ProjectSettingsV4:
    jail_driver: str = "auto"
    max_sessions: int = 20
    max_commands_per_session: int = 16
    max_sessions_per_user: int | None = None
    command_timeout_seconds: int = 3600
    limits: LimitsAsked = NOTHING_ASKED
    strict_limits: bool = False
    network: tuple[NetworkRule, ...] = ()
    image: str = ""
    dockerfile: str = ""
    runtime: str = ""
    keep_ignored: bool = False
    when_idle: str = "pause"
    snapshot_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class ProjectCreatedV4:
    name: str
    repository: str
    default_branch: str
    owner_id: UUID
    settings: ProjectSettingsV4


@dataclass(frozen=True, kw_only=True)
class ProjectSettingsChangedV4:
    settings: ProjectSettingsV4


def _created_v4(event: ProjectCreatedV3) -> ProjectCreatedV4:
    """A project had no say in how much of its snapshots is kept."""
    return ProjectCreatedV4(
        name=event.name,
        repository=event.repository,
        default_branch=event.default_branch,
        owner_id=event.owner_id,
        settings=ProjectSettingsV4(**vars(event.settings)),
    )


def _settings_changed_v4(event: ProjectSettingsChangedV3) -> ProjectSettingsChangedV4:
    return ProjectSettingsChangedV4(settings=ProjectSettingsV4(**vars(event.settings)))


@dataclass(frozen=True, kw_only=True)
class ProjectSettingsV5:
    jail_driver: str = "auto"
    max_sessions: int = 20
    max_commands_per_session: int = 16
    max_sessions_per_user: int | None = None
    command_timeout_seconds: int = 3600
    limits: LimitsAsked = NOTHING_ASKED
    strict_limits: bool = False
    network: tuple[NetworkRule, ...] = ()
    image: str = ""
    dockerfile: str = ""
    runtime: str = ""
    keep_ignored: bool = False
    when_idle: str = "pause"
    snapshot_bytes: int | None = None
    task_files: TaskFileSettings = BY_DEFAULT


@dataclass(frozen=True, kw_only=True)
class ProjectCreatedV5:
    name: str
    repository: str
    default_branch: str
    owner_id: UUID
    settings: ProjectSettingsV5


@dataclass(frozen=True, kw_only=True)
class ProjectSettingsChangedV5:
    settings: ProjectSettingsV5


def _created_v5(event: ProjectCreatedV4) -> ProjectCreatedV5:
    """Task files were not kept in step with the log."""
    return ProjectCreatedV5(
        name=event.name,
        repository=event.repository,
        default_branch=event.default_branch,
        owner_id=event.owner_id,
        settings=ProjectSettingsV5(**vars(event.settings)),
    )


def _settings_changed_v5(event: ProjectSettingsChangedV4) -> ProjectSettingsChangedV5:
    return ProjectSettingsChangedV5(settings=ProjectSettingsV5(**vars(event.settings)))


def _created_v6(event: ProjectCreatedV5) -> ProjectCreated:
    """A session that was closed changed no task's status."""
    return ProjectCreated(
        name=event.name,
        repository=event.repository,
        default_branch=event.default_branch,
        owner_id=event.owner_id,
        settings=ProjectSettings(**vars(event.settings)),
    )


def _settings_changed_v6(event: ProjectSettingsChangedV5) -> ProjectSettingsChanged:
    return ProjectSettingsChanged(settings=ProjectSettings(**vars(event.settings)))


@dataclass(frozen=True, kw_only=True)
class SessionCloseRequestedV1:
    pass


def _close_requested_v2(_: SessionCloseRequestedV1) -> SessionCloseRequested:
    """It was always somebody's wish."""
    return SessionCloseRequested()


@dataclass(frozen=True, kw_only=True)
class SnapshotTakenV1:
    command_id: UUID | None
    tree: str
    files_changed: int


def _taken_v2(event: SnapshotTakenV1) -> SnapshotTaken:
    """What was left out was not recorded."""
    return SnapshotTaken(command_id=event.command_id, tree=event.tree, files_changed=event.files_changed)


class EndReasonV1(StrEnum):
    EXITED = "exited"
    SIGNALLED = "signalled"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    OUT_OF_MEMORY = "out_of_memory"
    QUOTA = "quota"
    OUTPUT_LIMIT = "output_limit"
    NOT_STARTED = "not_started"


@dataclass(frozen=True, kw_only=True)
class CommandFinishedV1:
    exit_code: int | None
    signal: str | None
    reason: EndReasonV1
    wall_ms: int
    cpu_ms: int
    peak_memory_bytes: int
    output_bytes: int
    output_sha256: str
    tree_before: str
    tree_after: str
    files_changed: tuple[ChangedFile, ...] = ()
    files_changed_total: int = 0


def _finished_v2(event: CommandFinishedV1) -> CommandFinished:
    """Too many processes were no reason of their own: such a command had just failed."""
    values: dict[str, Any] = dict(vars(event))
    values["reason"] = EndReason(event.reason)
    return CommandFinished(**values)


@dataclass(frozen=True, kw_only=True)
class WorkspacePreparedV1:
    session_id: UUID
    kind: str
    base_commit: str
    tree: str


def _prepared_v2(event: WorkspacePreparedV1) -> WorkspacePrepared:
    """What a copy lacked was not recorded."""
    return WorkspacePrepared(**vars(event))


@dataclass(frozen=True, kw_only=True)
class SessionOpenedV1:
    project_id: UUID
    owner_id: UUID
    ref: str
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class SessionOpenedV2:
    project_id: UUID
    owner_id: UUID
    ref: str
    title: str = ""
    limits: LimitsAsked = NOTHING_ASKED


def _opened_v2(event: SessionOpenedV1) -> SessionOpenedV2:
    """Sessions had no limits of their own."""
    return SessionOpenedV2(**vars(event))


def _opened_v3(event: SessionOpenedV2) -> SessionOpened:
    """There were no personas."""
    return SessionOpened(**vars(event))


@dataclass(frozen=True, kw_only=True)
class SessionReopenedV1:
    project_id: UUID
    owner_id: UUID
    ref: str
    title: str
    worker_id: str
    reason: str
    limits: LimitsAsked = NOTHING_ASKED


def _reopened_v2(event: SessionReopenedV1) -> SessionReopened:
    return SessionReopened(**vars(event))


@dataclass(frozen=True, kw_only=True)
class WorkspaceDiscardedV1:
    last_tree: str


def _discarded_v2(event: WorkspaceDiscardedV1) -> WorkspaceDiscarded:
    """What was on its disk was not recorded."""
    return WorkspaceDiscarded(last_tree=event.last_tree)


EARLIER: dict[tuple[str, int], Earlier] = {
    ("CommandFinished", 1): Earlier(shape=CommandFinishedV1, upcast=_finished_v2),
    ("ProjectCreated", 1): Earlier(shape=ProjectCreatedV1, upcast=_created_v2),
    ("ProjectCreated", 2): Earlier(shape=ProjectCreatedV2, upcast=_created_v3),
    ("ProjectCreated", 3): Earlier(shape=ProjectCreatedV3, upcast=_created_v4),
    ("ProjectCreated", 4): Earlier(shape=ProjectCreatedV4, upcast=_created_v5),
    ("ProjectCreated", 5): Earlier(shape=ProjectCreatedV5, upcast=_created_v6),
    ("ProjectSettingsChanged", 1): Earlier(shape=ProjectSettingsChangedV1, upcast=_settings_changed_v2),
    ("ProjectSettingsChanged", 2): Earlier(shape=ProjectSettingsChangedV2, upcast=_settings_changed_v3),
    ("ProjectSettingsChanged", 3): Earlier(shape=ProjectSettingsChangedV3, upcast=_settings_changed_v4),
    ("ProjectSettingsChanged", 4): Earlier(shape=ProjectSettingsChangedV4, upcast=_settings_changed_v5),
    ("ProjectSettingsChanged", 5): Earlier(shape=ProjectSettingsChangedV5, upcast=_settings_changed_v6),
    ("SessionCloseRequested", 1): Earlier(shape=SessionCloseRequestedV1, upcast=_close_requested_v2),
    ("SessionOpened", 1): Earlier(shape=SessionOpenedV1, upcast=_opened_v2),
    ("SessionOpened", 2): Earlier(shape=SessionOpenedV2, upcast=_opened_v3),
    ("SessionProvisioned", 1): Earlier(shape=SessionProvisionedV1, upcast=_provisioned_v2),
    ("SessionReopened", 1): Earlier(shape=SessionReopenedV1, upcast=_reopened_v2),
    ("SnapshotTaken", 1): Earlier(shape=SnapshotTakenV1, upcast=_taken_v2),
    ("WorkspaceDiscarded", 1): Earlier(shape=WorkspaceDiscardedV1, upcast=_discarded_v2),
    ("WorkspacePrepared", 1): Earlier(shape=WorkspacePreparedV1, upcast=_prepared_v2),
}
"""By topic and version. Every version before an event's current one is here; a test checks it."""
