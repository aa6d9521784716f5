"""What a persona bounds, on real kernels and daemons: it kills, whatever becomes of the session meanwhile."""

import json
import os
import signal
from collections.abc import Iterator
from functools import partial
from uuid import UUID, uuid4

import pytest
from tests.integration.jail.test_limits import HOG, MANY
from tests.integration.worker.test_moving import LEASE, at, covers_all, resume, two_hosts
from tests.support.deck import Deck
from tests.support.docker_daemon import CANNOT, OwnDaemon, own_daemon
from tests.support.real_deck import driver, real_deck, state_dir
from tests.support.services import Database
from tests.support.waiting import eventually
from tests.support.workers import worker_process

from quarterdeck.domain.command import CommandFinished, EndReason
from quarterdeck.domain.limits import MIB, LimitsAsked
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.network_access import NetworkAccessDecided, Verdict, network_access_id
from quarterdeck.domain.session_events import SessionAdopted

pytestmark = [pytest.mark.timeout(300), pytest.mark.root]

SMALL = LimitsAsked(memory_bytes=200 * MIB, processes=100)
LISTED = (NetworkRule(host="*.example.org", port=80), NetworkRule(host="pypi.org"))
NARROW = (NetworkRule(host="pypi.org"),)


@pytest.fixture(scope="module", params=["bubblewrap", "docker"])
def docker(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a daemon that makes the jails; empty: bubblewrap makes them."""
    if request.param == "bubblewrap":
        yield ""
        return
    if CANNOT:
        pytest.skip(CANNOT)
    daemon: OwnDaemon
    with own_daemon() as daemon:
        yield daemon.address


async def opened(deck: Deck) -> UUID:
    """With a persona that bounds more than its project does."""
    project_id = await deck.project(network=LISTED, limits=LimitsAsked(processes=200))
    used = await deck.persona(project_id, limits=SMALL, network=NARROW)
    session_id = await deck.open(project_id, used=used)
    await eventually(partial(deck.ready, session_id), within=60)
    return session_id


async def finished(deck: Deck, session_id: UUID, text: str) -> CommandFinished:
    return await deck.finished(await deck.run(session_id, text), within=60)


async def is_bounded(deck: Deck, session_id: UUID) -> bool:
    """By its persona, in memory, in processes and in where it may connect to."""
    assert (await finished(deck, session_id, HOG)).reason is EndReason.OUT_OF_MEMORY
    assert (await finished(deck, session_id, MANY)).reason is EndReason.TOO_MANY_PROCESSES
    asked = await deck.run(session_id, "curl -s http://api.example.org/")
    await deck.finished(asked, within=60)
    assert b"persona reviewer does not allow api.example.org:80" in await deck.output(asked)
    return True


async def refusals(deck: Deck, session_id: UUID) -> list[NetworkAccessDecided]:
    told = await deck.events(network_access_id(session_id))
    return [each for each in told if isinstance(each, NetworkAccessDecided) and each.verdict is Verdict.REFUSED]


def kill_the_shim(deck: Deck, session_id: UUID) -> None:
    record = state_dir(deck.folder) / "sessions" / str(session_id) / "shim/record.json"
    os.kill(int(json.loads(record.read_text())["shim"][0]), signal.SIGKILL)


async def test_a_personas_limits_and_list_hold_and_are_kept_where_the_jail_is_made_anew(
    database: Database, nats_url: str, docker: str
) -> None:
    prefix = f"t{uuid4().hex}"
    async with real_deck(database, nats_url, prefix) as deck:
        deck.driver = driver(deck.folder, docker)
        with worker_process(deck, database, nats_url, prefix, docker=docker):
            session_id = await opened(deck)
            assert await is_bounded(deck, session_id)
            told = {limit.name: limit.asked for limit in await deck.limits(session_id)}
            assert (told["memory"], told["processes"]) == ("200 MiB", "100")

            kill_the_shim(deck, session_id)

            async def is_rebuilt() -> bool:
                return any(isinstance(e, SessionAdopted) and e.rebuilt for e in await deck.events(session_id))

            await eventually(is_rebuilt, within=60)
            assert await is_bounded(deck, session_id)

            async def both_are_logged() -> bool:
                return len(await refusals(deck, session_id)) == 2

            await eventually(both_are_logged, within=30)
            assert {each.rule for each in await refusals(deck, session_id)} == {"*.example.org:80"}
            await deck.close(session_id)
            await eventually(partial(deck.closed, session_id), within=60)


async def test_a_session_that_goes_on_at_another_worker_keeps_its_personas_bounds(
    database: Database, nats_url: str
) -> None:
    prefix = f"t{uuid4().hex}"
    async with two_hosts(database, nats_url, prefix) as deck:
        a = partial(worker_process, deck, database, nats_url, prefix, name="a", home="a", lease=LEASE)
        b = partial(worker_process, deck, database, nats_url, prefix, name="b", home="b", lease=LEASE)
        with a():
            session_id = await opened(deck)
            await finished(deck, session_id, "echo 1 > file")
            await eventually(partial(covers_all, deck, session_id), within=30)

        with b():
            await eventually(partial(deck.closed, session_id), within=60)
            await resume(deck, session_id)
            ready = await at(deck, session_id, "b")

            assert ready.persona
            assert ready.persona.name == "reviewer"
            assert await is_bounded(deck, session_id)
            await deck.close(session_id)
            await eventually(partial(deck.closed, session_id), within=60)
