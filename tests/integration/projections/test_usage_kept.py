"""How long usage is kept by a projector, and going over to another kind of database."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests.integration.projections.test_usage import call, everything, revise, rows, tell_call
from tests.support.projecting import projected, projecting, story_in
from tests.support.services import Database
from tests.support.waiting import eventually

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.prices import ModelPrice
from quarterdeck_projections import database as pools
from quarterdeck_projections.queries import usage_kept
from quarterdeck_projections.queries.usage_kept import Kept
from quarterdeck_projections.rebuild import rebuild
from quarterdeck_projections.scratch import Report
from quarterdeck_projections.usage.conversion import convert, copy_facts
from quarterdeck_projections.usage.retention import LOCK, Retention, keep, look

TWO_DAYS = Retention(facts_days=2)


def days_ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


async def looked(database: Database, retention: Retention) -> bool:
    async with await psycopg.AsyncConnection.connect(database.projector_url, autocommit=True) as connection:
        return await look(connection, retention)


def names_in(told: list[str]) -> Report:
    def tell(name: str, _done: int, _total: int) -> None:
        told.append(name)

    return tell


def sums(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    return {name: found for name, found in everything(database).items() if name != "usage_facts"}


async def kept_since(database: Database) -> Kept:
    async with pools.Database(database.app_url) as reads:
        return await usage_kept.kept(reads)


def midnight(days: int) -> datetime:
    return days_ago(days).replace(hour=0, minute=0, second=0, microsecond=0)


def kept(database: Database) -> list[tuple[Any, ...]]:
    """The facts that are answered from."""
    query = "SELECT * FROM read.usage_facts WHERE at >= (SELECT facts_from FROM read.usage_edges)"
    return sorted(rows(database, query), key=repr)


async def test_facts_expire_when_all_was_projected_their_sums_stay_and_a_rebuild_brings_none_back(
    database: Database,
) -> None:
    async with story_in(database) as story:
        async with projecting(database):
            await story.begin()
            await tell_call(story, call(story, 1, occurred_at=days_ago(5)))
            await tell_call(story, call(story, 2))
            await projected(database, await story.log.head(), "usage")
        before = sums(database)
        assert await kept_since(database) == Kept()
        late = await tell_call(story, call(story, 3, occurred_at=days_ago(6)))
        assert await looked(database, TWO_DAYS) is False, "a call of six days ago was not projected yet"

        async with projecting(database):
            await projected(database, late, "usage")
        live = sums(database)
        assert await looked(database, TWO_DAYS) is True
        assert await looked(database, TWO_DAYS) is False, "there is nothing more"
        assert await kept_since(database) == Kept(facts=midnight(2))

        assert live != before
        assert sums(database) == live
        assert {row[1] for row in kept(database)} == {late - 1}
        facts = kept(database)
        await rebuild(database.projector_url, decode, "usage")
        assert sums(database) == live
        assert kept(database) == facts
        assert rows(database, "SELECT count(*) FROM read.usage_facts") == [(len(facts),)]

        await revise(story, ModelPrice(provider="anthropic", model="*", input=1000, output=0))
        async with projecting(database):
            await projected(database, await story.log.head(), "usage")
        costs = "SELECT bucket < now() - interval '4 days', sum(total) FROM read.usage_daily WHERE measure = 'cost'"
        repriced = dict(rows(database, f"{costs} GROUP BY 1"))
        assert repriced[False] == 1000
        assert repriced[True] > 2 * 1000, "what is closed keeps its price"
        await rebuild(database.projector_url, decode, "usage")
        anew = dict(rows(database, f"{costs} GROUP BY 1"))
        assert anew == {False: 1000, True: 2 * 1000}


async def test_one_at_a_time_gives_room_back_and_readers_are_waited_for(database: Database) -> None:
    async with story_in(database) as story:
        async with projecting(database):
            await story.begin()
            await tell_call(story, call(story, 1, occurred_at=days_ago(5)))
            await projected(database, await story.log.head(), "usage")
    with psycopg.connect(database.projector_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        assert await looked(database, TWO_DAYS) is False

    with psycopg.connect(database.admin_url) as reader:
        reader.execute("LOCK read.usage_edges IN ACCESS EXCLUSIVE MODE")
        async with await psycopg.AsyncConnection.connect(database.projector_url, autocommit=True) as connection:
            await connection.execute("SET lock_timeout = '50ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                await look(connection, TWO_DAYS)

    keeping = asyncio.create_task(keep(database.projector_url, TWO_DAYS))
    try:
        await eventually(lambda: len(kept(database)) == 0)
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])


def test_sums_are_kept_as_long_as_facts_at_least() -> None:
    asked = ((0, 50), (40, 0), (40, 50), (50, 40))
    assert [Retention(facts_days=f, sums_days=s).kept_sums_days for f, s in asked] == [0, 0, 50, 50]


async def test_what_begins_with_a_copy_is_as_what_is_made_of_the_log_and_may_be_cut_off(database: Database) -> None:
    def cut(*_: object) -> None:
        raise RuntimeError("killed")

    async with story_in(database) as story:
        async with projecting(database):
            await story.begin()
            for number in range(3):
                await tell_call(story, call(story, number, occurred_at=days_ago(number)))
            await projected(database, await story.log.head(), "usage")
        live = everything(database)
        with pytest.raises(RuntimeError, match="killed"):
            await rebuild(database.projector_url, decode, "usage", cut, seed=copy_facts)
        assert everything(database) == live
        # nobody has projected these yet
        await tell_call(story, call(story, 4))
        await revise(story, ModelPrice(provider="anthropic", model="*", input=1000, output=0))

        told: list[str] = []
        await rebuild(database.projector_url, decode, "usage", names_in(told), seed=copy_facts)

        copied = everything(database)
        assert told[0] == "copying facts"
        assert copied != live
        await rebuild(database.projector_url, decode, "usage")
        assert everything(database) == copied


async def test_what_has_expired_is_taken_from_the_log_and_not_from_a_copy(database: Database) -> None:
    async with story_in(database) as story, projecting(database):
        await story.begin()
        await tell_call(story, call(story, 1, occurred_at=days_ago(5)))
        await projected(database, await story.log.head(), "usage")
        assert await looked(database, TWO_DAYS)
        live = sums(database)
        told: list[str] = []
        await rebuild(database.projector_url, decode, "usage", names_in(told), seed=copy_facts)

    assert sums(database) == live
    assert "copying facts" not in told


async def test_a_database_without_timescaledb_is_told_what_to_do(database: Database) -> None:
    with pytest.raises(InvalidInputError, match="has no TimescaleDB") as refused:
        await convert(database.projector_url, decode)
    assert "CREATE EXTENSION timescaledb" in refused.value.next_step
