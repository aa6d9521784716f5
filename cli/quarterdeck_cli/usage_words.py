"""What usage is asked for with, and how it is shown, in every command that asks."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from quarterdeck_cli import resolve, task_words
from quarterdeck_cli.api import usage as api
from quarterdeck_cli.client import Client
from quarterdeck_cli.ids import parse_global_id, short
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import duration, plain, size


class Buckets(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Dimensions(StrEnum):
    USER = "user"
    PERSONA = "persona"
    SESSION = "session"
    TASK = "task"
    PROVIDER = "provider"
    MODEL = "model"
    DETAIL = "detail"


class Measures(StrEnum):
    MODEL_CALLS = "model-calls"
    TOKENS_INPUT = "tokens-input"
    TOKENS_CACHE_READ = "tokens-cache-read"
    TOKENS_CACHE_CREATION = "tokens-cache-creation"
    TOKENS_OUTPUT = "tokens-output"
    TOKENS_REASONING = "tokens-reasoning"
    COST = "cost"
    SESSION_QUEUE = "session-queue"
    SESSION_PROVISIONING = "session-provisioning"
    SESSION_DURATION = "session-duration"
    COMMAND_QUEUE = "command-queue"
    COMMAND_DURATION = "command-duration"
    COMMAND_CPU = "command-cpu"
    COMMAND_MEMORY = "command-memory"
    COMMAND_OUTPUT = "command-output"
    NETWORK_CONNECTIONS = "network-connections"
    NETWORK_UP = "network-up"
    NETWORK_DOWN = "network-down"
    SNAPSHOT_FILES = "snapshot-files"
    SNAPSHOTS_STORED = "snapshots-stored"
    WORKSPACE_BYTES = "workspace-bytes"
    QUOTA_EXCEEDED = "quota-exceeded"
    TASK_LEAD = "task-lead"
    TASK_CYCLE = "task-cycle"
    TASK_REOPENED = "task-reopened"
    TASK_STEP = "task-step"


Since = Annotated[
    str, typer.Option("--since", metavar="WHEN", help="A time (ISO 8601), or a span back as 12h, 7d or 4w.")
]
Until = Annotated[str | None, typer.Option("--until", metavar="WHEN", help="The same; now by default.")]
Bucket = Annotated[Buckets, typer.Option("--bucket", help="In UTC.")]
By = Annotated[list[Dimensions] | None, typer.Option("--by", help="Tell apart by; may be repeated.")]
Wanted = Annotated[list[Measures] | None, typer.Option("--measure", "-m", help="What is shown; may be repeated.")]
OfTask = Annotated[list[str] | None, typer.Option("--task", metavar="TASK", help="Only for it, as T-17; repeatable.")]
OfSession = Annotated[
    list[str] | None, typer.Option("--session", "-s", metavar="SESSION", help="Only in it; may be repeated.")
]
OfPersona = Annotated[list[str] | None, typer.Option("--persona", help="Only by it; may be repeated.")]
OfModel = Annotated[list[str] | None, typer.Option("--model", help="Only of it; may be repeated.")]
_TIMES = ("_DURATION", "_QUEUE", "_PROVISIONING", "_CPU", "_LEAD", "_CYCLE", "_STEP")
_HIGHEST = frozenset({"COMMAND_MEMORY", "WORKSPACE_BYTES"})
"""Sizes of which a sum tells nothing."""
_SIZES = _HIGHEST | {"COMMAND_OUTPUT", "NETWORK_UP", "NETWORK_DOWN", "SNAPSHOTS_STORED"}


async def filters_of(
    client: Client,
    project: str | None,
    *,
    task: Sequence[str] | None,
    session: Sequence[str] | None,
    persona: Sequence[str] | None,
    model: Sequence[str] | None,
) -> dict[str, list[str]] | None:
    """What counts only, as the API takes it: of several values of a dimension any."""
    filters = {
        "tasks": [(await task_words.task_of(client, each, project)).id for each in task or ()],
        "sessions": [await resolve.session_id(client, each) for each in session or ()],
        "personas": list(persona or ()),
        "models": list(model or ()),
    }
    return {name: values for name, values in filters.items() if values} or None


def group_cells(group: Sequence[api.Group]) -> list[str]:
    """Tasks by their number, other ids as they are shown elsewhere."""
    return [each.label or (short(each.value) if parse_global_id(each.value) else each.value) for each in group]


def amount(measure: str, value: int | None, usd: str | None = None) -> str:
    """A value in its measure's unit."""
    if value is None:
        return "unknown"
    if usd is not None:
        return f"${usd}"
    if measure.endswith(_TIMES):
        return duration(value)
    return size(value) if measure in _SIZES else f"{value:,}"


def total_of(point: api.Point) -> str:
    if point.measure in _HIGHEST and point.total is not None:
        return f"at most {size(point.highest)}"
    return amount(point.measure, point.total, point.usd)


def measure_name(measure: str) -> str:
    return measure.lower().replace("_", "-")


def tell_kept(qd: Qd, kept_from: str | None) -> None:
    if kept_from:
        qd.out.note(f"What was before {plain(kept_from[:10])} (UTC) is kept no more.")


def begin_of(at: str, bucket: Buckets) -> str:
    """In UTC, as the buckets are."""
    day, _, time = at.partition("T")
    return f"{day} {time[:5]}" if bucket is Buckets.HOUR else day
