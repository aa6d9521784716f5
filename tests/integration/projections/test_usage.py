"""Facts of usage: what is measured on which event, priced, summed up, and the same after a rebuild."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.projecting import Story, command_requested, command_started, projected, projecting, story_in
from tests.support.projecting import command_finished as finished
from tests.support.services import Database
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.domain.exports import ExportFormat, WorkspaceExported, exports_id
from quarterdeck.domain.network_access import NetworkAccessDecided, Verdict, network_access_id
from quarterdeck.domain.persona import SessionPersona
from quarterdeck.domain.prices import MAX_PRICE, ModelPrice, PriceTableRevised, price_table_id
from quarterdeck.domain.session_events import SessionAdmitted, SessionClosed, SessionOpened
from quarterdeck.domain.session_task import SessionTaskGiven
from quarterdeck.domain.task_events import (
    LinkKind,
    TaskClaimed,
    TaskCreated,
    TaskLink,
    TaskLinked,
    TaskStatus,
    TaskStatusChanged,
)
from quarterdeck.domain.task_fields import TaskFields
from quarterdeck.domain.usage import MAX_TOKENS, ModelUsageRecorded, Tokens, usage_id
from quarterdeck.domain.workspace import WorkspaceDiscarded
from quarterdeck_projections import database as pools
from quarterdeck_projections.queries.usage import series
from quarterdeck_projections.queries.usage_question import Bucket, UsageQuestion
from quarterdeck_projections.rebuild import rebuild
from quarterdeck_projections.runner import Projector
from quarterdeck_projections.usage.measures import Dimension, Measure

TOKENS = Tokens(
    input_tokens=1000,
    cache_read_input_tokens=300,
    cache_creation_input_tokens=200,
    output_tokens=50,
    reasoning_output_tokens=20,
)


def call(story: Story, number: int = 1, **changed: Any) -> ModelUsageRecorded:
    told: dict[str, Any] = {
        "project_id": story.project,
        "provider": "anthropic",
        "response_id": f"msg_{number}",
        "model": "claude-sonnet-4-5",
        "tokens": TOKENS,
        **changed,
    }
    return ModelUsageRecorded(**told)


async def tell_call(story: Story, told: ModelUsageRecorded) -> int:
    return await story.tell(
        usage_id(told.project_id, told.provider, told.response_id), told, session_id=told.session_id
    )


async def revise(story: Story, *prices: ModelPrice) -> int:
    return await story.tell(price_table_id(story.project), PriceTableRevised(project_id=story.project, prices=prices))


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.admin_url) as connection:
        return connection.execute(query.encode()).fetchall()


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All facts and roll-ups, in an order of their own."""
    return {
        name: sorted(rows(database, f"SELECT * FROM read.{name}"), key=repr)
        for name in ("usage_facts", "usage_hourly", "usage_daily")
    }


def rolled_up(database: Database, unit: str) -> list[tuple[Any, ...]]:
    """What a roll-up has to be, summed up from the facts."""
    return sorted(
        rows(
            database,
            f"""
            SELECT date_trunc('{unit}', at, 'UTC'), project_id, measure, user_id, persona, provider, model, detail,
                count(*), count(value), sum(value), min(value), max(value)
            FROM read.usage_facts GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
            """,
        ),
        key=repr,
    )


@asynccontextmanager
async def told(database: Database) -> AsyncGenerator[tuple[Story, Projector]]:
    async with story_in(database) as story, projecting(database) as projector:
        await story.begin()
        yield story, projector


async def test_a_sessions_life_and_its_commands_are_measured(database: Database) -> None:
    async with told(database) as (story, _):
        session_id = await story.open_session()
        command_id = uuid7()
        await story.tell(command_id, command_requested(session_id, story.project), session_id=session_id)
        await story.tell(command_id, command_started(), finished(), session_id=session_id)
        await story.tell(uuid7(), WorkspaceDiscarded(last_tree="", bytes=4096, files=3), session_id=session_id)
        await story.tell(uuid7(), WorkspaceDiscarded(last_tree=""), session_id=session_id)
        last = await story.tell(session_id, SessionAdmitted(), SessionClosed(), session_id=session_id)
        await projected(database, last, "usage")

    found = rows(
        database, "SELECT measure, value, detail, user_id, session_id FROM read.usage_facts ORDER BY position, measure"
    )
    values = {measure: value for measure, value, *_ in found}
    assert values | {"session_duration": 0, "session_queue": 0, "command_queue": 0} == {
        "command_queue": 0,
        "command_cpu": 10,
        "command_duration": 12,
        "command_memory": 1_000_000,
        "command_output": 2_000,
        "session_queue": 0,
        "session_duration": 0,
        "workspace_bytes": 4096,
    }
    assert {row[3:] for row in found} == {(story.user, session_id)}
    assert {(m, d) for m, _, d, *_ in found if d} == {("command_duration", "exited"), ("session_duration", "closed")}


async def test_what_a_session_takes_counts_on_the_task_that_it_works_on(database: Database) -> None:
    async with told(database) as (story, _):
        session_id, own, other = uuid7(), uuid7(), uuid7()
        opened = SessionOpened(project_id=story.project, owner_id=story.user, ref="main")
        await story.tell(session_id, opened, SessionTaskGiven(task_id=own, number=1), session_id=session_id)
        await story.run(session_id)
        await tell_call(story, call(story, 1, session_id=session_id))
        await tell_call(story, call(story, 2, session_id=session_id, task_id=other))
        last = await story.tell(session_id, SessionAdmitted(), SessionClosed(), session_id=session_id)
        await projected(database, last, "usage")
        live = everything(database)
        await rebuild(database.projector_url, decode, "usage")
        assert everything(database) == live

    found = rows(database, "SELECT measure, task_id, count(*) FROM read.usage_facts GROUP BY 1, 2")
    assert {(measure, task): count for measure, task, count in found if measure == "cost"} == {
        ("cost", own): 1,
        ("cost", other): 1,
    }
    others = {(measure, task) for measure, task, _ in found if not measure.startswith(("cost", "tokens", "model"))}
    assert {task for _, task in others} == {own}
    assert {"session_queue", "session_duration", "command_duration"} <= {measure for measure, _ in others}


async def test_what_goes_over_the_network_is_measured_for_the_sessions_owner(database: Database) -> None:
    async with told(database) as (story, _):
        session_id = await story.open_session()
        decided = NetworkAccessDecided(
            session_id=session_id,
            number=1,
            decided_at=datetime.now(UTC),
            host="pypi.org",
            port=443,
            verdict=Verdict.ALLOWED,
            rule="pypi.org:443",
            reason="",
            address="1.2.3.4",
            bytes_up=10,
            bytes_down=2000,
            count=3,
        )
        last = await story.tell(network_access_id(session_id), decided, session_id=session_id)
        await projected(database, last, "usage")

    assert set(rows(database, "SELECT measure, value, detail, user_id FROM read.usage_facts")) == {
        ("network_connections", 3, "allowed", story.user),
        ("network_up", 10, "", story.user),
        ("network_down", 2000, "", story.user),
    }


async def test_a_call_is_measured_by_kind_of_token_and_priced(database: Database) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    task_id = uuid7()
    async with told(database) as (story, _):
        await tell_call(story, call(story, occurred_at=at, persona="fixer", task_id=task_id, operation="chat"))
        last = await tell_call(story, call(story, 2, model="nobody-knows"))
        await projected(database, last, "usage")

    known = rows(database, "SELECT measure, value FROM read.usage_facts WHERE model = 'claude-sonnet-4-5'")
    assert dict(known) == {
        "model_calls": 1,
        "tokens_input": 500,
        "tokens_cache_read": 300,
        "tokens_cache_creation": 200,
        "tokens_output": 30,
        "tokens_reasoning": 20,
        # 500 at $3, 300 at $0.30, 200 at $3.75, 50 at $15, for a million each
        "cost": 3_090_000,
    }
    dimensions = rows(
        database, "SELECT at, persona, task_id, detail, price FROM read.usage_facts WHERE measure = 'cost' ORDER BY at"
    )
    assert dimensions[0] == (at, "fixer", task_id, "chat", "genai-prices:0.2.3")
    assert rows(database, "SELECT value, price FROM read.usage_facts WHERE measure = 'cost' AND value IS NULL") == [
        (None, "")
    ]
    assert rows(database, "SELECT sum(count), sum(known) FROM read.usage_daily WHERE measure = 'cost'") == [(2, 1)]


async def test_a_revised_price_table_prices_all_that_was_recorded_anew_and_nothing_of_other_projects(
    database: Database,
) -> None:
    async with told(database) as (story, _):
        for number in range(3):
            await tell_call(story, call(story, number))
        other = Story(story.log, story.user, uuid7())
        await tell_call(other, call(other))
        await projected(database, await story.log.head(), "usage")
        mine = f"WHERE measure = 'cost' AND project_id = '{story.project}'"
        assert rows(database, f"SELECT DISTINCT price FROM read.usage_facts {mine}") == [("genai-prices:0.2.3",)]
        before = rows(database, "SELECT * FROM read.usage_facts WHERE measure <> 'cost' ORDER BY position, measure")

        await revise(story, ModelPrice(provider="anthropic", model="claude-*", input=1_000_000, output=2_000_000))
        last = await tell_call(story, call(story, 4))
        await projected(database, last, "usage")

        each = 1000 * 1000 + 50 * 2000
        assert rows(database, f"SELECT value, price FROM read.usage_facts {mine}") == [(each, "project:1")] * 4
        assert rows(database, f"SELECT sum(total)::bigint FROM read.usage_daily {mine}") == [(4 * each,)]
        others = f"SELECT price FROM read.usage_facts WHERE measure = 'cost' AND project_id = '{other.project}'"
        assert rows(database, others) == [("genai-prices:0.2.3",)]
        after = rows(database, "SELECT * FROM read.usage_facts WHERE measure <> 'cost' ORDER BY position, measure")
        assert [row for row in after if row[1] < last] == before

        live = everything(database)
        await rebuild(database.projector_url, decode, "usage")
        assert everything(database) == live


async def test_many_calls_are_priced_anew_in_parts(database: Database) -> None:
    async with told(database) as (story, _):
        await asyncio.gather(*(tell_call(story, call(story, number)) for number in range(1100)))
        last = await revise(story, ModelPrice(provider="anthropic", model="claude-sonnet-4-5", input=1000, output=0))
        await projected(database, last, "usage")

    assert rows(database, "SELECT count(*), sum(value), min(price) FROM read.usage_facts WHERE measure = 'cost'") == [
        (1100, 1100 * 1000, "project:1")
    ]


async def test_a_rebuild_leaves_nothing_beside_and_may_be_repeated(database: Database) -> None:
    async with told(database) as (story, _):
        await tell_call(story, call(story, occurred_at=datetime.now(UTC) - timedelta(days=40)))
        await tell_call(story, call(story, 2))
        await projected(database, await story.log.head(), "usage")
        live = everything(database)
        for _ in range(2):
            await rebuild(database.projector_url, decode)
            assert everything(database) == live
        last = await tell_call(story, call(story, 3))
        await projected(database, last, "usage")

    assert rows(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'read_next'") == []
    assert rolled_up(database, "hour") == everything(database)["usage_hourly"]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("call"), st.integers(0, 20), st.sampled_from(["claude-sonnet-4-5", "nobody-knows"])),
        st.tuples(st.just("revise"), st.integers(0, 3), st.integers(0, 10**6)),
        st.tuples(st.just("run"), st.integers(0, 1), st.just("")),
    ),
    max_size=12,
)


@given(STEPS, st.integers(1, 7))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_roll_ups_are_the_sums_of_facts_and_a_rebuild_equals_what_was_projected_live(
    database: Database, steps: list[tuple[str, int, Any]], batch: int
) -> None:
    async with story_in(database) as told:
        story = Story(told.log, told.user, uuid7())
        session_id = await story.open_session()
        for number, (what, amount, more) in enumerate(steps):
            match what:
                case "call":
                    at = datetime.now(UTC) - timedelta(hours=amount)
                    await tell_call(story, call(story, number, model=more, occurred_at=at, session_id=session_id))
                case "revise":
                    prices = [
                        ModelPrice(provider="anthropic", model=f"{'c' * n}*", input=more, output=1) for n in (1, 2)
                    ]
                    await revise(story, *prices[:amount])
                case _:
                    await story.run(session_id)
        async with projecting(database, batch_events=batch):
            await projected(database, await story.log.head(), "usage")
        live = everything(database)
        assert live["usage_hourly"] == rolled_up(database, "hour")
        assert live["usage_daily"] == rolled_up(database, "day")
        await rebuild(database.projector_url, decode, "usage")
        assert everything(database) == live


async def test_a_tasks_way_is_measured_and_its_coming_back(database: Database) -> None:
    async with told(database) as (story, _):
        task_id = uuid7()
        created = TaskCreated(project_id=story.project, number=1, fields=TaskFields(title="x"))
        await story.tell(task_id, created)

        async def becomes(status: TaskStatus) -> int:
            return await story.tell(task_id, TaskStatusChanged(status=status, owner_id=None))

        for status in (TaskStatus.IN_PROGRESS, TaskStatus.DONE, TaskStatus.DROPPED, TaskStatus.OPEN, TaskStatus.DONE):
            await becomes(status)
        await projected(database, await story.log.head(), "usage")

    way = rows(database, "SELECT DISTINCT detail FROM read.usage_facts WHERE measure = 'task_step'")
    assert set(way) == {("created",), ("done",), ("dropped",)}
    query = "SELECT measure, detail, task_id FROM read.usage_facts WHERE measure <> 'task_step'"
    found = rows(database, f"{query} ORDER BY position, measure")
    assert found == [
        ("task_cycle", "done", task_id),
        ("task_lead", "done", task_id),
        ("task_reopened", "dropped", task_id),
        ("task_cycle", "done", task_id),
        ("task_lead", "done", task_id),
    ]


async def test_the_steps_of_a_tasks_way_are_told_at_its_creation_and_the_same_after_a_rebuild(
    database: Database,
) -> None:
    async with told(database) as (story, _):
        task_id, session_id = uuid7(), uuid7()
        await story.tell(task_id, TaskCreated(project_id=story.project, number=1, fields=TaskFields(title="x")))
        await projected(database, await story.log.head(), "usage")
        claimed = TaskClaimed(
            number=1,
            user_id=story.user,
            session_id=session_id,
            expires_at=datetime.now(UTC),
            status=TaskStatus.CLAIMED,
        )
        linked = TaskLinked(link=TaskLink(kind=LinkKind.SESSION, target=str(session_id)))
        await story.tell(task_id, claimed, linked, TaskLinked(link=TaskLink(kind=LinkKind.COMMIT, target="0" * 40)))
        opened = SessionOpened(project_id=story.project, owner_id=story.user, ref="main")
        await story.tell(session_id, opened, SessionTaskGiven(task_id=task_id, number=1), session_id=session_id)
        exported = WorkspaceExported(
            format=ExportFormat.BRANCH,
            tree="0" * 40,
            command_id=None,
            base_commit="1" * 40,
            branch="b",
            commit="2" * 40,
        )
        for number, form in enumerate((ExportFormat.BRANCH, ExportFormat.PATCH)):
            told_export = replace(exported, format=form)
            await story.tell(exports_id(UUID(int=number)), told_export, session_id=session_id)
        await story.tell(exports_id(uuid7()), exported, session_id=await story.open_session())
        await projected(database, await story.log.head(), "usage")
        live = everything(database)
        await rebuild(database.projector_url, decode, "usage")
        assert everything(database) == live

    query = "SELECT detail, task_id FROM read.usage_facts WHERE measure = 'task_step' ORDER BY position"
    assert rows(database, query) == [(step, task_id) for step in ("created", "claimed", "session", "exported")]
    created = "SELECT count(DISTINCT at), min(value) FROM read.usage_facts WHERE measure = 'task_step'"
    assert rows(database, created) == [(1, 0)]


async def test_what_happens_in_a_session_is_its_personas_unless_a_call_names_another(database: Database) -> None:
    async with told(database) as (story, _):
        session_id = uuid7()
        persona = SessionPersona(persona_id=uuid7(), name="fixer", revision=1)
        opened = SessionOpened(project_id=story.project, owner_id=story.user, ref="main", persona=persona)
        await story.tell(session_id, opened, SessionAdmitted(), session_id=session_id)
        await story.run(session_id)
        await tell_call(story, call(story, 1, session_id=session_id))
        last = await tell_call(story, call(story, 2, session_id=session_id, persona="reviewer"))
        await projected(database, last, "usage")

    found = rows(database, "SELECT DISTINCT measure, persona FROM read.usage_facts")
    assert {persona for measure, persona in found if not measure.startswith(("model", "tokens", "cost"))} == {"fixer"}
    assert {persona for measure, persona in found if measure == "cost"} == {"fixer", "reviewer"}


async def test_the_dearest_call_there_can_be_stops_nothing(database: Database) -> None:
    most = Tokens(input_tokens=MAX_TOKENS, output_tokens=MAX_TOKENS)
    async with told(database) as (story, _):
        await revise(story, ModelPrice(provider="anthropic", model="*", input=MAX_PRICE, output=MAX_PRICE))
        for number in range(10):
            last = await tell_call(story, call(story, number, tokens=most))
            await projected(database, last, "usage")
        asked = UsageQuestion(
            project_id=story.project,
            since=datetime.now(UTC) - timedelta(days=1),
            until=datetime.now(UTC) + timedelta(days=1),
            bucket=Bucket.HOUR,
            measures=(Measure.COST,),
        )
        async with pools.Database(database.app_url) as read:
            [by_roll_up] = await series(read, asked, 10)
            [by_facts] = await series(read, replace(asked, group_by=(Dimension.TASK,)), 10)

    assert by_roll_up.highest == 2 * MAX_TOKENS * MAX_PRICE // 1000
    assert (by_roll_up.total, by_facts.total) == (2**63 - 1, 2**63 - 1)
