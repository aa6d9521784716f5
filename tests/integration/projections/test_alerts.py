"""Alerts on the real read models: what rules look at, and what the watch reads and writes."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast

import psycopg
import pytest
from tests.support.projecting import (
    Story,
    command_finished,
    command_requested,
    command_started,
    projected,
    projecting,
    session_opened,
    story_in,
    tables,
)
from tests.support.services import Database
from uuid_utils.compat import uuid7

from quarterdeck.adapters.memory.cursors import MemoryCursors
from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.adapters.postgres.leases import PostgresWorkerRegistry
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.alert_watch import AlertWatch
from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.workers import DiskRoom
from quarterdeck.domain.alert import AlertAcknowledged, Sample, alert_id
from quarterdeck.domain.alert_notice import notice_id
from quarterdeck.domain.alert_rule import (
    AlertRuleRemoved,
    AlertRuleSet,
    Comparison,
    Condition,
    Kind,
    RuleSettings,
    Statistic,
    rule_id,
)
from quarterdeck.domain.delivery import (
    Channel,
    DeliveryAttempted,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliverySucceeded,
    Destination,
    delivery_id,
)
from quarterdeck.domain.silence import Matcher, SilenceEnded, SilenceSet
from quarterdeck.domain.usage import ModelUsageRecorded, Tokens, usage_id
from quarterdeck_projections import database as pools
from quarterdeck_projections.paging import Window
from quarterdeck_projections.queries import alerts, users
from quarterdeck_projections.queries.alert_readings import ReadAlerts
from quarterdeck_projections.queries.alerts import AlertFilter
from quarterdeck_projections.queries.positions import ProjectionWatch
from quarterdeck_projections.rebuild import rebuild

BUDGET = """
    INSERT INTO read.budgets (id, position, project_id, covers, subject, every, time_zone, terms, set_at, revised_at)
    VALUES (%s, 1, %s, 'project', '', 'month', 'UTC', '{}', now(), now())
"""
PERIOD = """
    INSERT INTO read.budget_periods (ledger_id, position, posted, budget_id, begins, ends, account, standing, share)
    SELECT %s, 1, 1, %s, at - interval '1 day', at + interval '1 day', '{}', 'open', %s
    FROM (SELECT now() + make_interval(days => %s) AS at) AS times
"""


def approx(value: float) -> float:
    return cast("float", pytest.approx(value))


MAIL = Destination(channel=Channel.MAIL, address="ada@example.org")


@dataclass
class World:
    story: Story
    readings: ReadAlerts
    database: Database

    async def samples(self, condition: Condition, *, everywhere: bool = False) -> list[Sample]:
        settings = RuleSettings(condition=condition)
        found = await self.readings.samples(None if everywhere else self.story.project, settings, datetime.now(UTC))
        return list(found)

    async def settle(self) -> None:
        await projected(self.database, await self.story.log.head(), within=20)


@asynccontextmanager
async def world_in(database: Database) -> AsyncGenerator[World]:
    async with (
        story_in(database) as story,
        projecting(database),
        pools.Database(database.app_url) as pool,
        ProjectionWatch(database.app_url) as watch,
    ):
        await story.begin()
        yield World(story, ReadAlerts(pool, watch), database)


async def run(story: Story, exit_code: int) -> None:
    session_id = await story.open_session()
    events = (
        command_requested(session_id, story.project),
        command_started(),
        replace(command_finished(), exit_code=exit_code, wall_ms=2000),
    )
    await story.tell(uuid7(), *events, session_id=session_id)


async def test_each_kind_of_rule_looks_at_what_is_there(database: Database) -> None:
    failing = Condition(kind=Kind.ERROR_RATIO, measure="command_duration", threshold=0.2)
    calls = Condition(kind=Kind.THRESHOLD, measure="model_calls", threshold=5)
    async with world_in(database) as world, Pool(database.app_url) as pool:
        story = world.story
        for exit_code in (0, 1, 2, 0):
            await run(story, exit_code)
        for number, model in enumerate(("claude-sonnet-4-5", "claude-sonnet-4-5", "no-such-model")):
            told = ModelUsageRecorded(
                project_id=story.project,
                provider="anthropic",
                response_id=str(number),
                model=model,
                tokens=Tokens(input_tokens=100_000),
                persona="reviewer",
            )
            await story.tell(usage_id(story.project, "anthropic", str(number)), told)
        await story.tell(uuid7(), session_opened(story))
        registry = PostgresWorkerRegistry(pool)
        lease = await registry.start("w1", "here", 4, 60)
        await registry.renew(lease, 0, 60, DiskRoom(size=1000, free=70))
        await registry.start("silent", "here", 4, 60)
        await world.settle()

        user = str(story.user)
        assert await world.samples(failing) == [Sample(value=0.5, count=4)]
        assert await world.samples(replace(failing, measure="session_duration")) == [Sample(value=0, count=0)]
        by_user = await world.samples(replace(failing, group_by=("user", "project")), everywhere=True)
        assert by_user == [Sample(value=0.5, labels={"user": user, "project": str(story.project)}, count=4)]
        assert await world.samples(calls) == [Sample(value=3, count=3)]
        counted = replace(calls, statistic=Statistic.COUNT, group_by=("model",), comparison=Comparison.BELOW)
        assert [(each.labels["model"], each.value) for each in await world.samples(counted)] == [
            ("no-such-model", 1),
            ("claude-sonnet-4-5", 2),
        ]
        only = replace(counted, filters={"model": ("claude-sonnet-4-5",), "persona": ("reviewer", "x")}, group_by=())
        assert await world.samples(only) == [Sample(value=2, count=2)]
        # in dollars and seconds
        assert await world.samples(replace(calls, measure="cost")) == [Sample(value=approx(0.6), count=3)]
        slow = replace(calls, measure="command_duration", statistic=Statistic.HIGHEST)
        assert await world.samples(slow) == [Sample(value=2.0, count=4)]
        assert await world.samples(replace(slow, statistic=Statistic.MEAN)) == [Sample(value=2.0, count=4)]
        rate = replace(calls, kind=Kind.RATE, window_seconds=7200)
        assert await world.samples(rate) == [Sample(value=1.5, count=3)]
        spending = replace(rate, measure="cost")
        assert await world.samples(spending) == [Sample(value=approx(0.3), count=3)]
        absent = Condition(kind=Kind.ABSENCE, measure="model_calls", group_by=("persona",))
        assert await world.samples(absent) == [Sample(value=3, labels={"persona": "reviewer"}, count=3)]
        [waiting] = await world.samples(Condition(kind=Kind.QUEUE_AGE, group_by=("user",)))
        assert (waiting.labels, waiting.count) == ({"user": user}, 1)
        assert 0 <= waiting.value < 60
        full = Condition(kind=Kind.DISK, group_by=("worker",))
        assert await world.samples(full, everywhere=True) == [
            Sample(value=approx(0.93), labels={"worker": "w1"}, count=1)
        ]
        spent = Condition(kind=Kind.BUDGET_SHARE, threshold=0.8, group_by=("budget",))
        assert await world.samples(spent) == []
        budget = uuid7()
        with psycopg.connect(database.admin_url) as connection:
            connection.execute(BUDGET, (budget, story.project))
            connection.cursor().executemany(
                PERIOD, [(uuid7(), budget, share, days) for days, share in ((0, 0.9), (-40, 1.0))]
            )
        assert await world.samples(spent) == [Sample(value=0.9, labels={"budget": str(budget)}, count=1)]


async def test_a_rule_goes_from_the_log_to_an_alert_and_its_deliveries_and_a_rebuild_gives_the_same(
    database: Database,
) -> None:
    condition = Condition(kind=Kind.ERROR_RATIO, measure="command_duration", threshold=0.2, group_by=("user",))
    settings = RuleSettings(condition=condition, destinations=(MAIL,), gather_seconds=0)
    async with world_in(database) as world:
        story, reads = world.story, world.readings.database
        rule = rule_id(story.project, "failing")
        await story.tell(rule, AlertRuleSet(project_id=story.project, name="failing", revision=1, settings=settings))
        await run(story, 1)
        watch = AlertWatch(Journal(story.log, "conductor"), SystemClock(), MemoryCursors(), world.readings)
        for _ in range(2):
            await watch.look()
        await world.settle()

        seen = AlertFilter(visible_to=story.user)
        [raised] = (await alerts.list_alerts(reads, seen, Window())).rows
        assert raised.id == alert_id(rule, {"user": str(story.user)}, 1)
        assert (raised.state, raised.value, raised.rule) == ("firing", 1.0, "failing")
        assert (await alerts.list_alerts(reads, AlertFilter(visible_to=uuid7()), Window())).rows == []
        assert (await alerts.list_alerts(reads, replace(seen, states=("resolved",)), Window())).rows == []
        name = (await users.load(reads, [story.user]))[story.user].name
        for text in (" FAIL", str(story.user)[-8:], name.upper(), raised.summary[:5]):
            chosen = replace(seen, severities=("warning", "info"), text=text)
            assert (await alerts.list_alerts(reads, chosen, Window())).rows == [raised], text
        for other in ({"severities": ("critical",)}, {"text": "fail%"}, {"text": "fail_ng"}, {"text": "nobody"}):
            assert (await alerts.list_alerts(reads, replace(seen, **other), Window())).rows == [], other
        [shown] = (await alerts.list_rules(reads, seen, Window())).rows
        assert shown.settings == settings
        [waiting] = await alerts.deliveries_of(reads, raised.id, rule, 10)
        assert (waiting.address, waiting.state, waiting.attempts) == ("ada@example.org", "waiting", 0)

        delivery = delivery_id(notice_id(rule, 1), MAIL)
        story.saw(delivery, 1)
        now = datetime.now(UTC)
        await story.tell(
            delivery,
            DeliveryAttempted(attempt=1, until=now),
            DeliveryFailed(attempt=1, reason="away", again_at=now),
            DeliveryAttempted(attempt=2, until=now),
            DeliverySucceeded(attempt=2, answer="250 OK"),
        )
        story.saw(raised.id, 1)
        await story.tell(raised.id, AlertAcknowledged(user_id=story.user, note="on it"))
        silence = uuid7()
        told = SilenceSet(
            project_id=story.project,
            matcher=Matcher(rule="failing"),
            until=now + timedelta(hours=1),
            reason="a move",
            user_id=story.user,
        )
        await story.tell(silence, told)
        await world.settle()
        assert [each.id for each in (await alerts.list_silences(reads, seen, Window(), ended=False)).rows] == [silence]
        [known] = await world.readings.silences(now)
        assert known.matcher == Matcher(rule="failing")
        await story.tell(silence, SilenceEnded())
        for _ in range(20):
            await run(story, 0)
        await world.settle()
        await watch.look()
        await watch.look()
        story.saw(rule, 1)
        await story.tell(rule, AlertRuleRemoved())
        await world.settle()

        [ended] = (await alerts.load_alerts(reads, [raised.id])).values()
        assert (ended.state, ended.resolution, ended.note) == ("resolved", "recovered", "on it")
        assert ended.last_value == pytest.approx(1 / 21)
        delivered = await alerts.deliveries_of(reads, raised.id, rule, 10)
        assert [each.state for each in delivered] == ["waiting", "arrived"]
        assert delivered[1].detail == "250 OK"
        assert await world.readings.rules() == []
        assert (await alerts.list_silences(reads, seen, Window(), ended=False)).rows == []
        lost = delivery_id(notice_id(rule, 2), MAIL)
        story.saw(lost, 1)
        await story.tell(lost, DeliveryGivenUp(attempt=1, reason="no such address"))
        await world.settle()

        before = tables(database)
        for name in ("alerts", "deliveries"):
            await rebuild(database.projector_url, decode, name)
        await world.settle()
        assert tables(database) == before
