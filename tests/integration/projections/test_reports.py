"""Reports in the read model: their figures from what was measured, what is due, and how deliveries fared."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from tests.support.projecting import (
    Story,
    command_finished,
    command_requested,
    command_started,
    project_created,
    projected,
    projecting,
    story_in,
    tables,
)
from tests.support.services import Database
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.application.report_figures import Asked, Figures
from quarterdeck.application.report_issues import issue_writes
from quarterdeck.application.streams import REPORT
from quarterdeck.domain import report
from quarterdeck.domain.alert import AlertRaised, AlertResolved, Resolution
from quarterdeck.domain.alert_rule import Severity
from quarterdeck.domain.budget import BudgetSet, Scope, Terms, budget_id, ledger_id
from quarterdeck.domain.budget_ledger import Account, Amount, BudgetPeriodOpened
from quarterdeck.domain.budget_period import ALL_TIME, Every
from quarterdeck.domain.delivery import (
    Channel,
    DeliveryAttempted,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliverySucceeded,
    Destination,
    delivery_id,
)
from quarterdeck.domain.project import ProjectArchived
from quarterdeck.domain.report import Recipient, Report, ReportRemoved, ReportRevised, ReportSettings
from quarterdeck.domain.report_issue import ReportDelivered
from quarterdeck.domain.report_period import Cadence, Period, Schedule, Weekday
from quarterdeck.domain.session_events import SessionClosed
from quarterdeck.domain.task import task_id
from quarterdeck.domain.task_events import TaskCreated, TaskStatus, TaskStatusChanged
from quarterdeck.domain.task_fields import TaskFields
from quarterdeck.domain.usage import ModelUsageRecorded, Tokens, usage_id
from quarterdeck_projections import database as pools
from quarterdeck_projections.paging import Window
from quarterdeck_projections.queries import reports
from quarterdeck_projections.queries.positions import ProjectionWatch
from quarterdeck_projections.queries.report_figures import ReadFigures
from quarterdeck_projections.queries.reports import ReadReportBook
from quarterdeck_projections.rebuild import rebuild
from quarterdeck_projections.states import DeliveryState

PERIOD = Period(first=date(2026, 11, 16), until=date(2026, 11, 23))


@dataclass
class World:
    database: Database
    story: Story
    read: pools.Database
    source: ReadFigures

    async def settled(self, position: int) -> None:
        await projected(self.database, position)


@asynccontextmanager
async def world(database: Database) -> AsyncGenerator[World]:
    async with (
        story_in(database) as story,
        projecting(database),
        pools.Database(database.app_url) as read,
        ProjectionWatch(database.app_url) as watch,
    ):
        await story.begin()
        yield World(database, story, read, ReadFigures(read, watch))


async def call(story: Story, number: int, at: datetime, **changed: object) -> int:
    told = ModelUsageRecorded(
        project_id=story.project,
        provider="anthropic",
        response_id=f"r{number}",
        model="claude-sonnet-4-5",
        tokens=Tokens(input_tokens=1000, cache_read_input_tokens=300, output_tokens=50),
        occurred_at=at,
    )
    told = replace(told, **changed)  # type: ignore[arg-type] # of any of its fields
    return await story.tell(usage_id(story.project, "anthropic", f"r{number}"), told)


def hours(since: datetime, until: datetime, step: timedelta = timedelta(hours=1)) -> tuple[datetime, ...]:
    return tuple(since + step * n for n in range((until - since) // step))


def asked(story: Story, since: datetime, until: datetime) -> Asked:
    return Asked(
        project_ids=(story.project,),
        before=since - (until - since),
        since=since,
        until=until,
        slots=hours(since, until),
    )


async def test_figures_are_what_was_measured_in_the_time_and_in_the_time_before(database: Database) -> None:
    async with world(database) as w:
        now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        session_id = await w.story.open_session()
        await w.story.run(session_id)
        failing = uuid7()
        await w.story.tell(
            failing,
            command_requested(session_id, w.story.project),
            command_started(),
            replace(command_finished(), exit_code=2),
            session_id=session_id,
        )
        await w.story.tell(session_id, SessionClosed(), session_id=session_id)
        task = task_id(w.story.project, 1)
        fields = TaskFields(title="Fix the log-in")
        await w.story.tell(task, TaskCreated(project_id=w.story.project, number=1, fields=fields))
        await w.story.tell(task, TaskStatusChanged(status=TaskStatus.DONE, owner_id=None))
        await call(w.story, 1, now - timedelta(hours=1), persona="fixer", task_id=task)
        await call(w.story, 2, now - timedelta(hours=2), model="home-made", provider="anthropic")
        await w.settled(await call(w.story, 3, now - timedelta(days=1, hours=2)))

        found = await w.source.figures(asked(w.story, now - timedelta(hours=23), now + timedelta(hours=1)))

    totals = found.totals
    assert (totals.sessions_opened, totals.sessions_ended, totals.sessions_lost) == (1, 1, 0)
    assert (totals.commands, totals.commands_failed, totals.calls, totals.calls_unpriced) == (2, 1, 2, 1)
    assert (totals.tokens.input, totals.tokens.cache_read, totals.tokens.output) == (1400, 600, 100)
    assert (totals.tasks_created, totals.tasks_done) == (1, 1)
    assert totals.lead_ms is not None
    assert (found.before.calls, found.before.commands, found.before.lead_ms) == (1, 0, None)
    assert totals.cost == found.before.cost > 0
    assert [(each.name, each.calls, each.calls_unpriced) for each in found.models] == [
        ("claude-sonnet-4-5", 1, 0),
        ("home-made", 1, 1),
    ]
    assert found.models[0].cost_before == found.models[0].cost == totals.cost
    assert [each.name for each in found.personas] == ["fixer", ""]
    assert [(each.name, each.commands, each.commands_failed) for each in found.users] == [("ada", 2, 1)]
    assert found.failures == (("failed", 1),)
    assert [(each.number, each.title, each.done, each.cost) for each in found.tasks] == [
        (1, "Fix the log-in", True, totals.cost)
    ]
    assert found.projects == ()
    assert len(found.slots) == 24
    assert sum(each.cost for each in found.slots) == totals.cost
    assert found.slots[22].cost == totals.cost
    assert sum(each.commands_failed for each in found.slots) == 1


async def test_alerts_and_budgets_are_listed_beside_the_figures(database: Database) -> None:
    async with world(database) as w:
        now, rule_id = datetime.now(UTC), uuid7()
        raised = AlertRaised(
            rule_id=rule_id,
            project_id=w.story.project,
            rule="too many failures",
            revision=1,
            number=1,
            labels={},
            severity=Severity.WARNING,
            value=3.0,
            summary="3 failures",
            since=now,
        )
        await w.story.tell(uuid7(), raised)
        await w.story.tell(
            uuid7(), replace(raised, number=2), AlertResolved(resolution=Resolution.RECOVERED, value=0.0)
        )
        scope, terms = Scope(project_id=w.story.project), Terms(nano_dollars=10**10, tokens=5000)
        budget = budget_id(scope, Every.ALL_TIME)
        made = BudgetSet(budget_id=budget, scope=scope, every=Every.ALL_TIME, time_zone="UTC", terms=terms)
        await w.story.tell(uuid7(), made)
        account = Account(
            budget_id=budget,
            scope=scope,
            every=Every.ALL_TIME,
            period=ALL_TIME,
            time_zone="UTC",
            terms=terms,
            spent=Amount(nano_dollars=4 * 10**9, tokens=100),
        )
        opened = BudgetPeriodOpened(account=account)
        await w.settled(await w.story.tell(ledger_id(budget, ALL_TIME), opened))

        found = await w.source.figures(asked(w.story, now - timedelta(hours=1), now + timedelta(hours=1)))

    assert [(each.name, each.severity, each.raised, each.open) for each in found.alerts] == [
        ("too many failures", "warning", 2, 1)
    ]
    assert [(each.name, each.unit, each.spent, each.limit) for each in found.budgets] == [
        ("engine, all time", "usd", 4 * 10**9, 10**10),
        ("engine, all time", "tokens", 100, 5000),
    ]


async def test_a_zone_that_is_off_by_half_an_hour_is_answered_from_the_facts_alike(database: Database) -> None:
    async with world(database) as w:
        now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        await call(w.story, 1, now - timedelta(minutes=10))
        await w.settled(await call(w.story, 2, now - timedelta(minutes=50)))

        whole = await w.source.figures(asked(w.story, now - timedelta(hours=2), now))
        half = timedelta(minutes=30)
        later = await w.source.figures(asked(w.story, now - half, now + half))
        shifted = await w.source.figures(asked(w.story, now - timedelta(hours=2) + half, now + half))

    assert _calls(whole) == (2, [0, 2])
    assert _calls(later) == (1, [1])
    assert later.before.calls == 1
    assert _calls(shifted) == (2, [1, 1])


def _calls(found: Figures) -> tuple[int, list[int]]:
    return found.totals.calls, [each.tokens_cached // 300 for each in found.slots]


async def test_several_projects_are_told_apart_and_archived_ones_are_left_out(database: Database) -> None:
    async with world(database) as w:
        other = Story(w.story.log, w.story.user, uuid7())
        await other.tell(other.project, project_created(other.user, "other"))
        now = datetime.now(UTC)
        await call(w.story, 1, now)
        await w.settled(await call(other, 1, now))
        question = asked(w.story, now - timedelta(hours=1), now + timedelta(hours=1))

        found = await w.source.figures(replace(question, project_ids=(w.story.project, other.project)))
        assert {(each.name, each.calls) for each in found.projects} == {("engine", 1), ("other", 1)}
        assert await w.source.projects_of(w.story.user) == [w.story.project, other.project]
        assert await w.source.projects_of(uuid7()) == []
        await w.settled(await other.tell(other.project, ProjectArchived()))
        assert await w.source.projects_of(None) == [w.story.project]


def settings(at_minute: int = 480) -> ReportSettings:
    places = (
        Destination(channel=Channel.MAIL, address="ada@example.org"),
        Destination(channel=Channel.FOLDER, address="a"),
    )
    return ReportSettings(
        schedule=Schedule(cadence=Cadence.WEEKLY, zone="UTC", at_minute=at_minute, week_starts=Weekday.MONDAY),
        recipients=tuple(Recipient(destination=each, user_id=UUID(int=1)) for each in places),
    )


async def test_a_report_its_issues_and_their_deliveries_are_shown_as_they_are(database: Database) -> None:
    async with world(database) as w:
        report_id, book = report.report_id(w.story.project, "weekly"), ReadReportBook(w.read)
        now = datetime(2026, 11, 20, tzinfo=UTC)
        scheduled = report.put(
            report.NoReport(),
            name="weekly",
            owner_id=w.story.user,
            project_id=w.story.project,
            settings=settings(),
            now=now,
        )
        await w.settled(await w.story.tell(report_id, *scheduled))
        assert await book.due(datetime(2026, 11, 23, 7, tzinfo=UTC)) == []
        assert await book.due(datetime(2026, 11, 23, 8, tzinfo=UTC)) == [report_id]

        state = (await REPORT.load(w.story.log, report_id)).state
        assert isinstance(state, Report)
        issued, prepared, mail, folder = issue_writes(report_id, state, 1, PERIOD, missed=2)
        told = [await w.story.tell(each.stream_id, *each.events) for each in (issued, prepared, mail, folder)]
        await w.settled(told[-1])
        assert await book.due(datetime(2026, 11, 23, 8, tzinfo=UTC)) == []
        assert await book.concluded() == []

        until = datetime(2026, 11, 23, 9, tzinfo=UTC)
        await w.story.tell(
            mail.stream_id,
            DeliveryAttempted(attempt=1, until=until),
            DeliveryFailed(attempt=1, reason="away", again_at=until),
            DeliveryAttempted(attempt=2, until=until),
            DeliverySucceeded(attempt=2, answer="taken"),
        )
        await w.settled(await w.story.tell(folder.stream_id, DeliveryGivenUp(attempt=1, reason="full")))
        assert await book.concluded() == [prepared.stream_id]
        await w.settled(await w.story.tell(prepared.stream_id, ReportDelivered(arrived=1, failed=1)))
        assert await book.concluded() == []

        shown = (await reports.load(w.read, [report_id]))[report_id]
        assert (shown.name, shown.owner_name, shown.schedule) == ("weekly", "ada", settings().schedule)
        assert [each.address for each in shown.recipients] == ["ada@example.org", "a"]
        assert shown.next_at == datetime(2026, 11, 30, 8, tzinfo=UTC)
        (issue,) = (await reports.list_issues(w.read, report_id, Window())).rows
        assert (issue.first, issue.until, issue.missed, issue.arrived, issue.failed) == (
            *(PERIOD.first, PERIOD.until),
            *(2, 1, 1),
        )
        arrived, given_up = (await reports.load_deliveries(w.read, [issue.id]))[issue.id]
        assert arrived.id == delivery_id(issue.id, settings().recipients[0].destination)
        assert (arrived.state, arrived.attempts, arrived.detail) == (DeliveryState.ARRIVED, 2, "taken")
        assert (given_up.state, given_up.detail) == (DeliveryState.GIVEN_UP, "full")

        everybody, stranger = w.story.user, uuid7()
        assert (await reports.list_visible(w.read, everybody, Window(), w.story.project)).rows == [shown]
        assert (await reports.list_visible(w.read, stranger, Window(), None)).rows == []
        revised = ReportRevised(settings=settings(0), next_at=until)
        await w.settled(await w.story.tell(report_id, revised))
        assert (await reports.load(w.read, [report_id]))[report_id].schedule.at_minute == 0
        await w.settled(await w.story.tell(report_id, ReportRemoved()))
        assert (await reports.list_visible(w.read, None, Window(), None)).rows == []
        assert await book.due(datetime(2030, 1, 1, tzinfo=UTC)) == []

        before = tables(database)
        await rebuild(database.projector_url, decode, "reports")
        assert tables(database) == before
