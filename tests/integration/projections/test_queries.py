"""Pages of lists."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import psycopg
import pytest
from tests.support.projecting import Story, projected, projecting, session_opened, story_in
from tests.support.services import Database
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.leases import PostgresWorkerRegistry
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.identity import TokenIssued, TokenKind
from quarterdeck.domain.persona import PersonaDefined, PersonaRetired, PersonaSettings
from quarterdeck.domain.session_events import SessionClosed
from quarterdeck_projections import database as pools
from quarterdeck_projections.paging import Page, Window
from quarterdeck_projections.queries import audit_trail, commands, personas, projects, sessions, tokens, workers
from quarterdeck_projections.queries.commands import CommandRow
from quarterdeck_projections.queries.id_endings import Ended, ids_ending_with
from quarterdeck_projections.queries.personas import PersonaRow
from quarterdeck_projections.states import SessionState


@dataclass
class World:
    read: pools.Database
    story: Story
    session_ids: list[UUID]
    command_ids: list[UUID]
    stranger: UUID


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """Five sessions, the first closed, seven commands in the second; and a project of somebody else with a session."""
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        session_ids = [await story.open_session() for _ in range(5)]
        await story.tell(session_ids[0], SessionClosed())
        command_ids = [uuid7() for _ in range(7)]
        for command_id in command_ids:
            await story.run(session_ids[1], command_id=command_id)
        other = Story(story.log, uuid7(), uuid7())
        await other.begin()
        await other.open_session()
        await projected(database, await story.log.head())
        yield World(read, story, session_ids, command_ids, other.user)


async def test_ids_are_found_by_their_ends_by_an_index(world: World, database: Database) -> None:
    newest, read, home = world.command_ids[-1], world.read, world.story.project
    for digits in (4, 8, 31, 32):
        suffix = newest.hex[-digits:]
        assert await ids_ending_with(read, Ended.COMMAND, suffix, None, 10) == [newest]
        assert await ids_ending_with(read, Ended.COMMAND, suffix, home, 10) == [newest]
        assert await ids_ending_with(read, Ended.COMMAND, suffix, uuid7(), 10) == []
    assert await ids_ending_with(read, Ended.COMMAND, newest.hex[:8], None, 10) == []
    some = await ids_ending_with(read, Ended.SESSION, "", None, 3)
    assert some == sorted(some, reverse=True)
    assert len(some) == 3
    for kind in Ended:
        assert await ids_ending_with(read, kind, "0" * 32, home, 10) == []
    with psycopg.connect(database.admin_url) as connection:
        connection.execute("SET enable_seqscan = off")
        plan = connection.execute(
            """EXPLAIN SELECT id FROM read.commands WHERE reverse(encode(uuid_send(id), 'hex') COLLATE "C") >= 'ab'
                AND reverse(encode(uuid_send(id), 'hex') COLLATE "C") < 'abg'"""
        ).fetchall()
    assert "commands_id_end_idx" in str(plan)


async def test_sessions_that_wait_for_a_place_are_counted_by_project(world: World, database: Database) -> None:
    assert await sessions.count_waiting(world.read, world.story.project) == 0
    for _ in range(2):
        await world.story.tell(uuid7(), session_opened(world.story))
    await projected(database, await world.story.log.head())
    assert await sessions.count_waiting(world.read, world.story.project) == 2
    assert await sessions.count_waiting(world.read, uuid7()) == 0


async def test_sessions_come_newest_first_and_page_by_page(world: World) -> None:
    user = world.story.user
    first = await sessions.list_visible(world.read, user, Window(limit=2))
    assert [row.id for row in first.rows] == world.session_ids[:2:-1]
    assert (first.has_next, first.has_previous) == (True, False)

    second = await sessions.list_visible(world.read, user, Window(limit=3, after=first.rows[-1].position))
    assert [row.id for row in second.rows] == world.session_ids[2::-1]
    assert (second.has_next, second.has_previous) == (False, True)


async def test_sessions_are_chosen_by_project_and_state(world: World) -> None:
    project, user = world.story.project, world.story.user
    closed = await sessions.list_visible(world.read, user, Window(), states=[SessionState.CLOSED])
    assert [row.id for row in closed.rows] == world.session_ids[:1]
    states = [SessionState.READY, SessionState.CLOSING]
    live = await sessions.list_visible(world.read, user, Window(), project_id=project, states=states)
    assert [row.id for row in live.rows] == world.session_ids[:0:-1]


async def test_personas_come_by_project_in_the_order_of_their_definition(world: World, database: Database) -> None:
    project, made = world.story.project, [uuid7() for _ in range(3)]
    for persona_id, name in zip(made, "bac", strict=True):
        defined = PersonaDefined(project_id=project, name=name, revision=1, settings=PersonaSettings())
        await world.story.tell(persona_id, defined)
    await world.story.tell(made[1], PersonaRetired())
    await projected(database, await world.story.log.head())

    async def listed(project_id: UUID, window: Window, *, retired: bool = False) -> Page[PersonaRow]:
        return await personas.list_of_project(world.read, project_id, window, retired=retired)

    assert [row.id for row in (await listed(project, Window())).rows] == [made[0], made[2]]
    first = await listed(project, Window(limit=2), retired=True)
    assert ([row.name for row in first.rows], first.has_next) == (["b", "a"], True)
    rest = await listed(project, Window(limit=2, after=first.rows[-1].position), retired=True)
    assert ([row.name for row in rest.rows], rest.has_next) == (["c"], False)
    assert (await listed(uuid7(), Window(), retired=True)).rows == []


async def test_nobody_sees_the_projects_and_sessions_of_others(world: World) -> None:
    assert len((await projects.list_visible(world.read, world.stranger, Window())).rows) == 1
    assert len((await sessions.list_visible(world.read, world.stranger, Window())).rows) == 1
    foreign = await sessions.list_visible(world.read, world.stranger, Window(), project_id=world.story.project)
    assert foreign.rows == []
    assert len((await sessions.list_visible(world.read, None, Window())).rows) == 6
    assert len((await projects.list_visible(world.read, None, Window())).rows) == 2


async def test_commands_come_in_order_from_both_ends(world: World) -> None:
    async def listed(window: Window) -> Page[CommandRow]:
        return await commands.list_of_session(world.read, world.session_ids[1], window)

    ids = world.command_ids
    first = await listed(Window(limit=3))
    assert [row.id for row in first.rows] == ids[:3]
    last = await listed(Window(limit=3, backward=True))
    assert [row.id for row in last.rows] == ids[4:]
    assert (last.has_previous, last.has_next) == (True, False)
    before = await listed(Window(limit=3, backward=True, before=last.rows[0].position))
    assert [row.id for row in before.rows] == ids[1:4]
    assert (before.has_previous, before.has_next) == (True, True)
    between = await listed(Window(after=first.rows[0].position, before=last.rows[0].position))
    assert [row.id for row in between.rows] == ids[1:4]
    assert (await listed(Window(limit=0))).has_next


async def test_the_audit_trail_is_read_newest_first_by_project_and_session(world: World) -> None:
    trail = await audit_trail.list_visible(
        world.read, world.story.user, Window(limit=2), session_id=world.session_ids[1]
    )
    assert [(row.topic, row.actor_name) for row in trail.rows] == [
        ("CommandFinished", "ada"),
        ("CommandStarted", "ada"),
    ]
    assert trail.has_next
    foreign = await audit_trail.list_visible(world.read, world.stranger, Window(), project_id=world.story.project)
    assert foreign.rows == []
    everything = await audit_trail.list_visible(world.read, None, Window(limit=1))
    assert everything.rows[0].topic == "SessionProvisioned"


async def test_a_users_tokens_are_listed_by_kind(world: World, database: Database) -> None:
    ids = {kind: uuid7() for kind in TokenKind}
    for kind, token_id in ids.items():
        issued = TokenIssued(
            user_id=world.story.user, name="ci", kind=kind, scopes=("*",), secret_sha256="0", expires_at=None
        )
        await projected(database, await world.story.tell(token_id, issued), "tokens")
    page = await tokens.list_of_user(world.read, world.story.user, Window())
    assert [row.id for row in page.rows] == [ids[TokenKind.API]]


async def test_workers_are_listed_with_whether_they_are_alive(world: World, database: Database) -> None:
    async with Pool(database.app_url) as pool:
        registry = PostgresWorkerRegistry(pool)
        await registry.start("w1", "here", 4, ttl_seconds=60)
        await registry.start("w2", "there", 8, ttl_seconds=-1)
    assert [(row.worker_id, row.capacity, row.alive) for row in await workers.list_all(world.read)] == [
        ("w1", 4, True),
        ("w2", 8, False),
    ]


async def test_a_lost_connection_is_replaced(world: World, database: Database) -> None:
    query = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
    """
    async with await psycopg.AsyncConnection.connect(database.app_url) as connection:
        await connection.execute(query)
    assert len((await sessions.list_visible(world.read, None, Window())).rows) == 6


async def test_a_database_that_is_away_is_said() -> None:
    read = pools.Database("postgresql://nobody@127.0.0.1:1/none", timeout_seconds=0.2)
    async with read:
        with pytest.raises(UnavailableError, match="database does not answer"):
            await sessions.list_visible(read, None, Window())


def test_a_page_has_a_limit() -> None:
    with pytest.raises(ValueError, match="0 to 1000 rows"):
        Window(limit=1001)
