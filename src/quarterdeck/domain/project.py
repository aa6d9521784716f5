"""Project: a repository that sessions work on, and who may."""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import ClassVar, assert_never
from uuid import UUID

from quarterdeck.domain import limits, network, task_file_settings
from quarterdeck.domain.deadlines import WhenIdle
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError
from quarterdeck.domain.limits import NOTHING_ASKED, LimitsAsked
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.task_file_settings import BY_DEFAULT, TaskFileSettings

MAX_NAME = 100
MAX_PATH = 1000
_DOCKER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}")


class Role(StrEnum):
    """What a member may do: look, run sessions, or change the project."""

    VIEWER = "viewer"
    DEVELOPER = "developer"
    OWNER = "owner"


class TaskAtClose(StrEnum):
    """What becomes of a task when the session that works on it is closed."""

    NONE = "none"
    IN_REVIEW = "in_review"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class ProjectSettings:
    jail_driver: str = "auto"
    max_sessions: int = 20
    """Sessions that may be open at once."""
    max_commands_per_session: int = 16
    """Commands that may run at once in one session; what exceeds it waits."""
    max_sessions_per_user: int | None = None
    """Of those open at once, by one owner; None: as many as the project may have."""
    command_timeout_seconds: int = 3600
    limits: LimitsAsked = NOTHING_ASKED
    """Of each session; what is left out is this host's default."""
    strict_limits: bool = False
    """A session is not started where one of its limits cannot be kept."""
    network: tuple[NetworkRule, ...] = ()
    """Where sessions may connect to; empty: nowhere."""
    image: str = ""
    """Docker: the image's name; empty: this host's own system, as bubblewrap shows it."""
    dockerfile: str = ""
    """Docker: the path of a Dockerfile in the repository that the image is built from, instead of a name."""
    runtime: str = ""
    """Docker: the OCI runtime, such as `runsc`; empty: the daemon's own."""
    keep_ignored: bool = False
    """Whether snapshots hold files that git ignores."""
    when_idle: str = WhenIdle.PAUSE.value
    """What happens to a session that was idle for `limits.idle_seconds`: `pause` or `close`."""
    snapshot_bytes: int | None = None
    """Of the object store, that snapshots may take; None: as much as the workers let every project have."""
    task_files: TaskFileSettings = BY_DEFAULT
    task_at_close: str = TaskAtClose.NONE.value
    """How far a task is when the session that works on it is closed: `none`, `in_review` or `done`."""


@dataclass(frozen=True, kw_only=True)
class ProjectCreated:
    TOPIC: ClassVar[str] = "ProjectCreated"
    SCHEMA_VERSION: ClassVar[int] = 6
    name: str
    repository: str
    """Absolute path or URL, without credentials."""
    default_branch: str
    owner_id: UUID
    settings: ProjectSettings


@dataclass(frozen=True, kw_only=True)
class ProjectSettingsChanged:
    TOPIC: ClassVar[str] = "ProjectSettingsChanged"
    SCHEMA_VERSION: ClassVar[int] = 6
    settings: ProjectSettings


@dataclass(frozen=True, kw_only=True)
class MemberAdded:
    TOPIC: ClassVar[str] = "MemberAdded"
    SCHEMA_VERSION: ClassVar[int] = 1
    user_id: UUID
    role: Role


@dataclass(frozen=True, kw_only=True)
class MemberRemoved:
    TOPIC: ClassVar[str] = "MemberRemoved"
    SCHEMA_VERSION: ClassVar[int] = 1
    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class ProjectArchived:
    TOPIC: ClassVar[str] = "ProjectArchived"
    SCHEMA_VERSION: ClassVar[int] = 1


ProjectEvent = ProjectCreated | ProjectSettingsChanged | MemberAdded | MemberRemoved | ProjectArchived


@dataclass(frozen=True, kw_only=True)
class NoProject:
    pass


@dataclass(frozen=True, kw_only=True)
class Project:
    name: str
    repository: str
    default_branch: str
    settings: ProjectSettings
    members: dict[UUID, Role] = field(default_factory=dict[UUID, Role])
    archived: bool = False


ProjectState = NoProject | Project


def evolve(state: ProjectState, event: ProjectEvent) -> ProjectState:
    match event:
        case ProjectCreated():
            return Project(
                name=event.name,
                repository=event.repository,
                default_branch=event.default_branch,
                settings=event.settings,
                members={event.owner_id: Role.OWNER},
            )
        case ProjectSettingsChanged():
            return replace(existing(state), settings=event.settings)
        case MemberAdded():
            project = existing(state)
            return replace(project, members={**project.members, event.user_id: event.role})
        case MemberRemoved():
            project = existing(state)
            return replace(project, members={u: r for u, r in project.members.items() if u != event.user_id})
        case ProjectArchived():
            return replace(existing(state), archived=True)
        case _:
            assert_never(event)


def existing(state: ProjectState) -> Project:
    """The project, or NOT_FOUND."""
    if isinstance(state, NoProject):
        raise NotFoundError("There is no such project.", "List yours with `qd project list`.")
    return state


def usable(state: ProjectState) -> Project:
    """The project if sessions may be opened in it."""
    project = existing(state)
    if project.archived:
        raise ConflictError(f"Project {project.name} is archived.", "Use another project.")
    return project


def create(
    state: ProjectState, *, name: str, repository: str, default_branch: str, owner_id: UUID, settings: ProjectSettings
) -> tuple[ProjectEvent, ...]:
    if isinstance(state, Project):
        raise ConflictError(f"Project {state.name} exists already.", "Choose another name.")
    name = name.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise InvalidInputError(
            f"A project's name is 1 to {MAX_NAME} printable characters.", "Pass another with --name.", field="name"
        )
    _check_settings(settings)
    return (
        ProjectCreated(
            name=name, repository=repository, default_branch=default_branch, owner_id=owner_id, settings=settings
        ),
    )


def change_settings(state: ProjectState, settings: ProjectSettings) -> tuple[ProjectEvent, ...]:
    if usable(state).settings == settings:
        return ()
    _check_settings(settings)
    return (ProjectSettingsChanged(settings=settings),)


def add_member(state: ProjectState, user_id: UUID, role: Role) -> tuple[ProjectEvent, ...]:
    if usable(state).members.get(user_id) is role:
        return ()
    return (MemberAdded(user_id=user_id, role=role),)


def remove_member(state: ProjectState, user_id: UUID) -> tuple[ProjectEvent, ...]:
    project = usable(state)
    if user_id not in project.members:
        return ()
    owners = [u for u, role in project.members.items() if role is Role.OWNER]
    if owners == [user_id]:
        raise ConflictError("This is the project's only owner.", "Make somebody else an owner first.")
    return (MemberRemoved(user_id=user_id),)


def archive(state: ProjectState) -> tuple[ProjectEvent, ...]:
    return () if existing(state).archived else (ProjectArchived(),)


def _check_settings(settings: ProjectSettings) -> None:
    if settings.jail_driver not in {"auto", "bubblewrap", "docker"}:
        raise InvalidInputError(
            f"There is no jail driver {settings.jail_driver!r}.",
            "Use auto, bubblewrap or docker.",
            field="settings.jailDriver",
        )
    if settings.when_idle not in set(WhenIdle):
        raise InvalidInputError(
            f"{settings.when_idle[:80]!r} is nothing that can be done with an idle session.",
            "Use pause or close.",
            field="settings.whenIdle",
        )
    bounds = {
        "maxSessions": (settings.max_sessions, 1, 10_000),
        "maxSessionsPerUser": (settings.max_sessions_per_user, 1, 10_000),
        "maxCommandsPerSession": (settings.max_commands_per_session, 1, 1_000),
        "commandTimeoutSeconds": (settings.command_timeout_seconds, 1, 7 * 24 * 3600),
        "snapshotBytes": (settings.snapshot_bytes, 1, 2**60),
    }
    for name, (value, low, high) in bounds.items():
        if value is not None and not low <= value <= high:
            raise InvalidInputError(
                f"{name} is {value}; it must be between {low} and {high}.", field=f"settings.{name}"
            )
    limits.check(settings.limits, "settings.limits")
    network.check(settings.network, "settings.network")
    if settings.task_at_close not in set(TaskAtClose):
        raise InvalidInputError(
            f"{settings.task_at_close[:80]!r} is nothing that a task can be when its session is closed.",
            f"Choose {', '.join(TaskAtClose)}.",
            field="settings.taskAtClose",
        )
    task_file_settings.check(settings.task_files, "settings.taskFiles")
    _check_image(settings)


def _check_image(settings: ProjectSettings) -> None:
    if settings.image and settings.dockerfile:
        raise InvalidInputError(
            "An image is named and a Dockerfile as well.", "Set one of them only.", field="settings.dockerfile"
        )
    for name, value in (("image", settings.image), ("runtime", settings.runtime)):
        if value and not _DOCKER_NAME.fullmatch(value):
            raise InvalidInputError(f"{value[:80]!r} is no name of a Docker {name}.", field=f"settings.{name}")
    path = settings.dockerfile
    if path and (len(path) > MAX_PATH or not path.isprintable() or ".." in path.split("/") or path.startswith("/")):
        raise InvalidInputError(
            f"{path[:80]!r} is no path in a repository.",
            "Write it from the repository's root, such as .quarterdeck/Dockerfile.",
            field="settings.dockerfile",
        )
