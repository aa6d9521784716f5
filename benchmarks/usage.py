"""Facts of usage on plain PostgreSQL: how fast they go in, and a dashboard's question about 90 days.

`QD_BENCH_FACTS` says how many there are when it is asked: a million by default, ten for the published limit.
"""

import os
import random
import time
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID

import psycopg

from benchmarks.database import disk, execute
from benchmarks.row import Row
from quarterdeck.host.database import APP, PROJECTOR
from quarterdeck_projections import schema
from quarterdeck_projections.database import Database
from quarterdeck_projections.queries.usage import series
from quarterdeck_projections.queries.usage_question import Bucket, UsageQuestion, widened
from quarterdeck_projections.usage.facts import Fact
from quarterdeck_projections.usage.measures import Dimension, Measure
from quarterdeck_projections.usage.projection import write

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
        'model ' || n / {kinds} % {models}, '',
        ('00000000-0000-0000-0002-' || lpad(s::text, 12, '0'))::uuid, NULL, ''
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
        daily, by_session = await _ask(server.urls.app, ()), await _ask(server.urls.app, (Dimension.SESSION,))
    millions = FACTS / 10**6
    return [
        Row(name="facts ingested", value=rate, unit="facts/s", limit=">= 50,000", met=rate >= 50_000),
        Row(
            name=f"a question about {DAYS} days of {millions:g} million facts, by model",
            value=daily,
            unit="ms",
            limit="<= 100 ms",
            met=daily <= 100,
        ),
        Row(name="the same by session, from the facts themselves", value=by_session, unit="ms"),
    ]


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
            first=first,
            last=min(first + 500_000, FACTS) - 1,
        )
        execute(url, statement)
    execute(url, SUM_UP)


async def _ask(url: str, more: tuple[Dimension, ...]) -> float:
    """The median, in milliseconds, of a question for cost, calls and tokens."""
    since, until = widened(Bucket.DAY, datetime.now(UTC) - timedelta(days=DAYS), datetime.now(UTC))
    took: list[float] = []
    async with Database(url) as database:
        for number in range(ASKED):
            asked = UsageQuestion(
                project_id=UUID(f"{number % PROJECTS:032}"),
                since=since,
                until=until,
                bucket=Bucket.DAY,
                measures=(Measure.COST, Measure.MODEL_CALLS, Measure.TOKENS_INPUT, Measure.TOKENS_OUTPUT),
                group_by=(Dimension.MODEL, *more),
            )
            began = time.perf_counter()
            assert await series(database, asked, 10_001)
            took.append((time.perf_counter() - began) * 1000)
    return median(took)
