"""The NATS adapters while their server comes, goes and forgets."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tests.support.services import service_folder
from tests.support.waiting import eventually

from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.control import NatsControlServer, NatsWorkerControl
from quarterdeck.adapters.nats.jobs import NatsJobQueue
from quarterdeck.adapters.nats.live import Inbox, NatsLiveOutput
from quarterdeck.application.ports.control import FileWriteAsked, FileWritten, RepositoryFound
from quarterdeck.application.ports.jobs import Delivery, Job, JobKind
from quarterdeck.domain.command import Terminal
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.host.accounts import to_run_as
from quarterdeck.host.nats import EmbeddedNats


@pytest.fixture
def folder() -> Iterator[Path]:
    with service_folder() as folder:
        (folder / "secrets").mkdir(mode=0o700)
        yield folder


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedNats]:
    """Its own server, not started."""
    server = EmbeddedNats(folder / "nats", secrets=folder / "secrets", account=to_run_as(None), log=folder / "nats.log")
    server.prepare()
    yield server
    server.stop()


def kill(server: EmbeddedNats) -> None:
    assert server.pid
    os.kill(server.pid, signal.SIGKILL)
    server.stop()


def job() -> Job:
    return Job(kind=JobKind.RUN_COMMAND, subject_id=uuid4(), event_id=f"{uuid4()}:1", worker_id="w1")


async def until_published(jobs: NatsJobQueue, asked: Job) -> None:
    async def published() -> bool:
        try:
            await jobs.publish(asked)
        except UnavailableError as error:
            raise AssertionError from error
        return True

    await eventually(published)


async def test_everything_works_when_the_server_comes_late(server: EmbeddedNats) -> None:
    async with NatsConnection(server.url) as connection:
        jobs, live = NatsJobQueue(connection), NatsLiveOutput(connection)
        command_id, asked = uuid4(), job()
        with pytest.raises(UnavailableError):
            await jobs.publish(asked)
        await live.publish(command_id, b"heard by nobody")
        async with jobs.consume("w1") as deliveries, live.subscribe(command_id) as messages:
            await asyncio.to_thread(server.start)
            await until_published(jobs, asked)
            assert (await asyncio.wait_for(anext(deliveries), 5)).job == asked
            await live.publish(command_id, b"heard")
            assert await asyncio.wait_for(anext(messages), 5) == b"heard"


async def delivered(deliveries: AsyncIterator[Delivery], asked: Job, done: list[Job]) -> None:
    """Takes it. A server that is killed may forget that jobs were done, and delivers those once more."""
    async with asyncio.timeout(5):
        async for delivery in deliveries:
            await delivery.done()
            if delivery.job == asked:
                return
            assert delivery.job in done


async def test_jobs_and_subscriptions_go_on_after_the_server_was_killed(server: EmbeddedNats) -> None:
    server.start()
    async with NatsConnection(server.url) as connection:
        jobs, live = NatsJobQueue(connection), NatsLiveOutput(connection)
        command_id = uuid4()
        async with jobs.consume("w1") as deliveries, live.subscribe(command_id) as messages:
            done = [job()]
            await until_published(jobs, done[0])
            await delivered(deliveries, done[0], done)
            for _ in range(2):
                kill(server)
                await eventually(lambda: not connection.is_up)
                await live.publish(command_id, b"lost")
                await asyncio.to_thread(server.start)
                asked = job()
                await until_published(jobs, asked)
                await delivered(deliveries, asked, done)
                done.append(asked)
                await live.publish(command_id, b"heard")
                assert await asyncio.wait_for(anext(messages), 5) == b"heard"


async def test_stream_and_consumers_are_made_anew_where_their_folder_was_deleted(
    server: EmbeddedNats, folder: Path
) -> None:
    server.start()
    async with NatsConnection(server.url) as connection:
        jobs = NatsJobQueue(connection)
        async with jobs.consume("w1") as deliveries:
            asked = job()
            await until_published(jobs, asked)
            assert (await asyncio.wait_for(anext(deliveries), 5)).job == asked
            kill(server)
            shutil.rmtree(folder / "nats" / "jetstream")
            await asyncio.to_thread(server.start)
            await until_published(jobs, asked)
            assert (await asyncio.wait_for(anext(deliveries), 5)).job == asked


async def test_a_consumer_deleted_under_a_worker_is_made_anew(server: EmbeddedNats) -> None:
    server.start()
    async with NatsConnection(server.url) as connection:
        jobs = NatsJobQueue(connection)
        async with jobs.consume("w1") as deliveries:
            await connection.wait_up()
            await connection.client.request("$JS.API.STREAM.DELETE.QD_JOBS", b"")
            asked = job()
            await until_published(jobs, asked)

            following: asyncio.Future[Delivery] = asyncio.ensure_future(anext(deliveries))
            assert (await asyncio.wait_for(following, 10)).job == asked


async def test_a_wrong_password_is_no_end(server: EmbeddedNats) -> None:
    server.start()
    async with NatsConnection(server.url.replace("@", "x@")) as connection:
        with pytest.raises(UnavailableError):
            await NatsJobQueue(connection).publish(job())
        assert not connection.is_up


class Broken:
    """A worker with a bug."""

    async def find_repository(self, source: str, branch: str | None = None) -> RepositoryFound:
        raise ValueError(f"secret detail of {source}")

    async def send_input(self, command_id: object, data: bytes, *, end: bool) -> None: ...
    async def resize(self, command_id: object, terminal: Terminal) -> None: ...
    async def check(self) -> None: ...
    async def write_file(self, asked: FileWriteAsked) -> FileWritten:
        raise NotImplementedError

    async def signal(self, command_id: object, name: str) -> None:
        await asyncio.sleep(3600)


async def test_a_bug_in_the_worker_is_reported_without_its_detail(nats_url: str) -> None:
    async with NatsConnection(nats_url) as connection:
        await connection.wait_up()
        prefix = f"t{uuid4().hex}"
        async with NatsControlServer(connection, prefix).serve("w1", Broken()):
            with pytest.raises(UnavailableError) as raised:
                await NatsWorkerControl(connection, prefix).find_repository("/srv")
    assert "secret" not in raised.value.message


async def test_a_worker_that_hangs_is_given_up_on(nats_url: str) -> None:
    async with NatsConnection(nats_url) as connection:
        await connection.wait_up()
        prefix = f"t{uuid4().hex}"
        async with NatsControlServer(connection, prefix).serve("w1", Broken()):
            with pytest.raises(UnavailableError, match="did not answer"):
                await NatsWorkerControl(connection, prefix, answer_seconds=0.1).signal("w1", uuid4(), "INT")


async def test_what_a_subscriber_does_not_read_is_bounded() -> None:
    inbox = Inbox(limit=1000)
    for _ in range(100):
        inbox.put(bytes(300))
    assert [len(await anext(inbox)) for _ in range(3)] == [300, 300, 300]
    inbox.put(b"later")
    assert await asyncio.wait_for(anext(inbox), 1) == b"later"


@pytest.mark.parametrize("steps", range(0, 40, 2))
async def test_who_is_cancelled_while_it_begins_to_listen_ends_and_the_connection_stays(
    nats_url: str, steps: int
) -> None:
    async with NatsConnection(nats_url) as connection:
        await connection.wait_up()
        client = connection.client

        async def take(_: object) -> None: ...

        for _ in range(5):
            listening = asyncio.create_task(connection.listen(f"t{uuid4().hex}", take))
            for _ in range(steps):
                await asyncio.sleep(0)
            is_cancelled = listening.cancel()
            await asyncio.wait({listening}, timeout=10)
            assert listening.cancelled() == is_cancelled
            await client.flush()

        assert connection.is_up
        assert connection.client is client
        assert client.stats["reconnects"] == 0
