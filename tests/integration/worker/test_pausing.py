"""Pausing on real jails: what the log calls paused is frozen in the kernel, whoever was killed."""

import os
import signal
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.integration.worker.test_deaths import in_the_end_clean
from tests.support.deck import Deck, working
from tests.support.jails import processes_of
from tests.support.real_deck import driver, real_deck
from tests.support.repositories import JAIL_UID
from tests.support.services import Database
from tests.support.waiting import eventually
from tests.support.workers import worker_process
from tests.unit.worker.test_pausing import pause, resume

UID = JAIL_UID or os.getuid()
HALF_A_SECOND = "read -t 0.5 < <(exec sleep 9)"


def busy(mark: str) -> str:
    """Uses a processor, and ends when `STOP` has run in the same session."""
    return f"exec -a {mark} bash -c 'until [ -e /tmp/stop ]; do :; done; echo done'"


STOP = "touch /tmp/stop"


def ticks(pid: int) -> int:
    """Processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


async def busy_process(mark: str) -> int:
    pids = await eventually(lambda: [pid for pid in processes_of(UID, mark) if ticks(pid) > 0], within=30)
    return pids[0]


async def stands_still(deck: Deck, other: UUID, pid: int) -> bool:
    """Has used no processor while another session ran something that takes half a second."""
    before = ticks(pid)
    await deck.finished(await deck.run(other, HALF_A_SECOND), within=30)
    return ticks(pid) == before


async def test_a_paused_session_uses_no_processor_and_its_time_out_does_not_pass(
    database: Database, nats_url: str
) -> None:
    async with real_deck(database, nats_url) as deck, working(deck.worker()):
        session_id, other = await deck.opened(), await deck.opened()
        mark = f"busy-{uuid4().hex}"
        command_id = await deck.run(session_id, busy(mark), timeout_seconds=1)
        pid = await busy_process(mark)
        await pause(deck, session_id)
        for _ in range(3):
            assert await stands_still(deck, other, pid)
        await resume(deck, session_id)
        assert (await deck.finished(command_id, within=30)).reason.value == "timed_out"


@pytest.mark.timeout(180)
async def test_a_paused_session_is_still_frozen_after_its_worker_was_killed(database: Database, nats_url: str) -> None:
    prefix, mark = f"t{uuid4().hex}", f"busy-{uuid4().hex}"
    async with real_deck(database, nats_url, prefix) as deck, in_the_end_clean(deck):
        with worker_process(deck, database, nats_url, prefix) as first:
            session_id, other = await deck.open(), await deck.open()
            for each in (session_id, other):
                await eventually(partial(deck.ready, each), within=30)
            command_id = await deck.run(session_id, busy(mark))
            pid = await busy_process(mark)
            await pause(deck, session_id)
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
        waits = await deck.run(session_id, STOP)
        with worker_process(deck, database, nats_url, prefix):
            assert await stands_still(deck, other, pid)
            assert (await deck.running(command_id)).worker_id == "w1"
            await resume(deck, session_id)
            assert (await deck.finished(command_id, within=30)).exit_code == 0
            await deck.finished(waits)
        assert await deck.output(command_id) == b"done\n"


async def test_a_session_whose_jail_was_killed_while_it_was_paused_goes_on_with_its_files(
    database: Database, nats_url: str
) -> None:
    async with real_deck(database, nats_url) as deck:
        mark = f"busy-{uuid4().hex}"
        async with working(deck.worker()):
            session_id = await deck.opened()
            await deck.finished(await deck.run(session_id, "echo kept > kept"))
            command_id = await deck.run(session_id, busy(mark))
            await busy_process(mark)
            await pause(deck, session_id)
        await deck.lost(command_id)
        async with working(deck.worker(driver=driver(deck.folder))):
            resumed = await resume(deck, session_id)
            assert resumed.rebuilt
            cat = await deck.run(session_id, "cat kept")
            await deck.finished(cat)
            assert await deck.output(cat) == b"kept\n"
