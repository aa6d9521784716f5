"""qd usage: what was used, by whom and for what, and what it cost."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import orjson
import typer

from quarterdeck_cli import resolve, task_words
from quarterdeck_cli.api import usage as api
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.command_line import Json, ProjectName, SessionRef
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.ids import parse_global_id, short
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import duration, lately, plain, size
from quarterdeck_cli.times import moment

RECORDED_AT_ONCE = 1000


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
    QUOTA_EXCEEDED = "quota-exceeded"
    TASK_LEAD = "task-lead"
    TASK_CYCLE = "task-cycle"
    TASK_REOPENED = "task-reopened"


BY_DEFAULT = (Measures.COST, Measures.MODEL_CALLS, Measures.TOKENS_INPUT, Measures.TOKENS_OUTPUT)

Provider = Annotated[str | None, typer.Option("--provider", help="Whose model: anthropic, openai, …")]
Model = Annotated[str | None, typer.Option("--model", help="The model's name, as the provider writes it.")]
ResponseId = Annotated[str | None, typer.Option("--response-id", metavar="ID", help="The provider's id of the call.")]
Input = Annotated[int, typer.Option("--input-tokens", help="All of them, cached ones too.")]
Output = Annotated[int, typer.Option("--output-tokens", help="All of them, reasoning too.")]
CacheRead = Annotated[int, typer.Option("--cache-read-tokens", help="Of the input: served by the cache.")]
CacheCreation = Annotated[int, typer.Option("--cache-creation-tokens", help="Of the input: written to the cache.")]
Reasoning = Annotated[int, typer.Option("--reasoning-tokens", help="Of the output: reasoning.")]
Task = Annotated[str | None, typer.Option("--task", metavar="TASK", help="The task that it was for, as T-17.")]
Persona = Annotated[str, typer.Option("--persona", help="The persona that made it.")]
At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="When it was made (ISO 8601); now by default.")]
Calls = Annotated[
    str | None,
    typer.Option(
        "--file",
        metavar="FILE",
        help="Many calls: a JSON object a line, as the API's ModelCallInput; - reads standard input.",
    ),
]
Since = Annotated[
    str, typer.Option("--since", metavar="WHEN", help="A time (ISO 8601), or a span back as 12h, 7d or 4w.")
]
Until = Annotated[str | None, typer.Option("--until", metavar="WHEN", help="The same; now by default.")]
Bucket = Annotated[Buckets, typer.Option("--bucket", help="In UTC.")]
By = Annotated[list[Dimensions] | None, typer.Option("--by", help="Tell apart by; may be repeated.")]
OfTask = Annotated[list[str] | None, typer.Option("--task", metavar="TASK", help="Only for it, as T-17; repeatable.")]
OfSession = Annotated[
    list[str] | None, typer.Option("--session", "-s", metavar="SESSION", help="Only in it; may be repeated.")
]
OfPersona = Annotated[list[str] | None, typer.Option("--persona", help="Only by it; may be repeated.")]
OfModel = Annotated[list[str] | None, typer.Option("--model", help="Only of it; may be repeated.")]
Wanted = Annotated[list[Measures] | None, typer.Option("--measure", "-m", help="What is shown; may be repeated.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]
Prices = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="Put these in their place: JSON, a list of ModelPriceInput."),
]


async def record_usage(
    qd: Qd,
    *,
    provider: Provider = None,
    model: Model = None,
    response_id: ResponseId = None,
    input_tokens: Input = 0,
    output_tokens: Output = 0,
    cache_read_tokens: CacheRead = 0,
    cache_creation_tokens: CacheCreation = 0,
    reasoning_tokens: Reasoning = 0,
    session: SessionRef = None,
    task: Task = None,
    persona: Persona = "",
    at: At = None,
    file: Calls = None,
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """Record a call of a model that an agent of yours made, or many from a file.

    A call is known by its provider and response id: recording it again changes nothing.
    """
    client = await qd.client()
    project_id = await resolve.project_or_here(client, project)
    if file is not None:
        calls = _calls(file)
    else:
        call: dict[str, Any] = {
            "provider": _needed(provider, "--provider"),
            "model": _needed(model, "--model"),
            "responseId": _needed(response_id, "--response-id"),
            "inputTokens": input_tokens,
            "outputTokens": output_tokens,
            "cacheReadInputTokens": cache_read_tokens,
            "cacheCreationInputTokens": cache_creation_tokens,
            "reasoningOutputTokens": reasoning_tokens,
            "sessionId": await resolve.session_id(client, session) if session else None,
            "taskId": (await task_words.task_of(client, task, project)).id if task else None,
            "persona": persona,
            "occurredAt": moment(at) if at else None,
        }
        calls = [call]
    recorded = [
        await api.record(client, project_id, calls[start : start + RECORDED_AT_ONCE])
        for start in range(0, len(calls), RECORDED_AT_ONCE)
    ]
    if as_json:
        qd.out.json(recorded)
        return
    qd.out.note(f"{sum(each.calls for each in recorded):,} recorded.")


async def show_usage(
    qd: Qd,
    *,
    measure: Wanted = None,
    by: By = None,
    since: Since = "7d",
    until: Until = None,
    bucket: Bucket = Buckets.DAY,
    task: OfTask = None,
    session: OfSession = None,
    persona: OfPersona = None,
    model: OfModel = None,
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """Show what was used over time, with totals. By default: cost, calls and tokens of the last week."""
    client = await qd.client()
    filters = {
        "tasks": [(await task_words.task_of(client, each, project)).id for each in task or ()],
        "sessions": [await resolve.session_id(client, each) for each in session or ()],
        "personas": persona or [],
        "models": model or [],
    }
    asked = {
        "from": moment(since, ago=True),
        "to": moment(until or "0h", ago=True),
        "measures": [each.name for each in measure or BY_DEFAULT],
        "bucket": bucket.name,
        "groupBy": [each.name for each in by or ()],
        "filters": {name: values for name, values in filters.items() if values} or None,
    }
    series = await api.usage(client, await resolve.project_or_here(client, project), asked)
    if as_json:
        qd.out.json(series)
        return
    heads = [each.upper() for each in by or ()]
    rows = [_row(point, _begin(point, bucket)) for point in series.points]
    rows += [_row(point, "in all") for point in series.totals]
    qd.out.table(["WHEN", "MEASURE", *heads, "TOTAL", "COUNT", "UNKNOWN"], rows, nothing="Nothing was measured.")


async def list_usage(
    qd: Qd,
    *,
    since: Since = "7d",
    until: Until = None,
    limit: Limit = 50,
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """List recorded calls of models, the last first, with what they cost."""
    client = await qd.client()
    project_id = await resolve.project_or_here(client, project)
    listed = api.model_calls(client, project_id, moment(since, ago=True), moment(until or "0h", ago=True))
    calls = await first(listed, limit)
    if as_json:
        qd.out.json(calls)
        return
    rows = [
        [
            lately(call.at),
            call.provider,
            call.model,
            f"{call.input_tokens + call.cache_read_input_tokens + call.cache_creation_input_tokens:,}",
            f"{call.output_tokens + call.reasoning_output_tokens:,}",
            "unknown" if call.usd is None else f"${call.usd}",
            call.price,
        ]
        for call in calls
    ]
    qd.out.table(["WHEN", "PROVIDER", "MODEL", "IN", "OUT", "COST", "PRICE"], rows, nothing="No calls were recorded.")


async def show_prices(qd: Qd, *, file: Prices = None, project: ProjectName = None, as_json: Json = False) -> None:
    """Show a project's own prices, in dollars for a million tokens, or replace them.

    They go before the published ones, for calls that were recorded before, too.
    """
    client = await qd.client()
    project_id = await resolve.project_or_here(client, project)
    if file is None:
        table = await api.price_table(client, project_id)
    else:
        table = await api.revise_prices(client, project_id, _list_in(file))
    if as_json:
        qd.out.json(table)
        return
    rows = [[p.provider, p.model, p.input, p.output, p.cache_read or "", p.since or ""] for p in table.prices]
    qd.out.table(
        ["PROVIDER", "MODEL", "IN", "OUT", "CACHED", "SINCE"],
        rows,
        nothing="It has no prices of its own: those of genai-prices are taken.",
    )


def _needed(value: str | None, option: str) -> str:
    if value is None:
        raise UsageError(f"{option} is missing.", "Name the call, or pass many with --file.")
    return value


def _begin(point: api.Point, bucket: Buckets) -> str:
    """In UTC, as the buckets are."""
    day, _, time = point.at.partition("T")
    return f"{day} {time[:5]}" if bucket is Buckets.HOUR else day


def _row(point: api.Point, at: str) -> list[str]:
    name = point.measure.lower().replace("_", "-")
    groups = [_told(each) for each in point.group]
    return [at, name, *groups, _amount(point), f"{point.count:,}", f"{point.unknown:,}" if point.unknown else ""]


def _told(group: api.Group) -> str:
    return group.label or (short(group.value) if parse_global_id(group.value) else group.value)


def _amount(point: api.Point) -> str:
    if point.total is None:
        return "unknown"
    if point.usd is not None:
        return f"${point.usd}"
    if point.measure.endswith(("_DURATION", "_QUEUE", "_PROVISIONING", "_CPU", "_LEAD", "_CYCLE")):
        return duration(point.total)
    if point.measure == "COMMAND_MEMORY":
        return f"at most {size(point.highest)}"
    if point.measure in {"COMMAND_OUTPUT", "NETWORK_UP", "NETWORK_DOWN", "SNAPSHOTS_STORED"}:
        return size(point.total)
    return f"{point.total:,}"


def _calls(file: str) -> list[Any]:
    lines = _read(None if file == "-" else Path(file)).splitlines()
    calls = [_parsed(line, f"line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not calls:
        raise UsageError("There are no calls in it.", "Write a JSON object a line.")
    return calls


def _list_in(file: Path) -> list[Any]:
    try:
        return msgspec.json.decode(_read(file), type=list[Any])
    except msgspec.DecodeError as error:
        where = plain(str(file))
        raise UsageError(f"{where} holds no JSON list: {error}.", "See the guide's page on usage.") from error


def _read(file: Path | None) -> bytes:
    try:
        return sys.stdin.buffer.read() if file is None else file.read_bytes()
    except OSError as error:
        raise UsageError(f"{plain(str(file))} cannot be read: {error.strerror}.") from error


def _parsed(text: bytes, where: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"There is no JSON in {where}: {error}.", "See the guide's page on usage.") from error
