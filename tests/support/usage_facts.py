"""What usage sums up to, computed from facts one by one: the twin of the read model's SQL."""

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck_projections.queries.usage import UsageCallRow, UsagePoint
from quarterdeck_projections.queries.usage_funnel import Dropped, FunnelQuestion, FunnelStep
from quarterdeck_projections.queries.usage_pages import After, FactRow
from quarterdeck_projections.queries.usage_percentiles import PercentilePoint, PercentileQuestion
from quarterdeck_projections.queries.usage_question import Selection, UsageQuestion, widened
from quarterdeck_projections.queries.usage_top import TopList, TopQuestion
from quarterdeck_projections.usage.entries import Entry
from quarterdeck_projections.usage.facts import Fact, Past, cost_of, facts_of
from quarterdeck_projections.usage.measures import Dimension, Measure
from quarterdeck_projections.usage.steps import Step, step_of


def of(events: Iterable[LoggedEvent]) -> list[Fact]:
    entries = [
        Entry(
            position=each.position,
            stream_id=each.stream_id,
            recorded_at=each.envelope.recorded_at,
            actor_kind=each.envelope.actor.kind,
            actor_id=each.envelope.actor.id,
            project_id=each.envelope.project_id,
            session_id=each.envelope.session_id,
            event=each.event,
        )
        for each in events
        if not isinstance(each.event, UnknownEvent | ErasedEvent)
    ]
    past = Past.of(entries)
    facts = [fact for entry in entries for fact in (*facts_of(entry, past), *step_of(entry, past))]
    return facts + [cost for cost in (cost_of(entry, past) for entry in entries) if cost]


def series(facts: Iterable[Fact], asked: UsageQuestion) -> list[UsagePoint]:
    points: dict[tuple[datetime, Measure, tuple[str, ...]], list[int | None]] = {}
    for fact in facts:
        if not _wanted(fact, asked):
            continue
        at, _ = widened(asked.bucket, fact.at, fact.at)
        group = tuple(_value(fact, dimension) for dimension in asked.group_by)
        points.setdefault((at, fact.measure, group), []).append(fact.value)
    return [_point(*key, values=values) for key, values in sorted(points.items())]


def _wanted(fact: Fact, asked: Selection) -> bool:
    return (
        fact.project_id == asked.project_id
        and fact.measure in asked.measures
        and asked.since <= fact.at < asked.until
        and all(_value(fact, dimension) in values for dimension, values in asked.filters.items())
    )


def _point(at: datetime, measure: Measure, group: tuple[str, ...], *, values: Sequence[int | None]) -> UsagePoint:
    known = [value for value in values if value is not None]
    return UsagePoint(
        at=at,
        measure=measure,
        group=group,
        count=len(values),
        known=len(known),
        total=sum(known) if known else None,
        lowest=min(known, default=None),
        highest=max(known, default=None),
    )


def percentiles(facts: Iterable[Fact], asked: PercentileQuestion) -> list[PercentilePoint]:
    points: dict[tuple[datetime, Measure, tuple[str, ...]], list[int | None]] = {}
    for fact in facts:
        if _wanted(fact, asked):
            at = widened(asked.bucket, fact.at, fact.at)[0] if asked.bucket else asked.since
            group = tuple(_value(fact, dimension) for dimension in asked.group_by)
            points.setdefault((at, fact.measure, group), []).append(fact.value)
    return [
        PercentilePoint(
            at=at,
            measure=measure,
            group=group,
            count=len(values),
            known=len(known),
            values=tuple(_ranked(known, percent) for percent in asked.percents) if known else None,
            lowest=min(known, default=None),
            highest=max(known, default=None),
        )
        for (at, measure, group), values in sorted(points.items())
        for known in [sorted(value for value in values if value is not None)]
    ]


def _ranked(known: Sequence[int], percent: float) -> int:
    return known[math.ceil(percent / 100 * len(known)) - 1]


def top(facts: Iterable[Fact], asked: TopQuestion) -> TopList:
    groups: dict[tuple[str, ...], list[int | None]] = {}
    for fact in facts:
        if _wanted(fact, asked):
            groups.setdefault(tuple(_value(fact, each) for each in asked.group_by), []).append(fact.value)
    [measure] = asked.measures
    points = [_point(asked.since, measure, group, values=values) for group, values in sorted(groups.items())]
    points.sort(key=lambda point: -1 if (had := getattr(point, asked.ranking)) is None else had, reverse=True)
    beyond = [value for point in points[asked.first :] for value in groups[point.group]]
    return TopList(
        rows=points[: asked.first],
        other=_point(asked.since, measure, (), values=beyond) if beyond else None,
        others=max(0, len(points) - asked.first),
    )


def funnel(facts: Iterable[Fact], asked: FunnelQuestion) -> tuple[list[FunnelStep], list[Dropped]]:
    cohorts: dict[datetime, dict[UUID, dict[Step, int]]] = {}
    for fact in facts:
        wanted = fact.measure is Measure.TASK_STEP and fact.project_id == asked.project_id
        if wanted and asked.since <= fact.at < asked.until and fact.task_id and fact.value is not None:
            at = widened(asked.bucket, fact.at, fact.at)[0] if asked.bucket else asked.since
            own = cohorts.setdefault(at, {}).setdefault(fact.task_id, {})
            own[Step(fact.detail)] = min(fact.value, own.get(Step(fact.detail), fact.value))
    steps = [step for at in sorted(cohorts) for step in _came(at, list(cohorts[at].values()), asked.steps)]
    dropped = [Dropped(at=at, tasks=sum(Step.DROPPED in own for own in cohorts[at].values())) for at in sorted(cohorts)]
    return steps, [each for each in dropped if each.tasks]


def _came(at: datetime, ways: Sequence[Mapping[Step, int]], steps: Sequence[Step]) -> Iterator[FunnelStep]:
    for place, step in enumerate(steps):
        came = sum(any(later in way for later in steps[place:]) for way in ways)
        before = steps[place - 1] if place else None
        took = sorted(
            way[step] - way[before]
            for way in ways
            if before and before in way and step in way and way[before] <= way[step]
        )
        if came:
            yield FunnelStep(
                at=at,
                step=step,
                tasks=came,
                skipped=came - sum(step in way for way in ways),
                timed=len(took),
                median_ms=_ranked(took, 50) if took else None,
                ninth_ms=_ranked(took, 90) if took else None,
            )


def _value(fact: Fact, dimension: Dimension) -> str:
    match dimension:
        case Dimension.USER | Dimension.SESSION | Dimension.TASK:
            return str(getattr(fact, f"{dimension}_id") or "")
        case _:
            return str(getattr(fact, dimension))


def page_of_facts(facts: Iterable[Fact], asked: Selection, after: After | None) -> list[FactRow]:
    names = [each.name for each in dataclasses.fields(FactRow)]
    rows = [FactRow(**{name: getattr(fact, name) for name in names}) for fact in facts if _wanted(fact, asked)]
    rows.sort(key=lambda row: (row.at, row.position))
    return [row for row in rows if after is None or (row.at, row.position) > after]


def calls(facts: Iterable[Fact], asked: Selection) -> list[UsageCallRow]:
    by_position: dict[int, list[Fact]] = {}
    for fact in facts:
        if fact.provider:
            by_position.setdefault(fact.position, []).append(fact)
    counted = dataclasses.replace(asked, measures=(Measure.MODEL_CALLS,))
    return [_call(own) for own in by_position.values() if any(_wanted(fact, counted) for fact in own)]


def _call(facts: list[Fact]) -> UsageCallRow:
    first = facts[0]
    return UsageCallRow(
        position=first.position,
        at=first.at,
        user_id=first.user_id,
        persona=first.persona,
        session_id=first.session_id,
        task_id=first.task_id,
        provider=first.provider,
        model=first.model,
        operation=first.detail,
        tokens={f.measure: f.value for f in facts if f.measure is not Measure.COST and f.value is not None},
        nano_dollars=next((f.value for f in facts if f.measure is Measure.COST), None),
        price=max(f.price for f in facts),
    )
