"""The figures of a report: what was measured in its time and in the time before, and its tasks.

Where its limits are whole hours in UTC, the hourly roll-up is asked; zones that are off by half an hour, the facts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from quarterdeck.application.report_figures import Asked, Figures, Share, Slot, Tokens, Totals
from quarterdeck_projections.database import Database
from quarterdeck_projections.queries import report_lines
from quarterdeck_projections.queries.positions import ProjectionWatch
from quarterdeck_projections.usage.measures import Measure

MODELS_SHOWN = 8
WAIT_SECONDS = 20.0
READ_FROM = ("usage", "sessions", "task_board", "projects", "users", "alerts", "budgets")
"""Projections."""
_TOKENS = (
    Measure.TOKENS_INPUT,
    Measure.TOKENS_CACHE_READ,
    Measure.TOKENS_CACHE_CREATION,
    Measure.TOKENS_OUTPUT,
    Measure.TOKENS_REASONING,
)
_COUNTED = (
    *_TOKENS,
    Measure.MODEL_CALLS,
    Measure.COST,
    Measure.COMMAND_DURATION,
    Measure.SESSION_DURATION,
    Measure.TASK_LEAD,
    Measure.TASK_REOPENED,
)
_FINE = frozenset(("exited", "cancelled"))
"""How commands end that have not failed."""

_FACTS: LiteralString = """
    SELECT at, project_id, measure, user_id, persona, model, detail,
        1 AS count, CASE WHEN value IS NULL THEN 0 ELSE 1 END AS known, value::numeric AS total
    FROM read.usage_facts"""
_HOURS: LiteralString = """
    SELECT bucket AS at, project_id, measure, user_id, persona, model, detail, count, known, total
    FROM read.usage_hourly"""
_GROUPS: dict[str, LiteralString] = {
    "model": "model",
    "persona": "persona",
    "user": "coalesce(user_id::text, '')",
    "project": "project_id::text",
}
_SPAN: LiteralString = "CASE WHEN at >= %(since)s THEN 1 ELSE 0 END"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sum:
    place: int
    """0: in the time before, 1: in this; or the slot's number, from 1."""
    key: str
    measure: str
    detail: str
    count: int
    known: int
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Count:
    place: int
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Median:
    place: int
    measure: str
    value: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Name:
    id: UUID
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    id: UUID


@dataclass(frozen=True)
class ReadFigures:
    """`application.ports.reports.FigureSource` by the read models."""

    database: Database
    watch: ProjectionWatch

    async def wait_for(self, position: int) -> None:
        await self.watch.wait_for(position, READ_FROM, WAIT_SECONDS)

    async def projects_of(self, user_id: UUID | None) -> Sequence[UUID]:
        """In the order in which they were made; without those that are archived."""
        member = "" if user_id is None else "AND id IN (SELECT project_id FROM read.members WHERE user_id = %(user)s)"
        query = f"SELECT id FROM read.projects WHERE NOT archived {member} ORDER BY position"  # noqa: S608 - literals
        return [row.id for row in await self.database.rows(Found, query, {"user": user_id})]

    async def figures(self, asked: Asked) -> Figures:
        ask = _Question(self.database, asked)
        sums = await ask.sums("", _SPAN, asked.before)
        models = await ask.sums(_GROUPS["model"], _SPAN, asked.before)
        personas = await ask.sums(_GROUPS["persona"], _SPAN, asked.before)
        users = await ask.sums(_GROUPS["user"], _SPAN, asked.before)
        projects = await ask.sums(_GROUPS["project"], _SPAN, asked.before) if len(asked.project_ids) > 1 else []
        slots = await ask.sums("", "width_bucket(at, %(slots)s::timestamptz[])", asked.since)
        now, before = await ask.totals(sums)
        return Figures(
            totals=now,
            before=before,
            slots=tuple(_slot(begin, [s for s in slots if s.place == n]) for n, begin in enumerate(asked.slots, 1)),
            models=_shares([each for each in models if each.key], {}),
            personas=_shares(personas, {}),
            users=_shares(users, await ask.names("read.users", users)),
            projects=_shares(projects, await ask.names("read.projects", projects)),
            failures=_failures(sums),
            tasks=await report_lines.tasks(self.database, ask.parameters),
            alerts=await report_lines.alerts(self.database, ask.parameters),
            budgets=await report_lines.budgets(self.database, ask.parameters),
        )


class _Question:
    def __init__(self, database: Database, asked: Asked) -> None:
        self._database, self._asked = database, asked
        whole = all(each.minute == each.second == 0 for each in (asked.before, asked.since, asked.until, *asked.slots))
        self._source: LiteralString = _HOURS if whole else _FACTS
        self.parameters: Mapping[str, object] = {
            "projects": list(asked.project_ids),
            "before": asked.before,
            "since": asked.since,
            "until": asked.until,
            "slots": list(asked.slots),
            "shown": report_lines.SHOWN,
        }

    async def sums(self, key: LiteralString, place: LiteralString, since: datetime) -> list[_Sum]:
        grouped: LiteralString = key or "''"
        return await self._database.rows(
            _Sum,
            f"""
            SELECT {place} AS place, {grouped} AS key, measure, detail,
                sum(count)::bigint AS count, sum(known)::bigint AS known,
                least(coalesce(sum(total), 0), 9223372036854775807)::bigint AS total
            FROM ({self._source} WHERE project_id = ANY(%(projects)s) AND measure = ANY(%(measures)s)) AS measured
            WHERE at >= %(begin)s AND at < %(until)s GROUP BY 1, 2, 3, 4
            """,  # noqa: S608 - nothing but literals
            {**self.parameters, "measures": [each.value for each in _COUNTED], "begin": since},
        )

    async def totals(self, sums: Sequence[_Sum]) -> tuple[Totals, Totals]:
        """Of this time, and of the one before."""
        opened = await self._counts("read.sessions", "opened_at")
        created = await self._counts("read.tasks", "created_at")
        medians = await self._medians()
        now, before = (
            _totals([each for each in sums if each.place == place], opened[place], created[place], medians, place)
            for place in (1, 0)
        )
        return now, before

    async def _counts(self, table: LiteralString, column: LiteralString) -> Counter[int]:
        rows = await self._database.rows(
            _Count,
            f"""
            SELECT CASE WHEN {column} >= %(since)s THEN 1 ELSE 0 END AS place, count(*) AS count FROM {table}
            WHERE project_id = ANY(%(projects)s) AND {column} >= %(before)s AND {column} < %(until)s GROUP BY 1
            """,  # noqa: S608 - nothing but literals
            self.parameters,
        )
        return Counter({row.place: row.count for row in rows})

    async def _medians(self) -> dict[tuple[int, str], int]:
        rows = await self._database.rows(
            _Median,
            f"""
            SELECT {_SPAN} AS place, measure,
                (percentile_cont(0.5) WITHIN GROUP (ORDER BY value))::bigint AS value
            FROM read.usage_facts
            WHERE project_id = ANY(%(projects)s) AND measure = ANY(%(measures)s) AND detail = 'done'
                AND at >= %(before)s AND at < %(until)s GROUP BY 1, 2
            """,  # noqa: S608 - nothing but literals
            {**self.parameters, "measures": [Measure.TASK_LEAD.value, Measure.TASK_CYCLE.value]},
        )
        return {(row.place, row.measure): row.value for row in rows if row.value is not None}

    async def names(self, table: LiteralString, sums: Sequence[_Sum]) -> dict[str, str]:
        """Of users or projects, by their ids as text."""
        wanted = [UUID(key) for key in {each.key for each in sums} if key]
        query = f"SELECT id, name FROM {table} WHERE id = ANY(%(ids)s)"  # noqa: S608 - nothing but literals
        return {str(row.id): row.name for row in await self._database.rows(_Name, query, {"ids": wanted})}


def _totals(
    sums: Sequence[_Sum], opened: int, created: int, medians: Mapping[tuple[int, str], int], place: int
) -> Totals:
    def count(measure: Measure, *details: str) -> int:
        return sum(s.count for s in sums if s.measure == measure and (not details or s.detail in details))

    def total(measure: Measure) -> int:
        return sum(s.total for s in sums if s.measure == measure)

    return Totals(
        sessions_opened=opened,
        sessions_ended=count(Measure.SESSION_DURATION),
        sessions_lost=count(Measure.SESSION_DURATION, "lost", "failed"),
        commands=count(Measure.COMMAND_DURATION),
        commands_failed=sum(number for _, number in _failures(sums, place)),
        command_ms=total(Measure.COMMAND_DURATION),
        calls=count(Measure.MODEL_CALLS),
        calls_unpriced=sum(s.count - s.known for s in sums if s.measure == Measure.COST),
        tokens=Tokens(
            input=total(Measure.TOKENS_INPUT),
            cache_read=total(Measure.TOKENS_CACHE_READ),
            cache_creation=total(Measure.TOKENS_CACHE_CREATION),
            output=total(Measure.TOKENS_OUTPUT),
            reasoning=total(Measure.TOKENS_REASONING),
        ),
        cost=total(Measure.COST),
        tasks_created=created,
        tasks_done=count(Measure.TASK_LEAD, "done"),
        tasks_dropped=count(Measure.TASK_LEAD, "dropped"),
        tasks_reopened=count(Measure.TASK_REOPENED),
        lead_ms=medians.get((place, Measure.TASK_LEAD)),
        cycle_ms=medians.get((place, Measure.TASK_CYCLE)),
    )


def _failures(sums: Sequence[_Sum], place: int = 1) -> tuple[tuple[str, int], ...]:
    counted: Counter[str] = Counter()
    for each in sums:
        if each.place == place and each.measure == Measure.COMMAND_DURATION and each.detail not in _FINE:
            counted[each.detail] += each.count
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _slot(begin: datetime, sums: Sequence[_Sum]) -> Slot:
    def total(*measures: Measure) -> int:
        return sum(s.total for s in sums if s.measure in measures)

    commands = [s for s in sums if s.measure == Measure.COMMAND_DURATION]
    return Slot(
        begin=begin,
        cost=total(Measure.COST),
        tokens_input=total(Measure.TOKENS_INPUT, Measure.TOKENS_CACHE_CREATION),
        tokens_cached=total(Measure.TOKENS_CACHE_READ),
        tokens_output=total(Measure.TOKENS_OUTPUT, Measure.TOKENS_REASONING),
        commands=sum(s.count for s in commands),
        commands_failed=sum(s.count for s in commands if s.detail not in _FINE),
    )


def _shares(sums: Sequence[_Sum], names: Mapping[str, str]) -> tuple[Share, ...]:
    """By what they cost, then by tokens and commands; the others together as `…`."""
    found = [_share(key, names.get(key, key), sums) for key in dict.fromkeys(s.key for s in sums)]
    found = [each for each in found if each.calls or each.tokens or each.cost or each.cost_before or each.commands]
    found.sort(key=lambda each: (-each.cost, -each.tokens, -each.commands, each.name))
    if len(found) > MODELS_SHOWN:
        return (*found[: MODELS_SHOWN - 1], _together(found[MODELS_SHOWN - 1 :]))
    return tuple(found)


def _share(key: str, name: str, sums: Sequence[_Sum]) -> Share:
    own = [each for each in sums if each.key == key and each.place == 1]
    commands = [each for each in own if each.measure == Measure.COMMAND_DURATION]
    costs = [each for each in own if each.measure == Measure.COST]
    return Share(
        name=name,
        calls=sum(each.count for each in own if each.measure == Measure.MODEL_CALLS),
        calls_unpriced=sum(each.count - each.known for each in costs),
        tokens=sum(each.total for each in own if each.measure in _TOKENS),
        cost=sum(each.total for each in costs),
        cost_before=sum(s.total for s in sums if s.key == key and s.place == 0 and s.measure == Measure.COST),
        commands=sum(each.count for each in commands),
        commands_failed=sum(each.count for each in commands if each.detail not in _FINE),
    )


def _together(rest: Sequence[Share]) -> Share:
    return Share(
        name=f"… {len(rest)} more",
        calls=sum(each.calls for each in rest),
        calls_unpriced=sum(each.calls_unpriced for each in rest),
        tokens=sum(each.tokens for each in rest),
        cost=sum(each.cost for each in rest),
        cost_before=sum(each.cost_before for each in rest),
        commands=sum(each.commands for each in rest),
        commands_failed=sum(each.commands_failed for each in rest),
    )
