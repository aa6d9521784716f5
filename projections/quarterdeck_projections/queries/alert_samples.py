"""What alert rules look at: a value for each group, now. Costs in dollars, times in seconds, the rest in its unit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString, assert_never
from uuid import UUID

from quarterdeck.application.ports.alerts import MOST_SAMPLES
from quarterdeck.domain.alert import Sample
from quarterdeck.domain.alert_rule import Comparison, Condition, Kind, Statistic
from quarterdeck_projections.database import Database
from quarterdeck_projections.usage.measures import MEASURES, Measure, Unit

LOOK_BACK = timedelta(days=30)
"""A group that had something within that time is missed where it has nothing now."""
FINE = ("exited", "cancelled", "closed")
"""How what did not fail ended, as `detail` says."""
_SCALES = {Unit.NANO_DOLLARS: 1e9, Unit.MILLISECONDS: 1e3}
_OF_FACTS: dict[str, LiteralString] = {
    "project": "project_id::text",
    "user": "coalesce(user_id::text, '')",
    "persona": "persona",
    "session": "coalesce(session_id::text, '')",
    "task": "coalesce(task_id::text, '')",
    "provider": "provider",
    "model": "model",
    "detail": "detail",
}
_OF_SESSIONS: dict[str, LiteralString] = {"project": "project_id::text", "user": "owner_id::text"}
_OF_WORKERS: dict[str, LiteralString] = {"worker": "worker_id"}
_OF_BUDGETS: dict[str, LiteralString] = {
    "project": "coalesce(b.project_id::text, '')",
    "budget": "b.id::text",
}
# all projects by their ids, since the index begins with the project
_FACTS: LiteralString = """
    FROM read.usage_facts
    WHERE project_id = ANY(CASE WHEN %(project)s::uuid IS NULL THEN ARRAY(SELECT id FROM read.projects)
        ELSE ARRAY[%(project)s::uuid] END) AND measure = %(measure)s AND at >= %(since)s AND at <= %(now)s"""


async def samples(database: Database, project_id: UUID | None, condition: Condition, now: datetime) -> Sequence[Sample]:
    match condition.kind:
        case Kind.THRESHOLD | Kind.RATE:
            return await _measured(database, project_id, condition, now)
        case Kind.ABSENCE:
            return await _absent(database, project_id, condition, now)
        case Kind.ERROR_RATIO:
            return await _failing(database, project_id, condition, now)
        case Kind.QUEUE_AGE:
            return await _waiting(database, project_id, condition, now)
        case Kind.DISK:
            return await _full(database, condition)
        case Kind.BUDGET_SHARE:
            return await _spent(database, project_id, condition, now)
        case _:
            assert_never(condition.kind)


async def _measured(
    database: Database, project_id: UUID | None, condition: Condition, now: datetime
) -> Sequence[Sample]:
    value = _value(condition)
    if condition.kind is Kind.RATE:
        value = "coalesce(sum(value), 0)::float8 / %(scale)s / %(hours)s"
    if condition.kind is Kind.RATE and MEASURES[Measure(condition.measure)].unit is Unit.COUNT:
        value = "count(*)::float8 / %(hours)s"
    query = _grouped(value, "count(*)", _FACTS, condition, _OF_FACTS)
    return await _samples(database, query, _of_facts(project_id, condition, now), condition)


def _value(condition: Condition) -> LiteralString:
    match condition.statistic:
        case Statistic.TOTAL:
            return "coalesce(sum(value), 0)::float8 / %(scale)s"
        case Statistic.COUNT:
            return "count(*)::float8"
        case Statistic.HIGHEST:
            return "coalesce(max(value), 0)::float8 / %(scale)s"
        case Statistic.MEAN:
            return "coalesce(avg(value), 0)::float8 / %(scale)s"
        case _:
            assert_never(condition.statistic)


async def _absent(database: Database, project_id: UUID | None, condition: Condition, now: datetime) -> Sequence[Sample]:
    """Of each group that had something of late, how much it had in the window."""
    parameters = _of_facts(project_id, condition, now)
    parameters |= {"since": now - max(LOOK_BACK, 2 * timedelta(seconds=condition.window_seconds))}
    parameters |= {"begin": now - timedelta(seconds=condition.window_seconds)}
    fresh: LiteralString = "count(*) FILTER (WHERE at >= %(begin)s)"
    query = _grouped(f"({fresh})::float8", fresh, _FACTS, condition, _OF_FACTS)
    return await _samples(database, query, parameters, condition, lowest_first=True)


async def _failing(
    database: Database, project_id: UUID | None, condition: Condition, now: datetime
) -> Sequence[Sample]:
    value: LiteralString = "(count(*) FILTER (WHERE detail <> ALL(%(fine)s)))::float8 / count(*)"
    parameters = _of_facts(project_id, condition, now) | {"fine": list(FINE)}
    # with no group there is a row for nothing at all, of which there is no ratio
    query = _grouped(f"CASE WHEN count(*) = 0 THEN 0 ELSE {value} END", "count(*)", _FACTS, condition, _OF_FACTS)
    return await _samples(database, query, parameters, condition)


async def _waiting(
    database: Database, project_id: UUID | None, condition: Condition, now: datetime
) -> Sequence[Sample]:
    """The age of the oldest session that waits for a place, in seconds."""
    value: LiteralString = "coalesce(extract(epoch FROM %(now)s - min(opened_at)), 0)::float8"
    source: LiteralString = """
        FROM read.sessions
        WHERE state = 'queued' AND (%(project)s::uuid IS NULL OR project_id = %(project)s::uuid)"""
    query = _grouped(value, "count(*)", source, condition, _OF_SESSIONS)
    return await _samples(database, query, {"project": project_id, "now": now}, condition)


async def _full(database: Database, condition: Condition) -> Sequence[Sample]:
    """Of workers that are alive and said how much room they have."""
    value: LiteralString = "coalesce(max(1 - disk_free::float8 / nullif(disk_bytes, 0)), 0)::float8"
    source: LiteralString = "FROM log.workers WHERE expires_at > clock_timestamp() AND disk_bytes IS NOT NULL"
    return await _samples(database, _grouped(value, "count(*)", source, condition, _OF_WORKERS), {}, condition)


async def _spent(database: Database, project_id: UUID | None, condition: Condition, now: datetime) -> Sequence[Sample]:
    """Of the periods that run now of budgets that are not removed; with no group the fullest."""
    source: LiteralString = """
        FROM read.budget_periods p JOIN read.budgets b ON b.id = p.budget_id
        WHERE b.removed_at IS NULL AND coalesce(p.begins <= %(now)s, true) AND coalesce(p.ends > %(now)s, true)
            AND (%(project)s::uuid IS NULL OR b.project_id = %(project)s::uuid)"""
    query = _grouped("coalesce(max(p.share), 0)::float8", "count(*)", source, condition, _OF_BUDGETS)
    return await _samples(database, query, {"project": project_id, "now": now}, condition)


def _of_facts(project_id: UUID | None, condition: Condition, now: datetime) -> dict[str, object]:
    return {
        "project": project_id,
        "measure": condition.measure,
        "since": now - timedelta(seconds=condition.window_seconds),
        "now": now,
        "scale": _SCALES.get(MEASURES[Measure(condition.measure)].unit, 1.0),
        "hours": condition.window_seconds / 3600,
    }


def _grouped(
    value: LiteralString,
    count: LiteralString,
    source: LiteralString,
    condition: Condition,
    columns: dict[str, LiteralString],
) -> LiteralString:
    query: LiteralString = "SELECT "
    for number, name in enumerate(condition.group_by):
        query += columns[name] + " AS by_" + _NUMBERS[number] + ", "
    query += value + " AS value, (" + count + ")::bigint AS count " + source
    for name in condition.filters:
        # from the table of columns, never from what somebody wrote
        query += " AND " + columns[name] + " = ANY(%(only_" + _named(name) + ")s)"
    if condition.group_by:
        query += " GROUP BY " + ", ".join(_NUMBERS[number + 1] for number in range(len(condition.group_by)))
    return query


_NUMBERS: tuple[LiteralString, ...] = ("0", "1", "2", "3")
_NAMES: tuple[LiteralString, ...] = (
    "project", "user", "persona", "session", "task", "provider", "model", "detail", "worker", "budget",
)  # fmt: skip


def _named(name: str) -> LiteralString:
    return next(each for each in _NAMES if each == name)


async def _samples(
    database: Database,
    query: LiteralString,
    parameters: dict[str, object],
    condition: Condition,
    *,
    lowest_first: bool = False,
) -> Sequence[Sample]:
    def sample(*, value: float, count: int, **groups: Any) -> Sample:
        labels = {name: str(groups[f"by_{number}"]) for number, name in enumerate(condition.group_by)}
        return Sample(value=value, labels=labels, count=count)

    order: LiteralString = " ORDER BY value DESC"
    if lowest_first or condition.comparison is Comparison.BELOW:
        order = " ORDER BY value"
    only = {f"only_{name}": list(values) for name, values in condition.filters.items()}
    limited = {"limit": MOST_SAMPLES, **parameters, **only}
    return await database.rows(sample, query + order + " LIMIT %(limit)s", limited)
