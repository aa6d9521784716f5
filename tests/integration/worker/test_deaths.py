"""Processes that are killed in the middle of output: every byte is kept, once, and every command has one end."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.support.deck import Deck, working
from tests.support.disks import mounted_below
from tests.support.prepared import new_postgres
from tests.support.real_deck import driver, real_deck
from tests.support.services import Database, service_folder
from tests.support.waiting import eventually
from tests.support.workers import worker_process

from quarterdeck.adapters.postgres import schema
from quarterdeck.application.background import end
from quarterdeck.domain.command import CommandStarted
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.network_access import NetworkAccessDecided, network_access_id
from quarterdeck.domain.session_events import SessionAdopted
from quarterdeck.host.accounts import to_run_as
from quarterdeck.host.nats import EmbeddedNats
from quarterdeck.host.postgres import APP, PROJECTOR, EmbeddedPostgres

COUNT = "i=0; until [ -e /tmp/stop ]; do i=$((i+1)); echo line $i; done"
"""Prints a running counter until `STOP` has run in the same session."""
STOP = "touch /tmp/stop"
KNOCKS = 150
KNOCK = f"for i in $(seq {KNOCKS}); do curl -s -o /dev/null -w '%{{http_code}}\\n' http://host-$i.example/; done"
SOME = 20_000
"""Bytes after which a count is in the middle."""


@asynccontextmanager
async def in_the_end_clean(deck: Deck, docker: str = "") -> AsyncGenerator[None]:
    """Shims outlive the workers of a test: one more worker adopts them, and ends them."""
    try:
        yield
    finally:
        async with working(deck.worker(driver=driver(deck.folder, docker))):
            pass


async def reaches(deck: Deck, command_id: UUID, offset: int) -> bool:
    return (await deck.transcripts.head(command_id)).offset >= offset


async def check_whole(deck: Deck, session_id: UUID, command_id: UUID) -> None:
    """Ends the count. It is complete, and has run once."""
    await deck.run(session_id, STOP)
    await deck.finished(command_id, within=60)
    lines = (await deck.output(command_id)).splitlines()
    assert lines == [b"line %d" % n for n in range(1, len(lines) + 1)]
    assert [type(event) for event in await deck.events(command_id)].count(CommandStarted) == 1


@pytest.mark.timeout(180)
async def test_a_worker_killed_twice_in_the_middle_of_output_loses_and_doubles_nothing(
    database: Database, nats_url: str
) -> None:
    prefix = f"t{uuid4().hex}"
    async with real_deck(database, nats_url, prefix) as deck, in_the_end_clean(deck):
        with worker_process(deck, database, nats_url, prefix) as first:
            session_id = await deck.open()
            await eventually(partial(deck.ready, session_id), within=30)
            command_id = await deck.run(session_id, COUNT)
            await eventually(partial(reaches, deck, command_id, SOME), within=30)
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
        with worker_process(deck, database, nats_url, prefix) as second:
            before = (await deck.transcripts.head(command_id)).offset
            await eventually(partial(reaches, deck, command_id, before + SOME), within=30)
            os.kill(second.pid, signal.SIGKILL)
            second.wait()
        waiting = await deck.run(session_id, "echo after")
        async with working(deck.worker()):
            await check_whole(deck, session_id, command_id)
            await deck.finished(waiting)
            adopted = [e for e in await deck.events(session_id) if isinstance(e, SessionAdopted)]
            assert [e.rebuilt for e in adopted] == [False, False]
            await deck.close(session_id)
            await deck.closed(session_id)
            await eventually(lambda: not mounted_below(deck.folder))


@pytest.mark.timeout(180)
async def test_a_worker_killed_in_the_middle_of_network_use_disturbs_nothing_and_logs_each_decision_once(
    database: Database, nats_url: str
) -> None:
    prefix = f"t{uuid4().hex}"
    async with real_deck(database, nats_url, prefix) as deck, in_the_end_clean(deck):
        with worker_process(deck, database, nats_url, prefix) as first:
            session_id = await deck.open(await deck.project(network=(NetworkRule(host="allowed.example"),)))
            await eventually(partial(deck.ready, session_id), within=30)
            command_id = await deck.run(session_id, KNOCK)
            await eventually(partial(decisions, deck, session_id), within=30)
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
        async with working(deck.worker()):
            await deck.finished(command_id, within=60)
            assert await deck.output(command_id) == b"403\n" * KNOCKS

            async def all_are_logged() -> bool:
                return len(await decisions(deck, session_id)) == KNOCKS

            await eventually(all_are_logged, within=30)
            logged = await decisions(deck, session_id)
            assert [each.number for each in logged] == list(range(1, KNOCKS + 1))
            assert [each.host for each in logged] == [f"host-{n}.example" for n in range(1, KNOCKS + 1)]


async def decisions(deck: Deck, session_id: UUID) -> list[NetworkAccessDecided]:
    events = await deck.events(network_access_id(session_id))
    return [event for event in events if isinstance(event, NetworkAccessDecided)]


@pytest.mark.timeout(180)
async def test_a_clean_stop_takes_less_than_three_seconds(database: Database, nats_url: str) -> None:
    prefix = f"t{uuid4().hex}"
    async with real_deck(database, nats_url, prefix) as deck, in_the_end_clean(deck):
        with worker_process(deck, database, nats_url, prefix) as process:
            session_id = await deck.open()
            await eventually(partial(deck.ready, session_id), within=30)
            command_id = await deck.run(session_id, "trap '' TERM; sleep 1000")
            await deck.running(command_id)
            loop = asyncio.get_running_loop()
            began = loop.time()
            process.terminate()
            assert await asyncio.to_thread(process.wait, 10) == 0
            assert loop.time() - began < 3.5
        assert (await deck.lost(command_id)).reason == "The worker was stopped."


@pytest.mark.timeout(180)
async def test_nats_killed_with_its_folder_deleted_in_the_middle_loses_nothing(database: Database) -> None:
    with service_folder() as folder:
        secrets = folder / "secrets"
        secrets.mkdir(mode=0o700)
        server = EmbeddedNats(folder / "nats", secrets=secrets, account=to_run_as(None), log=folder / "nats.log")
        server.start()
        try:
            async with real_deck(database, server.url) as deck:
                await _kill_nats_in_the_middle(deck, server, folder)
        finally:
            server.stop()


async def _kill_nats_in_the_middle(deck: Deck, server: EmbeddedNats, folder: Path) -> None:
    # or both would let the session in, and one of them too late
    deck.ring = False
    conducting = asyncio.create_task(deck.conductor().run())
    async with working(deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, COUNT)
        await eventually(partial(reaches, deck, command_id, SOME), within=30)
        kill(server)
        waiting = await deck.run(session_id, "echo asked for meanwhile")
        await asyncio.to_thread(shutil.rmtree, folder / "nats" / "jetstream")
        await asyncio.to_thread(server.start)
        await check_whole(deck, session_id, command_id)
        await deck.finished(waiting, within=30)
        assert await deck.output(waiting) == b"asked for meanwhile\n"
    await end([conducting])


@pytest.mark.timeout(180)
async def test_postgres_killed_in_the_middle_loses_nothing(nats_url: str) -> None:
    with service_folder() as folder:
        server = new_postgres(folder)
        server.start()
        try:
            urls = server.urls()
            schema.install(urls.owner, APP, PROJECTOR)
            database = Database("quarterdeck", urls.owner, urls.app, urls.projector, urls.admin)
            async with real_deck(database, nats_url) as deck, working(deck.worker()):
                session_id = await deck.opened()
                command_id = await deck.run(session_id, COUNT)
                await eventually(partial(reaches, deck, command_id, SOME), within=30)
                for _ in range(2):
                    kill(server)
                    await asyncio.to_thread(server.start)
                    before = (await deck.transcripts.head(command_id)).offset
                    await eventually(partial(reaches, deck, command_id, before + SOME), within=30)
                await check_whole(deck, session_id, command_id)
        finally:
            server.stop()


def kill(server: EmbeddedNats | EmbeddedPostgres) -> None:
    assert server.pid
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
