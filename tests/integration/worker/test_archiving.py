"""Snapshots in a real object store, from real sessions: through crashes of the worker and absences of the store."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from tests.support.deck import Deck, working
from tests.support.real_deck import driver, real_deck
from tests.support.s3 import S3Server
from tests.support.services import Database
from tests.support.waiting import eventually
from tests.support.workers import worker_process

from quarterdeck.adapters.nats.control import NatsWorkerControl
from quarterdeck.adapters.objects import ObstoreObjects
from quarterdeck.application.comparisons import Comparisons
from quarterdeck.application.snapshots import Place, Snapshots
from quarterdeck.domain.archive import SnapshotsStored, archive_id
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.session_state import NoSession, ReadySession


@pytest.fixture
async def deck(database: Database, nats_url: str) -> AsyncGenerator[Deck]:
    async with real_deck(database, nats_url) as deck:
        assert deck.settings
        deck.settings = replace(deck.settings, archive_seconds=0.2)
        yield deck


async def stored(deck: Deck, session_id: UUID) -> list[SnapshotsStored]:
    return [each for each in await deck.events(archive_id(session_id)) if isinstance(each, SnapshotsStored)]


async def finished(deck: Deck, session_id: UUID) -> bool:
    assert deck.packs
    return session_id not in await deck.packs.sessions()


async def read(deck: Deck, session_id: UUID, path: str) -> bytes:
    """As the gateway reads it, from any worker."""
    state = await deck.session(session_id)
    assert not isinstance(state, NoSession)
    assert isinstance(deck.control, NatsWorkerControl)
    snapshots = Snapshots(deck.log, deck.control)
    place = Place(session_id=session_id, project_id=state.project_id, worker_id=None)
    taken = await snapshots.at(place, None)
    return (await snapshots.read_file(place, taken.tree, path, 0, 1000)).data


async def close(deck: Deck, session_id: UUID) -> None:
    """Until nothing of it is on this host but what is finished; and then not even that."""
    await deck.close(session_id)
    await deck.closed(session_id)
    await eventually(lambda: finished(deck, session_id), within=30)
    assert deck.packs
    await deck.packs.remove(session_id)


@pytest.mark.xdist_group("s3")
async def test_an_ended_session_is_read_from_s3_when_its_host_has_nothing_more(deck: Deck, s3: S3Server) -> None:
    deck.objects = ObstoreObjects(s3.url)
    async with working(deck.worker()):
        session_id = await deck.opened()
        await deck.finished(await deck.run(session_id, "echo kept > new; head -c 100000 /dev/urandom > random"))
        await eventually(lambda: stored(deck, session_id), within=30)
        await deck.finished(await deck.run(session_id, "echo more >> new"))
        await close(deck, session_id)

        assert await read(deck, session_id, "new") == b"kept\nmore\n"
        assert await read(deck, session_id, "README") == b"read me\n"
        assert len(await stored(deck, session_id)) >= 2


@pytest.mark.xdist_group("s3")
async def test_an_s3_server_that_goes_away_stops_nothing_and_misses_nothing(deck: Deck, s3: S3Server) -> None:
    deck.objects = ObstoreObjects(s3.url)
    async with working(deck.worker()):
        session_id = await deck.opened()
        s3.stop()
        await deck.finished(await deck.run(session_id, "echo kept > new"))
        assert await stored(deck, session_id) == []
        assert await read(deck, session_id, "new") == b"kept\n"
        s3.start()
        await s3.wait()
        await eventually(lambda: stored(deck, session_id), within=60)
        await close(deck, session_id)

        assert await read(deck, session_id, "new") == b"kept\n"


async def test_a_session_that_has_ended_and_gone_from_its_host_is_compared_with_one_that_runs(deck: Deck) -> None:
    async with working(deck.worker()):
        ended, open_one = await deck.opened(), await deck.opened()
        await deck.finished(await deck.run(ended, "echo ended > file"))
        await deck.finished(await deck.run(open_one, "echo open > file"))
        await close(deck, ended)

        state = await deck.session(open_one)
        assert isinstance(state, ReadySession)
        assert isinstance(deck.control, NatsWorkerControl)
        here, gone = (
            Place(session_id=each, project_id=state.project_id, worker_id=state.worker_id) for each in (open_one, ended)
        )
        comparisons = Comparisons(deck.log, Snapshots(deck.log, deck.control))
        found = await comparisons.compare(here, gone)
        [file] = (await comparisons.diff(found, None, 10)).files

    assert (found.same_base, found.ancestor) == (True, None)
    assert file.hunks[0].lines == ("-open", "+ended")


async def test_a_flipped_byte_is_an_error_that_names_the_object_and_never_wrong_content(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()
        await deck.finished(await deck.run(session_id, "echo kept > new"))
        await close(deck, session_id)
        [pack] = await stored(deck, session_id)
        path = deck.folder / "objects" / pack.key
        content = bytearray(path.read_bytes())
        content[-30] ^= 4
        path.write_bytes(content)

        with pytest.raises(UnavailableError, match=pack.key):
            await read(deck, session_id, "new")


@pytest.mark.timeout(180)
@pytest.mark.parametrize("dies", ["before", "after"])
async def test_a_worker_killed_while_it_sends_loses_nothing_and_logs_once(
    database: Database, nats_url: str, dies: str
) -> None:
    prefix = f"t{uuid4().hex}"
    async with real_deck(database, nats_url, prefix) as deck:
        assert deck.settings
        deck.settings = replace(deck.settings, archive_seconds=0.2)
        with worker_process(deck, database, nats_url, prefix, dies=dies) as process:
            session_id = await deck.open()
            await eventually(lambda: deck.ready(session_id), within=30)
            await deck.run(session_id, "echo kept > new")
            await eventually(lambda: process.poll() is not None, within=60)
        assert await stored(deck, session_id) == []

        async with working(deck.worker(driver=driver(deck.folder))):
            await eventually(lambda: stored(deck, session_id), within=30)
            await close(deck, session_id)
            assert await read(deck, session_id, "new") == b"kept\n"
            packs = await stored(deck, session_id)
    assert len({each.covers for each in packs}) == len(packs)
