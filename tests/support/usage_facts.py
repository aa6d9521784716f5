"""What usage sums up to, computed from facts one by one: the twin of the read model's SQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck_projections.queries.usage import UsageCallRow, UsagePoint, UsageQuestion, widened
from quarterdeck_projections.usage.entries import Entry
from quarterdeck_projections.usage.facts import Fact, Past, cost_of, facts_of
from quarterdeck_projections.usage.measures import Dimension, Measure


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
    facts = [fact for entry in entries for fact in facts_of(entry, past)]
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


def _wanted(fact: Fact, asked: UsageQuestion) -> bool:
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


def _value(fact: Fact, dimension: Dimension) -> str:
    match dimension:
        case Dimension.USER | Dimension.SESSION | Dimension.TASK:
            return str(getattr(fact, f"{dimension}_id") or "")
        case _:
            return str(getattr(fact, dimension))


def calls(facts: Iterable[Fact]) -> list[tuple[UUID, UsageCallRow]]:
    """Each call, with its project."""
    by_position: dict[int, list[Fact]] = {}
    for fact in facts:
        if fact.provider:
            by_position.setdefault(fact.position, []).append(fact)
    return [(own[0].project_id, _call(own)) for own in by_position.values()]


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
