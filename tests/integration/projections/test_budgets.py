"""Budgets in the read models, as the use cases post them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
from tests.support.budget_process import caller
from tests.support.projecting import projected, projecting, story_in, tables
from tests.support.services import Database

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.budget_reservations import Asked, Reservations
from quarterdeck.application.budgets import BudgetBook
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.usage import Usage
from quarterdeck.domain.budget import Scope, Terms
from quarterdeck.domain.budget_ledger import Amount, Answer, Standing
from quarterdeck.domain.budget_period import Every
from quarterdeck.domain.usage import ModelUsageRecorded, Tokens
from quarterdeck_projections import database as pools
from quarterdeck_projections.paging import Window
from quarterdeck_projections.queries import budgets
from quarterdeck_projections.rebuild import rebuild
from quarterdeck_projections.usage.pricing import priced


async def test_a_budget_is_shown_with_its_periods_and_what_is_reserved_and_a_rebuild_gives_the_same(
    database: Database,
) -> None:
    now = datetime.now(UTC)
    async with story_in(database) as story, projecting(database), pools.Database(database.app_url) as read:
        await story.begin()
        ledgers, ada = Ledgers(story.log, SystemClock()), caller(story.user)
        book, desk, usage = BudgetBook(ledgers), Reservations(ledgers), Usage(ledgers, priced)
        terms = Terms(tokens=100, warn_percent=50)
        scope = Scope(project_id=story.project)
        daily = (await book.set(ada, scope, Every.DAY, "Europe/Berlin", terms)).budget_id
        gone = (await book.set(ada, scope, Every.ALL_TIME, "UTC", Terms(nano_dollars=10**12))).budget_id
        asked = Asked(project_id=story.project, request_id="a", amount=Amount(tokens=30, nano_dollars=1), purpose="x")
        first = await desk.reserve(ada, asked)
        await desk.reserve(ada, replace(asked, request_id="b"))
        call = ModelUsageRecorded(
            project_id=story.project, provider="p", response_id="1", model="m", tokens=Tokens(input_tokens=60)
        )
        await usage.record(ada, story.project, [call], reservations={0: first.id})
        earlier = replace(call, response_id="2", occurred_at=now - timedelta(days=2))
        await usage.record(ada, story.project, [earlier])
        await book.remove(ada, story.project, gone)
        await projected(database, await story.log.head(), "budgets")

        listed = await budgets.list_of_project(read, story.project, Window())
        [row] = listed.rows
        assert (row.id, row.budget.terms, row.budget.time_zone) == (daily, terms, "Europe/Berlin")
        assert [each.account.spent.tokens for each in row.ledgers] == [60, 60]
        shown = row.now(now)
        assert (shown.share, shown.account.reserved, shown.account.calls) == (0.6, asked.amount, 1)
        assert row.now(now + timedelta(days=3)).account.spent == Amount()
        [held] = (await budgets.list_reservations(read, daily, Window())).rows
        assert (held.request_id, held.purpose, held.amount) == ("b", "x", asked.amount)
        assert (await budgets.load(read, [gone]))[gone].removed_at

        await usage.record(ada, story.project, [replace(call, response_id="3")])
        await book.answer(ada, story.project, daily, Answer.KEEP_CLOSED, reason="enough")
        await projected(database, await story.log.head(), "budgets")
        closed = (await budgets.load(read, [daily]))[daily].now(now)
        assert (closed.account.standing, closed.answer, closed.answer_reason) == (
            Standing.CLOSED,
            Answer.KEEP_CLOSED,
            "enough",
        )
        assert closed.answered_by == story.user
        assert closed.exhausted_at
        assert _near(database) == [(1.2, "closed"), (0.6, "open")]

        before = tables(database)
        await rebuild(database.projector_url, decode, "budgets")
        assert tables(database) == before


def _near(database: Database) -> list[tuple[float, str]]:
    """As a rule of alerts may ask for it: by share."""
    with psycopg.connect(database.admin_url) as connection:
        rows = connection.execute(
            "SELECT share, standing FROM read.budget_periods WHERE (account #>> '{terms,tokens}') IS NOT NULL "
            "ORDER BY share DESC"
        ).fetchall()
    return [(float(Decimal(str(share))), standing) for share, standing in rows]
