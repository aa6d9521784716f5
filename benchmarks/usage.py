"""Facts of usage on plain PostgreSQL: how fast they go in and out, and a dashboard's questions about 90 days.

`QD_BENCH_FACTS` says how many there are when it is asked: a million by default, ten for the published limit.
"""

import os
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID

import psycopg

from benchmarks.database import disk, execute
from benchmarks.row import Row
from quarterdeck.gateway.tables.csv_file import csv_file
from quarterdeck.gateway.tables.parquet_file import parquet_file
from quarterdeck.gateway.tables.table import Page, Table
from quarterdeck.gateway.usage_tables import table_of
from quarterdeck.host.database import APP, PROJECTOR
from quarterdeck_projections import schema
from quarterdeck_projections.database import Database
from quarterdeck_projections.queries.positions import ProjectionWatch
from quarterdeck_projections.queries.usage import series
from quarterdeck_projections.queries.usage_funnel import FunnelQuestion, funnel
from quarterdeck_projections.queries.usage_percentiles import PercentileQuestion, percentiles
from quarterdeck_projections.queries.usage_question import Bucket, Selection, UsageQuestion, widened
from quarterdeck_projections.queries.usage_top import Ranking, TopQuestion, top
from quarterdeck_projections.usage.facts import Fact
from quarterdeck_projections.usage.measures import Dimension, Measure
from quarterdeck_projections.usage.projection import write
from quarterdeck_projections.usage.steps import WAY
from quarterdeck_schema.reads import ReadModels

Pages = AsyncGenerator[Page]
FACTS = int(os.environ.get("QD_BENCH_FACTS", "1000000"))
INGESTED = 400_000
AT_ONCE = 20_000
DAYS = 90
PROJECTS, USERS, MODELS, SESSIONS = 20, 10, 5, 20_000
BUSY = 200
"""Sessions in an hour."""
ASKED = 20
# as many as asked for, over 90 days: whose they are repeats as it does in life, a session within a day
FILL = """
    SELECT read.usage_ready('read', now() - interval '{days} days', now());
    INSERT INTO read.usage_facts (at, position, value, project_id, measure, user_id, persona, provider, model, detail,
        session_id, task_id, price)
    SELECT now() - (s % {sessions}) * interval '{days} days' / {sessions} - random() * interval '1 hour' , n,
        (random() * 1000000)::bigint, ('00000000-0000-0000-0000-' || lpad((s % {projects})::text, 12, '0'))::uuid,
        (ARRAY[{measures}])[1 + n % {kinds}],
        ('00000000-0000-0000-0001-' || lpad((s % {users})::text, 12, '0'))::uuid, 'persona ' || s % 3, 'anthropic',
        'model ' || n / {kinds} % {models},
        CASE n % {kinds} WHEN {step} THEN (ARRAY[{steps}])[1 + n / {kinds} / {sessions} % {ways}] ELSE '' END,
        ('00000000-0000-0000-0002-' || lpad(s::text, 12, '0'))::uuid,
        CASE n % {kinds} WHEN {step} THEN ('00000000-0000-0000-0003-' || lpad(s::text, 12, '0'))::uuid END, ''
    FROM (SELECT n, (n / {kinds} * 7919) % {sessions} AS s FROM generate_series({first}::bigint, {last}) AS n) AS facts
"""
# what the trigger would have summed up: so many facts at once are summed up at the end
SUM_UP = """
    INSERT INTO read.usage_hourly SELECT date_trunc('hour', at, 'UTC'), project_id, measure, user_id, persona, provider,
        model, detail, count(*), count(value), sum(value), min(value), max(value)
    FROM read.usage_facts GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
    INSERT INTO read.usage_daily SELECT date_trunc('day', bucket, 'UTC'), project_id, measure, user_id, persona,
        provider, model, detail, sum(count), sum(known), sum(total), min(lowest), max(highest)
    FROM read.usage_hourly GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
    ALTER TABLE read.usage_facts ENABLE TRIGGER roll_up
"""


async def run() -> list[Row]:
    with disk() as server:
        schema.install(server.urls.owner, APP, PROJECTOR)
        rate = await _ingest(server.urls.projector)
        execute(server.urls.projector, "TRUNCATE read.usage_facts, read.usage_hourly, read.usage_daily")
        _fill(server.urls.projector)
        execute(server.urls.admin, "VACUUM ANALYZE")
        took = await _ask_all(server.urls.app)
        written = await _write_files(server.urls.app)
    millions = FACTS / 10**6
    return [
        Row(name="facts ingested", value=rate, unit="facts/s", limit=">= 50,000", met=rate >= 50_000),
        *(_row(f"{DAYS} days of {millions:g} million facts: {name}", value) for name, value in took.items()),
        *(Row(name=f"facts written as {name}", value=value, unit="facts/s") for name, value in written.items()),
    ]


def _row(name: str, value: float) -> Row:
    return Row(name=name, value=value, unit="ms", limit="<= 100 ms", met=value <= 100)


async def _ingest(url: str) -> float:
    """With the roll-ups, as the projector writes them."""
    batches = [_facts(start) for start in range(0, INGESTED, AT_ONCE)]
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("SET synchronous_commit = off")
        began = time.perf_counter()
        for batch in batches:
            async with connection.transaction():
                await write(connection, "read", batch)
        return INGESTED / (time.perf_counter() - began)


def _facts(start: int) -> list[Fact]:
    """What a projector takes at once: an hour in which so many sessions were busy, each with its project and user."""
    chance, now = random.Random(start), datetime.now(UTC)
    measures = list(Measure)
    at = now - timedelta(hours=start / AT_ONCE)
    busy = [chance.randrange(SESSIONS) for _ in range(BUSY)]

    def fact(number: int) -> Fact:
        session = busy[number // len(measures) % BUSY]
        return Fact(
            at=at - timedelta(seconds=chance.random() * 3600),
            position=start + number,
            value=chance.randrange(10**6),
            project_id=UUID(int=session % PROJECTS),
            measure=measures[number % len(measures)],
            user_id=UUID(int=session % USERS),
            persona=f"persona {session % 3}",
            provider="anthropic",
            model=f"model {session % MODELS}",
            session_id=UUID(int=session),
        )

    return [fact(number) for number in range(AT_ONCE)]


def _fill(url: str) -> None:
    measures = [measure.value for measure in Measure]
    execute(url, "ALTER TABLE read.usage_facts DISABLE TRIGGER roll_up")
    for first in range(0, FACTS, 500_000):
        statement = FILL.format(
            days=DAYS,
            sessions=SESSIONS,
            projects=PROJECTS,
            users=USERS,
            models=MODELS,
            kinds=len(measures),
            measures=", ".join(f"'{measure}'" for measure in measures),
            step=measures.index(Measure.TASK_STEP),
            steps=", ".join(f"'{step}'" for step in WAY),
            ways=len(WAY),
            first=first,
            last=min(first + 500_000, FACTS) - 1,
        )
        execute(url, statement)
    execute(url, SUM_UP)


async def _ask_all(url: str) -> dict[str, float]:
    """The median of each question of a dashboard, in milliseconds, over projects."""
    since, until = widened(Bucket.DAY, datetime.now(UTC) - timedelta(days=DAYS), datetime.now(UTC))
    calls = (Measure.COST, Measure.MODEL_CALLS, Measure.TOKENS_INPUT, Measure.TOKENS_OUTPUT)
    async with Database(url) as database:

        async def by_day(project: UUID, *by: Dimension) -> object:
            asked = UsageQuestion(
                project_id=project, since=since, until=until, bucket=Bucket.DAY, measures=calls, group_by=by
            )
            return await series(database, asked, 10_001)

        async def most(project: UUID, by: Dimension) -> object:
            asked = TopQuestion(
                project_id=project,
                since=since,
                until=until,
                measures=(Measure.COST,),
                group_by=(by,),
                ranking=Ranking.TOTAL,
                first=10,
                hourly=False,
            )
            return (await top(database, asked)).rows

        async def ranked(project: UUID, bucket: Bucket | None, *by: Dimension) -> object:
            asked = PercentileQuestion(
                project_id=project,
                since=since,
                until=until,
                measures=(Measure.COMMAND_DURATION,),
                percents=(50, 90, 95, 99),
                bucket=bucket,
                group_by=by,
            )
            return await percentiles(database, asked, 10_001, 10**6)

        async def ways(project: UUID) -> object:
            asked = FunnelQuestion(project_id=project, since=since, until=until, steps=WAY, bucket=Bucket.WEEK)
            return (await funnel(database, asked, 10_001))[0]

        return {
            "calls, cost and tokens by day and model": await _median(lambda p: by_day(p, Dimension.MODEL)),
            "the same by session too, from the facts": await _median(
                lambda p: by_day(p, Dimension.MODEL, Dimension.SESSION)
            ),
            "top 10 models": await _median(lambda p: most(p, Dimension.MODEL)),
            "top 10 sessions, from the facts": await _median(lambda p: most(p, Dimension.SESSION)),
            "percentiles of one measure": await _median(lambda p: ranked(p, None)),
            "percentiles by week and persona": await _median(lambda p: ranked(p, Bucket.WEEK, Dimension.PERSONA)),
            "a funnel by week": await _median(ways),
        }


async def _median(ask: Callable[[UUID], Awaitable[object]]) -> float:
    took: list[float] = []
    for number in range(ASKED):
        began = time.perf_counter()
        assert await ask(UUID(f"{number % PROJECTS:032}"))
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


async def _write_files(url: str) -> dict[str, float]:
    """Of a whole project's facts, as they are downloaded."""
    until = datetime.now(UTC) + timedelta(days=1)
    asked = Selection(
        project_id=UUID(int=0), since=until - timedelta(days=DAYS + 2), until=until, measures=tuple(Measure)
    )
    rates: dict[str, float] = {}
    async with Database(url) as database, ProjectionWatch(url) as watch:
        reads = ReadModels(database, watch)
        for name, writer in (("CSV", csv_file), ("Parquet", parquet_file)):
            table = await table_of(reads, asked)
            counted, pages = [0], table.pages

            async def counting(counted: list[int] = counted, pages: AsyncGenerator[Page] = pages) -> Pages:
                async for page in pages:
                    counted[0] += len(page)
                    yield page

            began = time.perf_counter()
            async for _ in writer(Table(table.columns, counting())):
                pass
            rates[name] = counted[0] / (time.perf_counter() - began)
    return rates
