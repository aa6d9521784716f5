"""Earlier versions of events of projects."""

from dataclasses import dataclass
from uuid import UUID

from quarterdeck.adapters.postgres.history.earlier import Earlier, Versions
from quarterdeck.domain.limits import NOTHING_ASKED, LimitsAsked
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.project import ProjectCreated, ProjectSettings, ProjectSettingsChanged
from quarterdeck.domain.task_file_settings import BY_DEFAULT, TaskFileSettings


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


EARLIER: Versions = {
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
}
