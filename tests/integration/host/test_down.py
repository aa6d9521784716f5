"""`quarterdeck down` after a crash: what is left is ended, and nothing else."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
from tests.support.house import House
from tests.support.waiting import eventually

from quarterdeck.host import control
from quarterdeck.host.launch import spawn
from quarterdeck.host.layout import DataDirectory
from quarterdeck.host.nats import EmbeddedNats
from quarterdeck.jail.shim import record
from quarterdeck.worker.state_lock import locked


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with Quarterdeck."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process


def lives(pid: int) -> bool:
    return record.started(pid) is not None


async def test_a_role_that_outlived_its_supervisor_is_ended_and_named(another: Callable[..., House]) -> None:
    house = another(QD_PUBLIC_URL="http://stubborn")
    house.prepare()
    house.start()
    await house.ready()
    pids, children = house.pids(), house.processes()
    house.signal(signal.SIGKILL)
    house.wait()
    await eventually(lambda: not [name for name, pid in pids.items() if name != "projector" and lives(pid)])
    assert lives(pids["projector"])

    stopped = control.down(DataDirectory(house.data))

    assert stopped.running is None
    assert f"projector (pid {pids['projector']})" in stopped.left
    assert [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []
    assert not (house.data / "run" / "client.json").exists()
    assert control.down(DataDirectory(house.data)).left == ()


async def test_an_embedded_server_that_outlived_its_supervisor_is_ended_and_named(house: House) -> None:
    house.start()
    await house.ready()
    house.signal(signal.SIGKILL)
    house.wait()
    await eventually(lambda: not [pid for pid in house.pids().values() if lives(pid)])
    data = DataDirectory(house.data)
    left = spawn(EmbeddedNats(data.nats, secrets=data.secrets).launch())
    await eventually(lambda: Path(f"/proc/{left.pid}/comm").read_text() == "nats-server\n")

    assert control.down(data).left == (f"NATS (pid {left.pid})",)
    assert left.wait(10) is not None


@pytest.mark.parametrize("wrong", [{"birth": 1}, {"boot": "another"}, {"name": "no role"}])
def test_a_process_that_only_has_a_recorded_number_is_left_alone(
    folder: Path, stranger: subprocess.Popen[bytes], wrong: dict[str, object]
) -> None:
    data = DataDirectory(folder / "data")
    data.create()
    data.lock.touch()
    child = {"name": "worker", "pid": stranger.pid, "birth": record.started(stranger.pid), **wrong}
    data.state.write_text(json.dumps({"boot": wrong.get("boot", record.boot()), "children": [child]}))

    assert control.down(data).left == ()
    assert stranger.poll() is None


def test_the_jails_of_a_worker_that_runs_by_itself_are_left_to_it(
    folder: Path, stranger: subprocess.Popen[bytes]
) -> None:
    data, session_id = DataDirectory(folder / "data"), uuid4()
    data.create()
    data.lock.touch()
    shim = data.worker / "sessions" / str(session_id) / "shim"
    shim.mkdir(parents=True)
    one = [stranger.pid, record.started(stranger.pid)]
    (shim / record.RECORD).write_text(json.dumps({"boot": record.boot(), "shim": one, "first": one}))

    with locked(data.worker):
        assert control.down(data).left == ()
        assert stranger.poll() is None
    assert control.down(data).left == (f"the jail of session {session_id}",)
    assert stranger.wait(10) == -signal.SIGKILL
    assert shim.is_dir()


def test_records_that_cannot_be_read_stop_nothing(folder: Path) -> None:
    data = DataDirectory(folder / "data")
    data.create()
    data.lock.touch()
    for text in ("{", "[]", '{"boot": 1}', json.dumps({"boot": record.boot(), "children": [{"pid": "x"}]})):
        data.state.write_text(text)
        assert control.down(data).left == ()
        assert not data.state.exists()


def test_where_nothing_ever_ran_nothing_is_made(folder: Path) -> None:
    assert control.down(DataDirectory(folder / "never")).left == ()
    assert list(folder.iterdir()) == []
