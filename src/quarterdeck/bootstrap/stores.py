"""What several roles are made of: the log and what lies beside it in PostgreSQL, and NATS."""

from collections.abc import AsyncGenerator, Set
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.jobs import NatsJobQueue
from quarterdeck.adapters.nats.live import NatsLiveOutput
from quarterdeck.adapters.postgres.cursors import PostgresCursors
from quarterdeck.adapters.postgres.erasures import PostgresErasures
from quarterdeck.adapters.postgres.leases import PostgresWorkerRegistry
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.postgres.transcripts import PostgresTranscriptStore
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.erasing import Erasing
from quarterdeck.bootstrap.secrets import secret
from quarterdeck.config import Settings

RELAY_PAUSE_SECONDS = 0.01


@dataclass(frozen=True, kw_only=True)
class Stores:
    log: PostgresEventLog
    transcripts: PostgresTranscriptStore
    erasures: PostgresErasures
    leases: PostgresWorkerRegistry
    cursors: PostgresCursors
    nats: NatsConnection
    jobs: NatsJobQueue
    live: NatsLiveOutput


@asynccontextmanager
async def stores_of(settings: Settings, role: str, unpaused: Set[str] = frozenset()) -> AsyncGenerator[Stores]:
    """`unpaused`: topics of the events after which the conductor's tail does not pause."""
    url = secret(settings.database_url)
    # each request to a gateway loads the same few streams; the conductor repeats what a gateway has done already
    remember, pause = role == "gateway", RELAY_PAUSE_SECONDS if role == "conductor" else 0.0
    async with AsyncExitStack() as stack:
        log = await stack.enter_async_context(
            PostgresEventLog(url, SystemClock(), remember=remember, pause_seconds=pause, unpaused=unpaused)
        )
        pool = await stack.enter_async_context(Pool(url))
        nats = await stack.enter_async_context(NatsConnection(secret(settings.nats_url), f"quarterdeck {role}"))
        yield Stores(
            log=log,
            transcripts=PostgresTranscriptStore(pool),
            erasures=PostgresErasures(pool),
            leases=PostgresWorkerRegistry(pool),
            cursors=PostgresCursors(pool),
            nats=nats,
            jobs=NatsJobQueue(nats),
            live=NatsLiveOutput(nats),
        )


def erasing_of(stores: Stores) -> Erasing:
    return Erasing(stores.log, stores.log, stores.transcripts, stores.erasures)
