"""A project's settings, as the API shows and takes them."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import strawberry

from quarterdeck.domain.limits import LimitsAsked
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.project import ProjectSettings as Settings
from quarterdeck.domain.task_file_settings import ConflictRule, TaskFileSettings
from quarterdeck_schema.scalars import Long


@strawberry.type(name="LimitsAsked", description="Upper bounds for a session; null: this host's default.")
class LimitsShown:
    cpus: float | None
    memory_bytes: Long | None
    processes: int | None
    open_files: int | None
    file_bytes: Long | None
    workspace_bytes: Long | None
    workspace_files: int | None
    temporary_bytes: Long | None
    output_bytes: Long | None
    wall_seconds: int | None
    idle_seconds: int | None


@strawberry.input(description="What is left out stays as it is; null takes a bound away.")
class LimitsInput:
    cpus: float | None = strawberry.UNSET
    memory_bytes: Long | None = strawberry.UNSET
    processes: int | None = strawberry.UNSET
    open_files: int | None = strawberry.UNSET
    file_bytes: Long | None = strawberry.UNSET
    workspace_bytes: Long | None = strawberry.UNSET
    workspace_files: int | None = strawberry.UNSET
    temporary_bytes: Long | None = strawberry.UNSET
    output_bytes: Long | None = strawberry.UNSET
    wall_seconds: int | None = strawberry.UNSET
    idle_seconds: int | None = strawberry.UNSET


@strawberry.type(name="NetworkRule", description="A host, or *. and a domain for all below it, at one port.")
class NetworkRuleShown:
    host: str
    port: int


@strawberry.input
class NetworkRuleInput:
    host: str
    port: int = 443


strawberry.enum(
    ConflictRule,
    name="TaskConflictRule",
    description="What holds where file and log were both changed; with ASK, nothing until somebody decides.",
)


@strawberry.type(description="How Markdown files of the repository and the tasks in the log are kept in step.")
class TaskFiles:
    enabled: bool
    paths: list[str]
    branch: str | None = strawberry.field(
        description="That is watched and written; null: the project's default branch."
    )
    section: str | None = strawberry.field(description="The heading that new tasks go below; null: after all others.")
    conflicts: ConflictRule
    bot_name: str = strawberry.field(description="Whose commits they are.")
    bot_mail: str


@strawberry.input(description="What is left out stays as it is; null gives a setting its default back.")
class TaskFilesInput:
    enabled: bool | None = strawberry.UNSET
    paths: list[str] | None = strawberry.UNSET
    branch: str | None = strawberry.UNSET
    section: str | None = strawberry.UNSET
    conflicts: ConflictRule | None = strawberry.UNSET
    bot_name: str | None = strawberry.UNSET
    bot_mail: str | None = strawberry.UNSET


@strawberry.type
class ProjectSettings:
    jail_driver: str
    max_sessions: int
    max_sessions_per_user: int | None
    max_commands_per_session: int
    command_timeout_seconds: int
    limits: LimitsShown
    strict_limits: bool
    network: list[NetworkRuleShown]
    image: str
    dockerfile: str
    runtime: str
    keep_ignored: bool
    when_idle: str = strawberry.field(description="`pause` or `close`: what happens after `limits.idleSeconds`.")
    snapshot_bytes: Long | None = strawberry.field(
        description="Of snapshots that are kept, at most; null: as much as the workers keep for every project."
    )
    task_files: TaskFiles
    task_at_close: str = strawberry.field(
        description="`none`, `in_review` or `done`: what a task becomes when the session that works on it is closed."
    )


@strawberry.input(description="What is left out stays as it is.")
class ProjectSettingsInput:
    jail_driver: str | None = strawberry.UNSET
    max_sessions: int | None = strawberry.UNSET
    max_sessions_per_user: int | None = strawberry.UNSET
    max_commands_per_session: int | None = strawberry.UNSET
    command_timeout_seconds: int | None = strawberry.UNSET
    limits: LimitsInput | None = strawberry.UNSET
    strict_limits: bool | None = strawberry.UNSET
    network: list[NetworkRuleInput] | None = strawberry.UNSET
    image: str | None = strawberry.UNSET
    dockerfile: str | None = strawberry.UNSET
    runtime: str | None = strawberry.UNSET
    keep_ignored: bool | None = strawberry.UNSET
    when_idle: str | None = strawberry.UNSET
    snapshot_bytes: Long | None = strawberry.UNSET
    task_files: TaskFilesInput | None = strawberry.UNSET
    task_at_close: str | None = strawberry.UNSET


def shown_settings(settings: Settings) -> ProjectSettings:
    plain: dict[str, Any] = {
        **asdict(settings),
        "limits": LimitsShown(**asdict(settings.limits)),
        "network": shown_rules(settings.network),
        "task_files": _shown_files(settings.task_files),
    }
    return ProjectSettings(**plain)


def changed(settings: Settings, asked: ProjectSettingsInput) -> Settings:
    """The settings with what was given put in place. Null gives a setting its default back."""
    wanted = {name: _of_null(name) if value is None else value for name, value in _given(asked).items()}
    if asked.limits:
        wanted["limits"] = merged(settings.limits, asked.limits)
    if "network" in wanted:
        wanted["network"] = rules_of(asked.network) or ()
    if asked.task_files:
        wanted["task_files"] = _changed_files(settings.task_files, asked.task_files)
    return replace(settings, **wanted)


def _shown_files(settings: TaskFileSettings) -> TaskFiles:
    return TaskFiles(
        enabled=settings.enabled,
        paths=list(settings.paths),
        branch=settings.branch or None,
        section=settings.section or None,
        conflicts=settings.conflicts,
        bot_name=settings.bot_name,
        bot_mail=settings.bot_mail,
    )


def _changed_files(settings: TaskFileSettings, asked: TaskFilesInput) -> TaskFileSettings:
    usual = TaskFileSettings()
    wanted = {name: getattr(usual, name) if value is None else value for name, value in _given(asked).items()}
    if "paths" in wanted:
        wanted["paths"] = tuple(wanted["paths"])
    return replace(settings, **wanted)


def shown_rules(rules: Sequence[NetworkRule]) -> list[NetworkRuleShown]:
    return [NetworkRuleShown(host=rule.host, port=rule.port) for rule in rules]


def rules_of(asked: Sequence[NetworkRuleInput] | None) -> tuple[NetworkRule, ...] | None:
    return None if asked is None else tuple(NetworkRule(host=rule.host, port=rule.port) for rule in asked)


def merged(limits: LimitsAsked, asked: LimitsInput) -> LimitsAsked:
    return replace(limits, **_given(asked))


def _given(asked: object) -> dict[str, Any]:
    return {name: value for name, value in vars(asked).items() if value is not strawberry.UNSET}


def _of_null(name: str) -> Any:
    return getattr(Settings(), name)
