"""Facts and roll-ups on plain PostgreSQL and on TimescaleDB: the same questions, the same answers, row by row."""

import random
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.support import usage_facts
from tests.support.services import Database
from tests.support.timescale import timescale

from quarterdeck_projections import database as pools
from quarterdeck_projections import schema
from quarterdeck_projections.paging import Window
from quarterdeck_projections.queries import usage
from quarterdeck_projections.queries.usage_funnel import FunnelQuestion, funnel
from quarterdeck_projections.queries.usage_pages import After, FactRow, page_of_facts
from quarterdeck_projections.queries.usage_percentiles import PercentileQuestion, percentiles
from quarterdeck_projections.queries.usage_question import Bucket, Selection, UsageQuestion, widened
from quarterdeck_projections.queries.usage_top import Ranking, TopQuestion, top
from quarterdeck_projections.usage.conversion import copy_facts
from quarterdeck_projections.usage.facts import Fact
from quarterdeck_projections.usage.measures import Dimension, Measure
from quarterdeck_projections.usage.projection import COPIED_FROM, write
from quarterdeck_projections.usage.retention import expire, settle
from quarterdeck_projections.usage.steps import WAY, Step

# one server for all of them
pytestmark = pytest.mark.xdist_group("timescale")
NOW = datetime.now(UTC)
MINE, OTHERS = UUID(int=1), UUID(int=2)
SQL = (files("quarterdeck_projections") / "sql" / "usage.sql").read_text("utf-8")


@dataclass(frozen=True)
class Engine:
    """A database that has the tables."""

    name: str
    url: str

    def execute(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    async def add(self, facts: Sequence[Fact], schema: str = "read") -> None:
        """In parts that are not copied."""
        async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
            # the WebAssembly server has one session, which all connections go on with
            await connection.execute("DEALLOCATE ALL")
            for start in range(0, len(facts), COPIED_FROM - 1):
                await write(connection, schema, facts[start : start + COPIED_FROM - 1])

    async def ask(self, asked: UsageQuestion) -> list[usage.UsagePoint]:
        async with pools.Database(self.url, max_size=1) as database:
            return await usage.series(database, asked, 100_000)

    def refresh(self) -> None:
        """As the policies do every ten minutes; plain PostgreSQL has nothing to do."""
        if self.name == "timescaledb":
            closed = "SELECT to_char(nullif(closed_from, '-infinity'), 'YYYY-MM-DD HH24:MIOF') FROM read.usage_edges"
            [(since,)] = self.execute(closed)
            for rollup in ("usage_hourly", "usage_daily"):
                span = f"{f'{since!r}' if since else 'NULL'}, now() - interval '8 days'"
                self.execute(f"CALL refresh_continuous_aggregate('read.{rollup}', {span})")


@pytest.fixture(scope="module")
def timescale_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with timescale(tmp_path_factory.mktemp("timescale")) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(SQL.encode())
        yield url


@pytest.fixture
def engines(database: Database, timescale_url: str) -> Iterator[list[Engine]]:
    plain, time_scaled = Engine("plain", database.projector_url), Engine("timescaledb", timescale_url)
    time_scaled.execute("SELECT read.usage_make('read')")
    yield [plain, time_scaled]
    time_scaled.execute("DROP TABLE read.usage_facts CASCADE")
    time_scaled.execute("DROP TABLE read.usage_edges")


def some_facts(seed: int, count: int, youngest: timedelta, oldest: timedelta) -> list[Fact]:
    """Of all dimensions, over some time; values that are not known among them."""
    chance = random.Random(seed)

    def fact(position: int) -> Fact:
        return Fact(
            at=NOW - youngest - chance.random() * (oldest - youngest),
            position=position + 1000 * seed,
            value=chance.choice([None, 0, 1, 7, 10**12, chance.randrange(10**6)]),
            project_id=chance.choice([MINE, MINE, OTHERS]),
            measure=chance.choice([Measure.COST, Measure.TOKENS_INPUT, Measure.COMMAND_DURATION]),
            user_id=chance.choice([None, UUID(int=3), UUID(int=4)]),
            persona=chance.choice(["", "fixer", "Größe"]),
            provider=chance.choice(["", "anthropic"]),
            model=chance.choice(["", "claude", "Claude"]),
            detail=chance.choice(["", "exited"]),
            session_id=chance.choice([None, UUID(int=5), UUID(int=6)]),
            task_id=chance.choice([None, UUID(int=7)]),
        )

    return [fact(number) for number in range(count)]


def questions() -> list[UsageQuestion]:
    groups: list[tuple[Dimension, ...]] = [
        (),
        (Dimension.MODEL,),
        (Dimension.USER, Dimension.PERSONA),
        (Dimension.SESSION,),
        (Dimension.TASK, Dimension.DETAIL, Dimension.PROVIDER),
    ]
    filters: list[dict[Dimension, tuple[str, ...]]] = [
        {},
        {Dimension.PERSONA: ("", "fixer"), Dimension.USER: (str(UUID(int=3)), "")},
        {Dimension.SESSION: (str(UUID(int=5)),)},
    ]
    spans = {bucket: widened(bucket, NOW - timedelta(days=75), NOW) for bucket in Bucket}
    return [
        UsageQuestion(
            project_id=MINE,
            since=spans[bucket][0],
            until=spans[bucket][1],
            bucket=bucket,
            measures=(Measure.COST, Measure.TOKENS_INPUT),
            group_by=group,
            filters=only,
        )
        for bucket in Bucket
        for group in groups
        for only in filters
    ]


async def check(engines: Sequence[Engine], facts: Sequence[Fact], kept: Sequence[Fact] | None = None) -> None:
    """Every question has on every engine the answer that the facts give one by one.

    `kept`: those that are there themselves; the others are in sums alone.
    """
    for asked in questions():
        expected = usage_facts.series(facts if kept is None or not asked.by_facts else kept, asked)
        assert expected
        for engine in engines:
            assert await engine.ask(asked) == expected, engine.name


def percentile_questions() -> list[PercentileQuestion]:
    since, until = NOW - timedelta(days=75), NOW
    return [
        PercentileQuestion(
            project_id=MINE,
            since=since if bucket is None else widened(bucket, since, until)[0],
            until=until if bucket is None else widened(bucket, since, until)[1],
            bucket=bucket,
            percents=(0.1, 50, 90, 99.9, 100),
            measures=(Measure.COST, Measure.COMMAND_DURATION),
            group_by=group,
            filters=only,
        )
        for bucket in (None, Bucket.WEEK)
        for group in ((), (Dimension.MODEL,), (Dimension.SESSION, Dimension.USER))
        for only in ({}, {Dimension.PERSONA: ("", "fixer")})
    ]


def top_questions() -> list[TopQuestion]:
    since, until = widened(Bucket.DAY, NOW - timedelta(days=75), NOW)
    groups = ((Dimension.MODEL,), (Dimension.SESSION,), (Dimension.USER, Dimension.PERSONA, Dimension.DETAIL))
    return [
        TopQuestion(
            project_id=MINE,
            since=since,
            until=until,
            measures=(Measure.COST,),
            group_by=group,
            ranking=ranking,
            first=first,
            hourly=hourly,
        )
        for group in groups
        for ranking in Ranking
        for first, hourly in ((1, False), (2, True), (100, False))
    ]


async def check_dashboards(engines: Sequence[Engine], facts: Sequence[Fact]) -> None:
    """Percentiles and top lists."""
    for engine in engines:
        async with pools.Database(engine.url, max_size=1) as database:
            for asked in percentile_questions():
                expected = usage_facts.percentiles(facts, asked)
                assert expected
                assert await percentiles(database, asked, 1000, 10_000) == expected, engine.name
            for ranked in top_questions():
                assert await top(database, ranked) == usage_facts.top(facts, ranked), (engine.name, ranked)


async def test_each_database_has_the_tables_that_it_can_have(engines: list[Engine]) -> None:
    assert [engine.execute("SELECT read.usage_engine()") for engine in engines] == [[("plain",)], [("timescaledb",)]]
    kinds = (
        "SELECT relname::text, relkind::text FROM pg_class WHERE relname ~ '^usage_(facts|hourly|daily)$' ORDER BY 1"
    )
    assert engines[0].execute(kinds) == [("usage_daily", "r"), ("usage_facts", "p"), ("usage_hourly", "r")]
    assert engines[1].execute(kinds) == [("usage_daily", "v"), ("usage_facts", "r"), ("usage_hourly", "v")]
    jobs = "SELECT count(*), proc_name FROM timescaledb_information.jobs WHERE hypertable_name IS NOT NULL GROUP BY 2"
    assert sorted(engines[1].execute(jobs)) == [(1, "policy_compression"), (2, "policy_refresh_continuous_aggregate")]


async def test_both_answer_alike_before_and_after_sums_are_stored_and_facts_compressed(engines: list[Engine]) -> None:
    facts = some_facts(1, 700, timedelta(0), timedelta(days=70))
    for engine in engines:
        await engine.add(facts)
    await check(engines, facts)

    for engine in engines:
        engine.refresh()
    await check(engines, facts)

    engines[1].execute(
        "SELECT compress_chunk(c) FROM show_chunks('read.usage_facts', older_than => interval '30 days') c"
    )
    await check(engines, facts)
    await check_dashboards(engines, facts)


async def test_groups_that_have_the_same_are_in_the_order_of_their_bytes_and_the_unknown_come_last(
    engines: list[Engine],
) -> None:
    fact = some_facts(9, 1, timedelta(0), timedelta(days=1))[0]._replace(project_id=MINE, measure=Measure.COST)
    facts = [fact._replace(model=model, value=7) for model in ("b", "B", "ä", "")] + [
        fact._replace(model="a", value=None)
    ]
    [asked] = [each for each in top_questions() if (each.ranking, each.first) == (Ranking.TOTAL, 100)][:1]
    for engine in engines:
        await engine.add(facts)
        async with pools.Database(engine.url, max_size=1) as database:
            found = await top(database, asked)
        assert [row.group for row in found.rows] == [("",), ("B",), ("b",), ("ä",), ("a",)]
        assert (found.other, found.all and found.all.total) == (None, 28)


async def test_percentiles_of_more_facts_than_wanted_are_seen_to_be_that(engines: list[Engine]) -> None:
    facts = some_facts(10, 90, timedelta(0), timedelta(days=70))
    asked = percentile_questions()[0]
    for engine in engines:
        await engine.add(facts)
        async with pools.Database(engine.url, max_size=1) as database:
            assert sum(point.count for point in await percentiles(database, asked, 10, 5)) == 6


async def test_single_facts_come_page_by_page_and_none_is_lost_where_times_are_the_same(engines: list[Engine]) -> None:
    facts = some_facts(12, 200, timedelta(0), timedelta(days=70))
    # at three times only, in one of them beyond a page
    facts = [fact._replace(at=NOW - timedelta(days=number % 3 * 20)) for number, fact in enumerate(facts)]
    asked = Selection(project_id=MINE, since=NOW - timedelta(days=60), until=NOW, measures=(Measure.COST,))
    expected = usage_facts.page_of_facts(facts, asked, None)
    assert len({row.at for row in expected}) == 2
    for engine in engines:
        await engine.add(facts)
        # one session for all connections: see `add`
        engine.execute("DEALLOCATE ALL")
        found: list[FactRow] = []
        async with pools.Database(engine.url, max_size=1) as database:
            while page := await page_of_facts(database, asked, _after(found), 7):
                found += page
        assert found == expected, engine.name


def _after(found: Sequence[FactRow]) -> After | None:
    return After(found[-1].at, found[-1].position) if found else None


def some_ways(seed: int, count: int) -> list[Fact]:
    """Of tasks, over 70 days: steps that were skipped, and some that were made twice or before others."""
    chance = random.Random(seed)
    blank = some_facts(seed, 1, timedelta(0), timedelta(days=1))[0]._replace(measure=Measure.TASK_STEP)
    facts: list[Fact] = []
    for number in range(count):
        task = blank._replace(
            at=NOW - chance.random() * timedelta(days=70),
            project_id=chance.choice([MINE, MINE, OTHERS]),
            task_id=UUID(int=100 + number),
        )
        facts.append(task._replace(detail=Step.CREATED, value=0))
        made = chance.choices(list(Step)[1:], k=chance.randrange(6))
        facts += [task._replace(detail=step, value=chance.randrange(10**6)) for step in made]
    return facts


async def test_funnels_are_alike(engines: list[Engine]) -> None:
    facts = some_ways(11, 80)
    since, until = widened(Bucket.WEEK, NOW - timedelta(days=70), NOW)
    for engine in engines:
        await engine.add(facts)
        async with pools.Database(engine.url, max_size=1) as database:
            for bucket in (None, Bucket.WEEK):
                for steps in (WAY, (Step.CLAIMED, Step.DONE)):
                    asked = FunnelQuestion(project_id=MINE, since=since, until=until, steps=steps, bucket=bucket)
                    found = await funnel(database, asked, 1000)
                    assert (list(found[0]), list(found[1])) == usage_facts.funnel(facts, asked), engine.name


async def test_what_may_be_told_late_is_seen_at_once_and_what_is_older_after_the_next_refresh(
    engines: list[Engine],
) -> None:
    facts = some_facts(2, 300, timedelta(0), timedelta(days=70))
    late, later = (
        some_facts(3, 60, timedelta(0), timedelta(days=7)),
        some_facts(4, 60, timedelta(days=20), timedelta(days=60)),
    )
    for engine in engines:
        await engine.add(facts)
        engine.refresh()
        await engine.add(late)
    await check(engines, [*facts, *late])

    for engine in engines:
        await engine.add(later)
        engine.refresh()
    await check(engines, [*facts, *late, *later])


async def test_all_of_a_measure_is_taken_away_and_made_anew(engines: list[Engine]) -> None:
    facts = some_facts(5, 400, timedelta(0), timedelta(days=70))
    anew = [f._replace(value=1) for f in facts if f.measure is Measure.COST and f.project_id == MINE]
    kept = [f for f in facts if not (f.measure is Measure.COST and f.project_id == MINE)]
    for engine in engines:
        await engine.add(facts)
        engine.refresh()
        engine.execute("SELECT read.usage_clear('read', %s, 'cost')", MINE)
        await engine.add(anew)
        engine.refresh()

    await check(engines, [*kept, *anew])


async def test_tables_that_were_made_beside_take_the_others_place(engines: list[Engine]) -> None:
    facts = some_facts(6, 300, timedelta(0), timedelta(days=70))
    for engine in engines:
        await engine.add(some_facts(7, 50, timedelta(0), timedelta(days=70)))
        for _ in range(2):
            engine.execute("SELECT read.usage_make('read_next')")
            await engine.add(facts, "read_next")
            engine.execute("SELECT read.usage_replace('read_next', 'read')")
        left = "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'read_next'"
        assert engine.execute(left) == []
        engine.refresh()
    await check(engines, facts)


def since(facts: Sequence[Fact], begin: datetime) -> list[Fact]:
    return [fact for fact in facts if fact.at >= begin]


def midnight(days: int) -> datetime:
    """So many days ago."""
    return (NOW - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)


async def expired(engine: Engine, facts: datetime, sums: datetime) -> None:
    async with await psycopg.AsyncConnection.connect(engine.url, autocommit=True) as connection:
        await connection.execute("DEALLOCATE ALL")
        await expire(connection, "read", facts, sums)


async def test_what_has_expired_is_in_no_answer_and_nothing_of_that_time_is_changed_any_more(
    engines: list[Engine],
) -> None:
    facts = some_facts(13, 500, timedelta(0), timedelta(days=75))
    for engine in engines:
        await engine.add(facts)
        # twice: the sums of what went first stay as they are
        for days in (40, 33):
            await expired(engine, midnight(days), midnight(60))
    facts, kept = since(facts, midnight(60)), since(facts, midnight(33))
    await check(engines, facts, kept)
    rooms = [
        engines[0].execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'read.usage_facts'::regclass"),
        engines[1].execute("SELECT count(*) FROM show_chunks('read.usage_facts')"),
    ]
    assert [rooms[0][0][0] <= 2, rooms[1][0][0] <= 6] == [True, True]

    late = some_facts(14, 100, timedelta(0), timedelta(days=75))
    anew = [f._replace(value=1) for f in kept if f.measure is Measure.COST and f.project_id == MINE]
    for engine in engines:
        await engine.add(late)
        engine.execute("SELECT read.usage_clear('read', %s, 'cost')", MINE)
        await engine.add(anew)
        engine.refresh()
    fresh = [f for f in (*kept, *since(late, midnight(33))) if not (f.measure is Measure.COST and f.project_id == MINE)]
    old = [f for f in facts if f.at < midnight(33)]
    await check(engines, [*old, *fresh, *anew], [*fresh, *anew])


async def test_what_is_made_anew_has_the_sums_of_facts_that_are_not_kept_but_not_those(engines: list[Engine]) -> None:
    facts = some_facts(15, 500, timedelta(0), timedelta(days=75))
    for engine in engines:
        engine.execute("UPDATE read.usage_retention SET facts_days = 33, sums_days = 60")
        engine.execute("SELECT read.usage_make('read_next')")
        await engine.add(facts, "read_next")
        engine.execute("SELECT read.usage_clear('read_next', %s, 'tokens_input')", MINE)
        await engine.add([f for f in facts if f.measure is Measure.TOKENS_INPUT and f.project_id == MINE], "read_next")
        async with await psycopg.AsyncConnection.connect(engine.url, autocommit=True) as connection:
            await connection.execute("DEALLOCATE ALL")
            await settle(connection, "read_next")
        engine.execute("SELECT read.usage_replace('read_next', 'read')")
        engine.execute("UPDATE read.usage_retention SET facts_days = 0, sums_days = 0")
        engine.refresh()
    await check(engines, since(facts, midnight(60)), since(facts, midnight(33)))
    oldest = "SELECT min(at) < now() - interval '50 days' FROM read.usage_facts"
    assert engines[0].execute(oldest) == [(False,)]


async def test_a_plain_database_that_gets_timescaledb_goes_over_to_it_by_copying(engines: list[Engine]) -> None:
    facts = some_facts(8, 200, timedelta(0), timedelta(days=70))
    engine = engines[1]
    engine.execute("DROP TABLE read.usage_facts CASCADE")
    hidden = "CREATE OR REPLACE FUNCTION read.usage_engine() RETURNS text LANGUAGE sql AS $$ SELECT 'plain' $$"
    known = SQL[SQL.index("CREATE OR REPLACE FUNCTION read.usage_engine") : SQL.index("-- For how many days")]
    engine.execute(hidden)
    engine.execute("SELECT read.usage_make('read')")
    engine.execute("CREATE TABLE read.projection_positions AS SELECT 'usage'::text AS name, 8150::bigint AS position")
    await engine.add(facts)
    await check([engine], facts)

    engine.execute(known)
    engine.execute("SELECT read.usage_make('read_next')")
    told: list[tuple[str, int, int]] = []

    def tell(name: str, done: int, total: int) -> None:
        told.append((name, done, total))

    async with await psycopg.AsyncConnection.connect(engine.url, autocommit=True) as connection:
        await connection.execute("DEALLOCATE ALL")
        assert await copy_facts(connection, tell) == 8150
    # what was projected while they were copied
    await engine.add([fact for fact in facts if fact.position > 8150], "read_next")
    engine.execute("SELECT read.usage_replace('read_next', 'read')")
    engine.execute("DROP TABLE read.projection_positions")

    assert engine.execute("SELECT count(*) FROM timescaledb_information.hypertables") == [(1,)]
    assert told[-1] == ("copying facts", 151, 151)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    await check([engine], facts)


@pytest.mark.parametrize("newest", [0, 1])
async def test_calls_are_listed_alike(engines: list[Engine], newest: int) -> None:
    call = Fact(
        at=NOW - timedelta(days=newest),
        position=1,
        value=None,
        project_id=MINE,
        measure=Measure.COST,
        provider="anthropic",
        model="claude",
        detail="chat",
    )
    facts = [call, call._replace(measure=Measure.MODEL_CALLS, value=1)]
    own = {
        Dimension.PERSONA: "fixer",
        Dimension.SESSION: uuid4(),
        Dimension.USER: uuid4(),
        Dimension.TASK: uuid4(),
        Dimension.PROVIDER: "openai",
        Dimension.MODEL: "gpt",
        Dimension.DETAIL: "embeddings",
    }
    columns: dict[str, Any] = {each + "_id" * isinstance(value, UUID): value for each, value in own.items()}
    facts += [f._replace(position=2, value=5, price="project:1", **columns) for f in facts]
    for engine in engines:
        await engine.add(facts)

    asked = Selection(
        project_id=MINE, since=NOW - timedelta(days=2), until=NOW + timedelta(days=1), measures=(Measure.MODEL_CALLS,)
    )

    async def listed(engine: Engine, window: Window, asked: Selection = asked) -> list[usage.UsageCallRow]:
        async with pools.Database(engine.url, max_size=1) as database:
            return list((await usage.list_calls(database, asked, window)).rows)

    expected = list(reversed(usage_facts.calls(facts, asked)))
    for engine in engines:
        assert await listed(engine, Window()) == expected
        assert await listed(engine, Window(limit=1, after=2)) == expected[1:]
        for dimension, value in own.items():
            narrowed = replace(asked, filters={dimension: (str(value), "another")})
            assert await listed(engine, Window(), narrowed) == expected[:1]
            assert await listed(engine, Window(limit=1, after=2), narrowed) == []


def test_the_migrations_make_what_the_database_can_have(timescale_url: str) -> None:
    engine = Engine("timescaledb", timescale_url)
    with bare(engine):
        engine.execute("CREATE ROLE reader")
        engine.execute("CREATE ROLE projector LOGIN")

        schema.install(engine.url, "reader", "projector")

        owners = "SELECT hypertable_name::text, owner::text FROM timescaledb_information.hypertables"
        assert engine.execute(owners) == [("usage_facts", "projector")]
        for relation in ("usage_facts", "usage_hourly", "usage_daily"):
            assert engine.execute("SELECT has_table_privilege('reader', %s, 'SELECT')", f"read.{relation}") == [(True,)]


@contextmanager
def bare(engine: Engine) -> Generator[None]:
    """A database with the extension alone; afterwards it is again as the other tests want it."""
    # one session for all connections: see `add`
    for statement in ("DEALLOCATE ALL", "DROP SCHEMA read CASCADE", "DROP SCHEMA read_next CASCADE"):
        engine.execute(statement)
    try:
        yield
    finally:
        for statement in (
            "DEALLOCATE ALL",
            "DROP SCHEMA IF EXISTS read, read_next CASCADE",
            "DROP OWNED BY reader, projector CASCADE",
            "DROP ROLE reader, projector",
            "CREATE SCHEMA read",
            "CREATE SCHEMA read_next",
            SQL,
        ):
            engine.execute(statement)
