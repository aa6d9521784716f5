"""Whatever is killed where jails are containers, after one sweep the log, the kernel and the daemon agree."""

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

import pytest
from tests.integration.worker.test_self_checking import (
    Ship,
    a_ship,
    agrees,
    goes_on,
    kill_the_shim,
    reboot,
)
from tests.support.disks import unmount_below
from tests.support.docker_daemon import CANNOT, OwnDaemon, own_daemon
from tests.support.real_deck import driver
from tests.support.services import Database
from tests.support.waiting import eventually
from tests.unit.worker.test_pausing import pause

from quarterdeck.domain.session_events import SessionLost
from quarterdeck.domain.session_state import ReadySession

pytestmark = [pytest.mark.timeout(300), pytest.mark.root]

Death = Callable[[Ship, UUID, OwnDaemon], None]


@pytest.fixture(scope="module")
def daemon() -> Iterator[OwnDaemon]:
    """One that may be killed: it is started again."""
    if CANNOT:
        pytest.skip(CANNOT)
    with own_daemon() as made:
        yield made


def shim(ship: Ship, hit: UUID, daemon: OwnDaemon) -> None:
    kill_the_shim(ship, hit)


def container(ship: Ship, hit: UUID, daemon: OwnDaemon) -> None:
    os.kill(ship.recorded(hit, "first"), signal.SIGKILL)


def dockerd(ship: Ship, hit: UUID, daemon: OwnDaemon) -> None:
    daemon.stop(signal.SIGKILL)
    daemon.start()


def dockerd_and_containerd(ship: Ship, hit: UUID, daemon: OwnDaemon) -> None:
    daemon.crash()
    daemon.start()


def the_host(ship: Ship, hit: UUID, daemon: OwnDaemon) -> None:
    """As after a reboot: Docker has what is on its disk, and nobody runs."""
    daemon.crash()
    unmount_below(daemon.root)
    reboot(ship, hit)
    daemon.start()


DEATHS: list[Death] = [
    shim,
    container,
    dockerd,
    dockerd_and_containerd,
    the_host,
]


@pytest.mark.parametrize("death", DEATHS, ids=lambda death: str(death.__name__))
async def test_after_one_sweep_nothing_is_shown_that_is_not_and_nothing_is_left(
    database: Database, nats_url: str, daemon: OwnDaemon, death: Death
) -> None:
    async with a_ship(database, nats_url, daemon.address) as ship:
        hit, paused = await ship.open(), await ship.open()
        await pause(ship.deck, paused)

        death(ship, hit, daemon)
        await ship.sweep()

        await eventually(partial(agrees, ship), within=60)
        assert isinstance(await ship.deck.session(hit), ReadySession)
        await goes_on(ship, hit)
        assert len(daemon.containers()) == 2
    assert daemon.containers() == []
    await _no_volumes(ship, daemon)


async def _no_volumes(ship: Ship, daemon: OwnDaemon) -> None:
    """What outlived the daemon is let go of by that when it starts again, and removed by the worker."""
    daemon.stop()
    daemon.start()
    later = driver(ship.deck.folder, daemon.address)
    await later.sessions()
    await later.close()
    assert daemon.volumes() == []


async def test_a_container_of_a_lost_session_is_removed(database: Database, nats_url: str, daemon: OwnDaemon) -> None:
    async with a_ship(database, nats_url, daemon.address) as ship:
        session_id = await ship.open()
        ship.kill_worker()
        loaded = await ship.deck.loaded(session_id)
        lost = SessionLost(reason="The worker was away for too long.")
        await ship.deck.append(session_id, loaded.version, lost, session_id=session_id)

        await ship.sweep()

        await eventually(partial(agrees, ship), within=30)
        assert daemon.containers() == []
        assert daemon.volumes() == []
