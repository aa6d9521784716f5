"""What every job queue does."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest

from quarterdeck.adapters.memory.jobs import MemoryJobQueue
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.jobs import NatsJobQueue
from quarterdeck.application.ports.jobs import Delivery, Job, JobKind, JobQueue

ACK_SECONDS = 0.4


@pytest.fixture(params=["memory", "nats"])
async def jobs(request: pytest.FixtureRequest) -> AsyncGenerator[JobQueue, None]:
    if request.param == "memory":
        yield MemoryJobQueue(ACK_SECONDS)
        return
    async with NatsConnection(request.getfixturevalue("nats_url")) as connection:
        await connection.wait_up()
        yield NatsJobQueue(connection, prefix=f"t{uuid4().hex}", ack_seconds=ACK_SECONDS)


def job(kind: JobKind = JobKind.RUN_COMMAND, worker_id: str | None = None, subject_id: UUID | None = None) -> Job:
    return Job(
        kind=kind,
        subject_id=subject_id or uuid4(),
        event_id=f"{uuid4()}:1",
        worker_id=worker_id,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


async def following(deliveries: AsyncIterator[Delivery], within: float = 5.0) -> Delivery:
    return await asyncio.wait_for(anext(deliveries), within)


@asynccontextmanager
async def a_worker(jobs: JobQueue, worker_id: str = "w1") -> AsyncGenerator[AsyncIterator[Delivery], None]:
    async with jobs.consume(worker_id) as deliveries:
        yield deliveries


async def test_a_job_arrives_as_it_was_published(jobs: JobQueue) -> None:
    async with a_worker(jobs) as deliveries:
        asked = job(worker_id="w1")
        await jobs.publish(asked)
        delivery = await following(deliveries)
        assert delivery.job == asked
        assert delivery.attempt == 1
        await delivery.done()


async def test_jobs_published_before_a_worker_comes_wait_for_it_in_order(jobs: JobQueue) -> None:
    asked = [job(worker_id="w1") for _ in range(20)]
    for each in asked:
        await jobs.publish(each)
    async with a_worker(jobs) as deliveries:
        assert [(await following(deliveries)).job for _ in asked] == asked


async def test_the_same_event_is_delivered_once(jobs: JobQueue) -> None:
    async with a_worker(jobs) as deliveries:
        asked, other = job(worker_id="w1"), job(worker_id="w1")
        for each in (asked, asked, asked, other):
            await jobs.publish(each)
        first, second = await following(deliveries), await following(deliveries)
        assert [first.job, second.job] == [asked, other]


async def test_two_kinds_of_one_event_are_two_jobs(jobs: JobQueue) -> None:
    async with a_worker(jobs) as deliveries:
        event = f"{uuid4()}:1"
        for kind in (JobKind.CANCEL_COMMAND, JobKind.CLOSE_SESSION):
            await jobs.publish(Job(kind=kind, subject_id=uuid4(), event_id=event))
        assert {(await following(deliveries)).job.kind for _ in range(2)} == {
            JobKind.CANCEL_COMMAND,
            JobKind.CLOSE_SESSION,
        }


async def test_a_job_for_one_worker_goes_to_no_other(jobs: JobQueue) -> None:
    async with a_worker(jobs, "w1") as first, a_worker(jobs, "w2") as second:
        for worker_id in ("w2", "w1"):
            await jobs.publish(job(worker_id=worker_id))
        assert (await following(first)).job.worker_id == "w1"
        assert (await following(second)).job.worker_id == "w2"


async def test_a_job_for_any_goes_to_one_worker(jobs: JobQueue) -> None:
    async with a_worker(jobs, "w1") as first, a_worker(jobs, "w2") as second:
        asked = job(JobKind.PROVISION_SESSION)
        await jobs.publish(asked)
        takers = [asyncio.ensure_future(anext(deliveries)) for deliveries in (first, second)]
        done, pending = await asyncio.wait(takers, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        assert len(done) == 1
        delivery = done.pop().result()
        assert delivery.job == asked
        await delivery.done()
        for taker in pending:
            taker.cancel()
        await asyncio.wait(takers)


async def test_a_job_that_is_not_settled_comes_again(jobs: JobQueue) -> None:
    async with a_worker(jobs) as deliveries:
        asked = job(worker_id="w1")
        await jobs.publish(asked)
        assert (await following(deliveries)).attempt == 1
        again = await following(deliveries)
        assert (again.job, again.attempt) == (asked, 2)
        await again.done()


async def test_a_job_sent_back_comes_again(jobs: JobQueue) -> None:
    async with a_worker(jobs) as deliveries:
        await jobs.publish(job(worker_id="w1"))
        await (await following(deliveries)).retry(0.05)
        assert (await following(deliveries)).attempt == 2


async def test_a_job_that_is_worked_at_does_not_come_again(jobs: JobQueue) -> None:
    async with a_worker(jobs) as deliveries:
        await jobs.publish(job(worker_id="w1"))
        delivery = await following(deliveries)
        again = asyncio.ensure_future(anext(deliveries))
        for _ in range(6):
            await delivery.working()
            await asyncio.wait([again], timeout=ACK_SECONDS / 4)
        assert not again.done()
        await delivery.done()
        await asyncio.wait([again], timeout=2 * ACK_SECONDS)
        assert not again.done()
        again.cancel()


async def test_what_a_worker_left_behind_goes_to_the_next(jobs: JobQueue) -> None:
    asked = job(JobKind.PROVISION_SESSION)
    async with a_worker(jobs, "w1") as deliveries:
        await jobs.publish(asked)
        await following(deliveries)
    async with a_worker(jobs, "w2") as deliveries:
        assert (await following(deliveries)).job == asked
