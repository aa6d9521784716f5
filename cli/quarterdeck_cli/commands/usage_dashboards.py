"""qd usage top, percentiles and funnel: what a dashboard asks."""

import shutil
from enum import StrEnum
from typing import Annotated, Any

import typer

from quarterdeck_cli import pictures, resolve
from quarterdeck_cli.api import usage as api
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import duration
from quarterdeck_cli.times import moment
from quarterdeck_cli.usage_words import (
    Buckets,
    By,
    Dimensions,
    Measures,
    OfModel,
    OfPersona,
    OfSession,
    OfTask,
    Since,
    Until,
    Wanted,
    amount,
    begin_of,
    filters_of,
    group_cells,
    measure_name,
    tell_kept,
    total_of,
)

BAR, SPREAD, FUNNEL = 24, 28, 32
"""Widths of pictures, in characters."""
WIDE = 110
"""Of a terminal that has room for a picture in a table."""


class Rankings(StrEnum):
    TOTAL = "total"
    COUNT = "count"
    HIGHEST = "highest"


class Steps(StrEnum):
    CREATED = "created"
    CLAIMED = "claimed"
    SESSION = "session"
    IN_REVIEW = "in-review"
    EXPORTED = "exported"
    DONE = "done"


Measured = Annotated[Measures, typer.Option("--measure", "-m", help="What is ranked.")]
RankedBy = Annotated[Rankings, typer.Option("--rank", help="By the total, how many, or the highest single value.")]
First = Annotated[int, typer.Option("--first", "-n", min=1, max=100, help="How many; the rest is summed up.")]
Percents = Annotated[
    list[float] | None, typer.Option("--percentile", metavar="P", help="Above 0, up to 100; may be repeated.")
]
Cohorts = Annotated[Buckets | None, typer.Option("--bucket", help="Tell apart by time, in UTC.")]
Way = Annotated[list[Steps] | None, typer.Option("--step", help="Only these steps; may be repeated.")]
TIMES = (Measures.SESSION_QUEUE, Measures.SESSION_PROVISIONING, Measures.COMMAND_QUEUE, Measures.COMMAND_DURATION)
PERCENTS = (50.0, 90.0, 95.0, 99.0)


async def top_usage(
    qd: Qd,
    *,
    measure: Measured = Measures.COST,
    by: By = None,
    rank: RankedBy = Rankings.TOTAL,
    number: First = 10,
    since: Since = "7d",
    until: Until = None,
    task: OfTask = None,
    session: OfSession = None,
    persona: OfPersona = None,
    model: OfModel = None,
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """Show who or what used most, and what all others sum up to. By default: cost by model, of the last week."""
    client = await qd.client()
    dimensions = by or [Dimensions.MODEL]
    asked = {
        **_time(since, until),
        "measure": measure.name,
        "by": [each.name for each in dimensions],
        "ranking": rank.name,
        "first": number,
        "filters": await filters_of(client, project, task=task, session=session, persona=persona, model=model),
    }
    found = await api.top(client, await resolve.project_or_here(client, project), asked)
    if as_json:
        qd.out.json(found)
        return
    tell_kept(qd, found.kept_from)
    longest = max((_length(row.point, rank) for row in found.entries), default=0)
    rows = [
        [str(row.rank), *_named(row.point), *_ranked(row.point, row.share), _bar(_length(row.point, rank), longest)]
        for row in found.entries
    ]
    blank = [""] * (len(dimensions) - 1)
    if found.other:
        rest = found.other
        bar = _bar(_length(rest.point, rank), max(longest, _length(rest.point, rank)))
        rows.append(
            [
                "",
                f"{rest.groups:,} other{'' if rest.groups == 1 else 's'}",
                *blank,
                *_ranked(rest.point, rest.share),
                bar,
            ]
        )
    if found.all:
        rows.append(["", "in all", *blank, *_ranked(found.all, None), ""])
    heads = [each.upper() for each in dimensions]
    qd.out.table(["#", *heads, "TOTAL", "COUNT", "SHARE", ""], rows, nothing="Nothing was measured.")


async def usage_percentiles(
    qd: Qd,
    *,
    measure: Wanted = None,
    by: By = None,
    percentile: Percents = None,
    since: Since = "7d",
    until: Until = None,
    bucket: Cohorts = None,
    task: OfTask = None,
    session: OfSession = None,
    persona: OfPersona = None,
    model: OfModel = None,
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """Show below which value half, 90, 95 and 99 of a hundred are. By default: how long things took in the last week.

    They are exact: each is one of the values that were measured. The picture is on a scale of powers of ten.
    """
    client = await qd.client()
    percents = sorted(set(percentile or PERCENTS))
    asked = {
        **_time(since, until),
        "measures": [each.name for each in measure or TIMES],
        "percentiles": percents,
        "bucket": bucket.name if bucket else None,
        "groupBy": [each.name for each in by or ()],
        "filters": await filters_of(client, project, task=task, session=session, persona=persona, model=model),
    }
    found = await api.percentiles(client, await resolve.project_or_here(client, project), asked)
    if as_json:
        qd.out.json(found)
        return
    tell_kept(qd, found.kept_from)
    times = ["WHEN"] if bucket else []
    heads = [*times, "MEASURE", *(each.upper() for each in by or ()), *(f"P{each:g}" for each in percents)]
    rows = [
        [*([begin_of(point.at, bucket)] if bucket else []), *_percentiles(point, percents), _spread(point, found)]
        for point in found.points
    ]
    qd.out.table([*heads, "HIGHEST", "COUNT", "UNKNOWN", ""], rows, nothing="Nothing was measured.")


async def task_funnel(
    qd: Qd,
    *,
    since: Since = "30d",
    until: Until = None,
    step: Way = None,
    bucket: Cohorts = None,
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """Show how far the tasks that were created in a time have come, and how long each step took.

    A task counts for a step that it skipped, where it came to a later one.
    """
    client = await qd.client()
    asked = {
        **_time(since, until),
        "steps": [each.name for each in step] if step else None,
        "bucket": bucket.name if bucket else None,
    }
    found = await api.funnel(client, await resolve.project_or_here(client, project), asked)
    if as_json:
        qd.out.json(found)
        return
    tell_kept(qd, found.kept_from)
    if not found.cohorts:
        qd.out.note("No task was created.")
    for cohort in found.cohorts:
        if bucket:
            qd.out.line(f"Created from {begin_of(cohort.at, bucket)} on", style="bold")
        _show_cohort(qd, cohort)


def _show_cohort(qd: Qd, cohort: api.Cohort) -> None:
    rows = [
        [
            measure_name(each.step),
            pictures.centred(each.of_first or 0, FUNNEL).ljust(FUNNEL),
            f"{each.tasks:,}",
            _share(each.of_first),
            _share(each.of_previous) if number else "",
            duration(each.median_ms) if each.timed else "",
            duration(each.ninth_ms) if each.timed else "",
            f"{each.skipped:,}" if each.skipped else "",
        ]
        for number, each in enumerate(cohort.steps)
    ]
    columns = ["STEP", "", "TASKS", "OF ALL", "OF PREVIOUS", "MEDIAN", "9 OF 10", "SKIPPED"]
    qd.out.table(columns, rows, nothing="No task was created.")
    if cohort.dropped:
        qd.out.line(f"{cohort.dropped:,} of them {'was' if cohort.dropped == 1 else 'were'} dropped.")


def _time(since: str, until: str | None) -> dict[str, Any]:
    return {"from": moment(since, ago=True), "to": moment(until or "0h", ago=True)}


def _named(point: api.Point) -> list[str]:
    return [cell or "(none)" for cell in group_cells(point.group)]


def _ranked(point: api.Point, share: float | None) -> list[str]:
    return [total_of(point), f"{point.count:,}", _share(share)]


def _length(point: api.Point, rank: Rankings) -> int:
    match rank:
        case Rankings.TOTAL:
            return point.total or 0
        case Rankings.COUNT:
            return point.count
        case Rankings.HIGHEST:
            return point.highest or 0


def _bar(length: int, longest: int) -> str:
    return pictures.bar(length / longest, BAR) if longest else ""


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _percentiles(point: api.PercentilePoint, percents: list[float]) -> list[str]:
    values = {each.percentile: amount(point.measure, each.value, each.usd) for each in point.values}
    cells = [measure_name(point.measure), *group_cells(point.group), *(values.get(each, "") for each in percents)]
    highest = amount(point.measure, point.highest) if point.values and not point.values[0].usd else ""
    return [*cells, highest, f"{point.count:,}", f"{point.unknown:,}" if point.unknown else ""]


def _spread(point: api.PercentilePoint, found: api.Percentiles) -> str:
    """Only where it does not crowd out the figures."""
    if not point.values or point.lowest is None or point.highest is None:
        return ""
    if shutil.get_terminal_size((WIDE, 24)).columns < WIDE:
        return ""
    alike = [each for each in found.points if each.measure == point.measure]
    lowest = min(each.lowest for each in alike if each.lowest is not None)
    highest = max(each.highest for each in alike if each.highest is not None)
    marks = [point.lowest, *(each.value for each in point.values), point.highest]
    return pictures.spread(marks, lowest, highest, SPREAD)
