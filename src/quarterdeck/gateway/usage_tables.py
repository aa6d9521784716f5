"""Answers about usage, as tables. Columns and their meaning: `docs/reference/usage-exports.md`."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from uuid import UUID

from quarterdeck.gateway.tables.table import Cell, Column, Kind, Page, Table
from quarterdeck_projections.queries.usage import UsagePoint
from quarterdeck_projections.queries.usage_funnel import FunnelQuestion
from quarterdeck_projections.queries.usage_pages import After, FactRow
from quarterdeck_projections.queries.usage_percentiles import PercentilePoint, PercentileQuestion
from quarterdeck_projections.queries.usage_question import Selection, UsageQuestion
from quarterdeck_projections.queries.usage_top import TopQuestion
from quarterdeck_projections.usage.measures import MEASURES, Dimension, Measure
from quarterdeck_projections.usage.steps import Step
from quarterdeck_schema import ids
from quarterdeck_schema.reads import Reads
from quarterdeck_schema.usage.exported import Question
from quarterdeck_schema.usage.filters import MOST_FACTS, check_facts, check_points
from quarterdeck_schema.usage.funnels import cohorts_of
from quarterdeck_schema.usage.types import shown_value

MOST_POINTS = 100_000
"""In one file of points."""
FACTS_AT_ONCE = 2000
_POINT = ("count", "unknown", "total", "lowest", "highest")
_FACT = ("at", "position", "measure", "unit", "value", *Dimension, "price")


async def table_of(reads: Reads, asked: Question) -> Table:
    match asked:
        case UsageQuestion():
            return await _series(reads, asked)
        case TopQuestion():
            return await _top(reads, asked)
        case PercentileQuestion():
            return await _percentiles(reads, asked)
        case FunnelQuestion():
            return await _funnel(reads, asked)
        case _:
            return Table(_columns(*_FACT), _facts(reads, asked))


async def _series(reads: Reads, asked: UsageQuestion) -> Table:
    points = await reads.usage(asked, MOST_POINTS + 1)
    check_points(len(points), MOST_POINTS)
    rows = [[point.at, *_measure(point.measure), *_group(asked, point.group), *_sums(point)] for point in points]
    return Table(_columns("at", "measure", "unit", *asked.group_by, *_POINT), _one(rows))


async def _top(reads: Reads, asked: TopQuestion) -> Table:
    found = await reads.usage_top(asked)
    rows: list[list[Cell]] = [
        ["group", number, *_measure(point.measure), *_group(asked, point.group), *_sums(point)]
        for number, point in enumerate(found.rows, 1)
    ]
    if found.other:
        nobody = [None] * len(asked.group_by)
        rows.append(["other", None, *_measure(found.other.measure), *nobody, *_sums(found.other)])
    return Table(_columns("entry", "rank", "measure", "unit", *asked.group_by, *_POINT), _one(rows))


async def _percentiles(reads: Reads, asked: PercentileQuestion) -> Table:
    points = await reads.usage_percentiles(asked, MOST_POINTS + 1, MOST_FACTS)
    check_points(len(points), MOST_POINTS)
    check_facts(sum(point.count for point in points))
    names = [f"p{percent:g}" for percent in asked.percents]
    columns = _columns("at", "measure", "unit", *asked.group_by, "count", "unknown", *names, "lowest", "highest")
    return Table(columns, _one([_ranked(asked, point) for point in points]))


async def _funnel(reads: Reads, asked: FunnelQuestion) -> Table:
    """A row for each step, and one for the tasks that were dropped."""
    reached, dropped = await reads.task_funnel(asked, MOST_POINTS + 1)
    check_points(len(reached), MOST_POINTS)
    rows: list[list[Cell]] = []
    for cohort in cohorts_of(asked, reached, dropped):
        for each in cohort.steps:
            took = (each.median_ms, each.ninth_ms)
            rows.append([cohort.at, each.step.value, each.tasks, each.skipped, each.timed, *took])
        rows.append([cohort.at, Step.DROPPED.value, cohort.dropped, None, None, None, None])
    return Table(_columns("at", "step", "tasks", "skipped", "timed", "median_ms", "ninth_ms"), _one(rows))


def _ranked(asked: PercentileQuestion, point: PercentilePoint) -> list[Cell]:
    values: Sequence[int | None] = point.values or [None] * len(asked.percents)
    named: list[Cell] = [point.at, *_measure(point.measure), *_group(asked, point.group)]
    return [*named, point.count, point.count - point.known, *values, point.lowest, point.highest]


async def _facts(reads: Reads, asked: Selection) -> AsyncGenerator[Page]:
    """By measure, then by time."""
    for measure in asked.measures:
        own, after = replace(asked, measures=(measure,)), None
        while facts := await reads.page_of_facts(own, after, FACTS_AT_ONCE):
            yield [_fact(fact) for fact in facts]
            after = After(facts[-1].at, facts[-1].position)
            if len(facts) < FACTS_AT_ONCE:
                break


def _fact(fact: FactRow) -> list[Cell]:
    return [
        fact.at,
        fact.position,
        *_measure(fact.measure),
        fact.value,
        _id("User", fact.user_id),
        fact.persona,
        _id("Session", fact.session_id),
        _id("Task", fact.task_id),
        fact.provider,
        fact.model,
        fact.detail,
        fact.price,
    ]


async def _one(rows: Page) -> AsyncGenerator[Page]:
    if rows:
        yield rows


def _columns(*names: str) -> list[Column]:
    return [Column(name, _KINDS.get(name, Kind.TEXT if name in _TEXTS else Kind.WHOLE)) for name in names]


_KINDS = {"at": Kind.TIME}
_TEXTS = frozenset({"entry", "measure", "unit", "price", "step", *Dimension})


def _measure(measure: Measure) -> tuple[str, str]:
    return measure.value, MEASURES[measure].unit.value


def _group(asked: Selection, values: Sequence[str]) -> list[str]:
    return [shown_value(dimension, value) for dimension, value in zip(asked.group_by, values, strict=True)]


def _sums(point: UsagePoint) -> tuple[int | None, ...]:
    return point.count, point.count - point.known, point.total, point.lowest, point.highest


def _id(kind: str, key: UUID | None) -> str:
    return "" if key is None else ids.encode(kind, key)
