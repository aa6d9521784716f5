"""qd usage: what was used, by whom and for what, and what it cost."""

import sys
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
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import lately, plain
from quarterdeck_cli.times import moment
from quarterdeck_cli.usage_trend import trend
from quarterdeck_cli.usage_words import (
    Bucket,
    Buckets,
    By,
    Measures,
    OfModel,
    OfPersona,
    OfSession,
    OfTask,
    Since,
    Until,
    Wanted,
    begin_of,
    filters_of,
    group_cells,
    measure_name,
    tell_kept,
    total_of,
)

RECORDED_AT_ONCE = 1000


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
Reservation = Annotated[
    str | None, typer.Option("--reservation", metavar="ID", help="Settle what was reserved for it.")
]
Calls = Annotated[
    str | None,
    typer.Option(
        "--file",
        metavar="FILE",
        help="Many calls: a JSON object a line, as the API's ModelCallInput; - reads standard input.",
    ),
]
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
    reservation: Reservation = None,
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
            "reservationId": resolve.reservation_id(reservation) if reservation else None,
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
    asked = {
        "from": moment(since, ago=True),
        "to": moment(until or "0h", ago=True),
        "measures": [each.name for each in measure or BY_DEFAULT],
        "bucket": bucket.name,
        "groupBy": [each.name for each in by or ()],
        "filters": await filters_of(client, project, task=task, session=session, persona=persona, model=model),
    }
    series = await api.usage(client, await resolve.project_or_here(client, project), asked)
    if as_json:
        qd.out.json(series)
        return
    tell_kept(qd, series.kept_from)
    heads = [each.upper() for each in by or ()]
    rows = [_row(point, begin_of(point.at, bucket), "") for point in series.points]
    rows += [_row(point, "in all", trend(series, point, bucket)) for point in series.totals]
    columns = ["WHEN", "MEASURE", *heads, "TOTAL", "COUNT", "UNKNOWN", "TREND"]
    qd.out.table(columns, rows, nothing="Nothing was measured.")


async def list_usage(
    qd: Qd,
    *,
    since: Since = "7d",
    until: Until = None,
    task: OfTask = None,
    session: OfSession = None,
    persona: OfPersona = None,
    model: OfModel = None,
    limit: Limit = 50,
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """List recorded calls of models, the last first, with what they cost."""
    client = await qd.client()
    project_id = await resolve.project_or_here(client, project)
    asked = {
        "from": moment(since, ago=True),
        "to": moment(until or "0h", ago=True),
        "filters": await filters_of(client, project, task=task, session=session, persona=persona, model=model),
    }
    calls = await first(api.model_calls(client, project_id, asked), limit)
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


def _row(point: api.Point, at: str, trend: str) -> list[str]:
    cells = [at, measure_name(point.measure), *group_cells(point.group), total_of(point), f"{point.count:,}"]
    return [*cells, f"{point.unknown:,}" if point.unknown else "", trend]


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
