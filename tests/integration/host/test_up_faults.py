"""`quarterdeck up` starts, stops and gets over faults: real services, stand-in roles."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
from tests.support.house import House
from tests.support.waiting import eventually

from quarterdeck.host.privileges import rights_of

PARTS = {"postgres", "nats", "worker", "projector", "conductor", "gateway"}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")


async def came_back(house: House, name: str, killed: int) -> None:
    await eventually(lambda: house.pids().get(name, killed) != killed, within=30)


async def test_it_starts_everything_and_stops_all_of_it_within_five_seconds(new_house: House) -> None:
    new_house.start()
    await new_house.ready()
    assert set(new_house.pids()) == PARTS
    children = new_house.processes()

    began = time.monotonic()
    new_house.signal(signal.SIGTERM)
    assert new_house.wait() == 0
    assert time.monotonic() - began < 5
    assert [child for child in children if child.is_running()] == []
    assert not (new_house.data / "run" / "client.json").exists()


async def test_whatever_is_killed_comes_back_and_the_rest_goes_on(house: House) -> None:
    house.start()
    await house.ready()
    before = house.pids()
    for name in sorted(PARTS):
        os.kill(house.pids()[name], signal.SIGKILL)
        await came_back(house, name, before[name])
        assert f"{name} ended (signal SIGKILL); starting it again" in house.said()
    await eventually(lambda: set(house.pids()) == PARTS)
    assert {name for name, pid in house.pids().items() if pid != before[name]} == PARTS


async def test_data_written_before_a_kill_of_postgres_is_there_after_it(house: House) -> None:
    house.start()
    await house.ready()
    url = json.loads((house.data / "run" / "settings" / "up.json").read_text())["database_owner_url"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'this' AS word")
    pid = house.pids()["postgres"]
    os.kill(pid, signal.SIGKILL)
    await came_back(house, "postgres", pid)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("this",)


async def test_a_taken_port_is_said_before_anything_is_started(new_house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", new_house.port))
        taken.listen()
        new_house.start()
        assert new_house.wait() == 5
    assert f"Something else listens on 127.0.0.1:{new_house.port}" in new_house.said()
    assert "--port or QD_PORT" in new_house.said()
    assert not (new_house.data / "postgres").exists()


async def test_when_the_supervisor_is_killed_all_ends_and_the_next_start_works(house: House) -> None:
    house.start()
    await house.ready()
    children = house.processes()
    house.signal(signal.SIGKILL)
    house.wait()
    await eventually(lambda: not [c for c in children if c.is_running() and c.status() != psutil.STATUS_ZOMBIE])

    house.start()
    await house.ready()
    assert set(house.pids()) == PARTS


async def test_files_left_by_a_dead_start_never_stop_the_next(house: House) -> None:
    house.start()
    await house.ready()
    house.signal(signal.SIGTERM)
    house.wait()
    # A pid that lives but is not ours to care about, where a dead start would have left its own.
    stranger = str(os.getpid())
    (house.data / "postgres" / "postmaster.pid").write_text(f"{stranger}\n{house.data / 'postgres'}\n1\n5432\n")
    (house.data / "run" / "postgres" / ".s.PGSQL.5432.lock").write_text(f"{stranger}\n")
    (house.data / "run" / "postgres" / ".s.PGSQL.5432").touch()
    (house.data / "run" / "lock").write_text(json.dumps({"pid": os.getpid(), "url": "http://127.0.0.1:1"}))
    (house.data / "run" / "state.json").write_text("{")

    house.start()
    await house.ready()
    assert set(house.pids()) == PARTS


async def test_a_role_that_never_starts_is_named_with_its_reason(another: Callable[..., House]) -> None:
    broken = another(QD_PUBLIC_URL="http://broken")
    broken.prepare()
    broken.start()
    assert broken.wait(30) == 7
    assert "gateway does not start: exit code 1: the gateway is broken" in broken.said()
    assert "logs/gateway.log" in broken.said()


async def test_a_role_that_does_not_get_ready_is_named_with_its_log_while_the_others_are_seen_to_be(
    another: Callable[..., House],
) -> None:
    slow = another(QD_PUBLIC_URL="http://slow")
    slow.prepare()
    slow.start()
    await eventually(lambda: PARTS - {"worker"} == set(slow.pids()))
    worker = next(child for child in slow.children() if child["name"] == "worker")
    assert (worker["ready"], bool(worker["pid"])) == (False, True)

    assert slow.wait(30) == 7
    assert "ready qd_stand_in" not in slow.said()
    assert "worker is not ready after 3 s; its last words: the worker has much to do" in slow.said()
    assert f"Its log is {slow.data / 'logs' / 'worker.log'}." in slow.said()


async def test_a_stop_while_it_starts_leaves_nothing(new_house: House) -> None:
    new_house.start()
    await eventually((new_house.data / "run" / "lock").exists)
    new_house.signal(signal.SIGINT)
    assert new_house.wait() == 0
    assert "ready qd_stand_in" not in new_house.said()


@as_root
async def test_as_root_it_works_below_a_folder_that_others_may_not_enter(
    tmp_path: Path, another: Callable[..., House]
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    beside = closed / "beside"
    beside.write_text("not for others")
    house = another(closed / "data")
    house.start()
    await house.ready()
    pid = house.pids()["gateway"]
    assert rights_of(pid).uid != 0
    assert list(Path(f"/proc/{pid}/root{closed}").iterdir()) == [Path(f"/proc/{pid}/root{closed}/data")]


async def test_a_long_data_directory_still_gets_a_socket(folder: Path, another: Callable[..., House]) -> None:
    house = another(folder / ("long" * 30) / "data")
    house.start()
    await house.ready()
    url = json.loads((house.data / "run" / "settings" / "up.json").read_text())["database_url"]
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        socket_folder = Path(connection.info.host)
    assert not socket_folder.is_relative_to(folder)
    house.signal(signal.SIGTERM)
    house.wait()
    assert not socket_folder.exists()
