"""What every worker registry and every cursor store does."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.services import Database

from quarterdeck.adapters.memory.cursors import MemoryCursors
from quarterdeck.adapters.memory.leases import MemoryWorkerRegistry
from quarterdeck.adapters.postgres.cursors import PostgresCursors
from quarterdeck.adapters.postgres.leases import PostgresWorkerRegistry
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.log import Cursors
from quarterdeck.application.ports.workers import DiskRoom, WorkerRegistry


@pytest.fixture(params=["memory", "postgres"])
async def stores(request: pytest.FixtureRequest) -> AsyncGenerator[tuple[WorkerRegistry, Cursors]]:
    if request.param == "memory":
        yield MemoryWorkerRegistry(SystemClock()), MemoryCursors()
        return
    database: Database = request.getfixturevalue("database")
    async with Pool(database.app_url) as pool:
        yield PostgresWorkerRegistry(pool), PostgresCursors(pool)


@pytest.fixture
def workers(stores: tuple[WorkerRegistry, Cursors]) -> WorkerRegistry:
    return stores[0]


@pytest.fixture
def cursors(stores: tuple[WorkerRegistry, Cursors]) -> Cursors:
    return stores[1]


async def test_each_start_takes_the_next_epoch(workers: WorkerRegistry) -> None:
    first = await workers.start("w1", "host", 4, 30)
    second = await workers.start("w1", "other host", 8, 30)
    assert (first.epoch, second.epoch) == (1, 2)
    assert list(await workers.all()) == [second]
    assert (second.host, second.capacity, second.sessions) == ("other host", 8, 0)


async def test_a_renewed_lease_lasts_longer_and_says_how_many_sessions(workers: WorkerRegistry) -> None:
    lease = await workers.start("w1", "host", 4, 5)
    renewed = await workers.renew(lease, 3, 60, DiskRoom(size=100, free=40))
    assert renewed.sessions == 3
    assert renewed.disk == DiskRoom(size=100, free=40)
    assert renewed.expires_at - datetime.now(UTC) > timedelta(seconds=50)
    assert list(await workers.all()) == [renewed]


async def test_a_worker_that_was_replaced_cannot_renew(workers: WorkerRegistry) -> None:
    lease = await workers.start("w1", "host", 4, 30)
    await workers.start("w1", "host", 4, 30)
    with pytest.raises(ConcurrencyError):
        await workers.renew(lease, 0, 30)


async def test_a_lease_that_was_not_renewed_is_shown_as_expired(workers: WorkerRegistry) -> None:
    await workers.start("w2", "host", 4, 0)
    await workers.start("w1", "host", 4, 30)
    assert [(w.worker_id, w.expires_at > datetime.now(UTC)) for w in await workers.all()] == [
        ("w1", True),
        ("w2", False),
    ]


async def test_a_cursor_moves_forward_and_never_back(cursors: Cursors) -> None:
    assert await cursors.get("relay") == 0
    await cursors.put("relay", 7)
    await cursors.put("relay", 5)
    await cursors.put("other", 1)
    assert await cursors.get("relay") == 7
