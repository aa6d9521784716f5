"""What a report lists beside its figures: tasks, alerts and budgets. `parameters` are those of its figures."""

from collections.abc import Mapping
from typing import Any

from quarterdeck.application.report_figures import AlertLine, BudgetLine, TaskLine
from quarterdeck_projections.database import Database
from quarterdeck_projections.usage.measures import Measure

SHOWN = 10
_SPENT = (
    Measure.COST,
    Measure.TOKENS_INPUT,
    Measure.TOKENS_CACHE_READ,
    Measure.TOKENS_CACHE_CREATION,
    Measure.TOKENS_OUTPUT,
    Measure.TOKENS_REASONING,
)


async def tasks(database: Database, parameters: Mapping[str, object]) -> tuple[TaskLine, ...]:
    """Those that cost the most, and then those that were done last."""
    found = await database.rows(
        TaskLine,
        """
        WITH spent AS (
            SELECT task_id, coalesce(sum(value) FILTER (WHERE measure = 'cost'), 0) AS cost,
                coalesce(sum(value) FILTER (WHERE measure LIKE 'tokens%%'), 0) AS tokens
            FROM read.usage_facts
            WHERE project_id = ANY(%(projects)s) AND measure = ANY(%(measures)s) AND task_id IS NOT NULL
                AND at >= %(since)s AND at < %(until)s GROUP BY 1
        )
        SELECT p.name AS project, t.number, t.title, t.status,
            t.status = 'done' AND t.closed_at >= %(since)s AND t.closed_at < %(until)s AS done,
            CASE WHEN t.status = 'done'
                THEN (extract(epoch FROM t.closed_at - t.created_at) * 1000)::bigint END AS lead_ms,
            coalesce(spent.cost, 0)::bigint AS cost, coalesce(spent.tokens, 0)::bigint AS tokens
        FROM read.tasks t JOIN read.projects p ON p.id = t.project_id LEFT JOIN spent ON spent.task_id = t.id
        WHERE t.project_id = ANY(%(projects)s) AND (spent.task_id IS NOT NULL
            OR t.status = 'done' AND t.closed_at >= %(since)s AND t.closed_at < %(until)s)
        ORDER BY spent.cost DESC NULLS LAST, t.closed_at DESC NULLS LAST, t.position LIMIT %(shown)s
        """,
        {**parameters, "measures": [each.value for each in _SPENT]},
    )
    return tuple(found)


async def alerts(database: Database, parameters: Mapping[str, object]) -> tuple[AlertLine, ...]:
    """By rule: those that were raised in this time, and those that were open at its end; the most first."""
    found = await database.rows(
        AlertLine,
        """
        SELECT p.name AS project, a.rule AS name, a.severity,
            count(*) FILTER (WHERE a.raised_at >= %(since)s)::int AS raised,
            count(*) FILTER (WHERE a.resolved_at IS NULL OR a.resolved_at >= %(until)s)::int AS open
        FROM read.alerts a JOIN read.projects p ON p.id = a.project_id
        WHERE a.project_id = ANY(%(projects)s) AND a.raised_at < %(until)s
            AND (a.raised_at >= %(since)s OR a.resolved_at IS NULL OR a.resolved_at >= %(until)s)
        GROUP BY p.name, a.rule_id, a.rule, a.severity
        ORDER BY count(*) DESC, a.rule, p.name, a.severity LIMIT %(shown)s
        """,
        parameters,
    )
    return tuple(found)


async def budgets(database: Database, parameters: Mapping[str, object]) -> tuple[BudgetLine, ...]:
    """The accounts that were running at the end of this time, those that are used up most first."""
    found = await database.rows(
        _account,
        """
        SELECT p.name AS project, b.covers, b.every, b.subject, u.name AS user_name, b.terms,
            a.account -> 'spent' AS spent
        FROM read.budget_periods a JOIN read.budgets b ON b.id = a.budget_id
        JOIN read.projects p ON p.id = b.project_id
        LEFT JOIN read.users u ON b.covers = 'user' AND u.id::text = b.subject
        WHERE b.project_id = ANY(%(projects)s) AND b.removed_at IS NULL
            AND (a.begins IS NULL OR a.begins < least(%(until)s, now()))
            AND (a.ends IS NULL OR a.ends >= least(%(until)s, now()))
        ORDER BY a.share DESC, b.position LIMIT %(shown)s
        """,
        parameters,
    )
    return tuple(line for lines in found for line in lines)


def _account(
    *,
    project: str,
    covers: str,
    every: str,
    subject: str,
    user_name: str | None,
    terms: dict[str, Any],
    spent: dict[str, int],
) -> list[BudgetLine]:
    """A line for each of the two that is limited."""
    whose = project if covers == "everything" else f"{covers} {user_name or subject}"
    return [
        BudgetLine(
            project=project,
            name=f"{whose}, {every.replace('_', ' ')}",
            unit=unit,
            spent=spent.get(field, 0),
            limit=terms[field],
        )
        for field, unit in (("nano_dollars", "usd"), ("tokens", "tokens"))
        if terms.get(field)
    ]
