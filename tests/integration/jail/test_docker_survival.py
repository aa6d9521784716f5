"""What a container survives: its daemon's death, its own, its shim's, and a host that has forgotten all of it."""

import json
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.support.docker_daemon import CANNOT, OwnDaemon, own_daemon
from tests.support.jails import JAIL_UID, Driver, Place, finish, place, read_until, run, spec, start
from tests.support.waiting import eventually

from quarterdeck.jail.docker import containers
from quarterdeck.jail.docker.daemon import NoDaemonError
from quarterdeck.jail.docker.driver import DockerDriver
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.standing import StandingJail


@pytest.fixture
async def where(docker_daemon: OwnDaemon) -> AsyncIterator[Place]:
    async with place(docker_daemon.address) as made:
        yield made


@pytest.fixture
async def driver(where: Place) -> AsyncIterator[Driver]:
    made = where.driver()
    yield made
    await made.close()


@pytest.fixture
async def jail(where: Place, driver: Driver) -> StandingJail:
    return await driver.create(spec(where.workspace()))


@pytest.fixture
def mortal(request: pytest.FixtureRequest) -> Iterator[OwnDaemon]:
    """A daemon that the test may kill, with the options that it is parametrised with."""
    if CANNOT:
        pytest.skip(CANNOT)
    with own_daemon(*request.param) as daemon:
        yield daemon


async def _answers(jail: StandingJail) -> bool:
    try:
        return (await run(jail, "echo here")).text == "here\n"
    except JailError:
        return False


@pytest.mark.parametrize("mortal", [["--live-restore"]], indirect=True, ids=["live restore"])
async def test_commands_go_on_when_a_daemon_that_restores_them_is_killed(mortal: OwnDaemon) -> None:
    async with place(mortal.address) as where:
        driver = where.driver()
        jail = await driver.create(spec(where.workspace()))
        command_id = await start(jail, "echo one; read -r x; echo $x")
        await read_until(jail, command_id, b"one")

        mortal.stop(signal.SIGKILL)
        assert await _answers(jail)
        adopted = await driver.adopt(jail.session_id)
        mortal.start()

        assert adopted is not None
        await adopted.write_input(command_id, b"two\n")
        assert (await finish(adopted, command_id)).text == "one\ntwo\n"
        await adopted.destroy()
        assert mortal.containers() == []
        await driver.close()


@pytest.mark.parametrize("mortal", [[]], indirect=True, ids=["no live restore"])
async def test_a_daemon_that_ends_its_containers_when_it_comes_back_costs_a_session_its_commands_only(
    mortal: OwnDaemon,
) -> None:
    async with place(mortal.address) as where:
        driver = where.driver()
        workspace = where.workspace()
        jail = await driver.create(spec(workspace))
        command_id = await start(jail, "echo kept > file; echo up; sleep 1000")
        await read_until(jail, command_id, b"up")

        mortal.stop(signal.SIGKILL)
        assert await _answers(jail)
        mortal.start()

        assert (await finish(jail, command_id)).exit.exit_code is None
        again = await driver.adopt(jail.session_id) or await driver.create(spec(workspace))
        await eventually(lambda: _answers(again), within=60)
        assert (await run(again, "cat file")).text == "kept\n"
        await again.destroy()
        assert mortal.containers() == []
        await driver.close()


async def test_a_container_that_is_killed_starts_again_and_its_session_goes_on(
    docker_daemon: OwnDaemon, jail: StandingJail
) -> None:
    command_id = await start(jail, "echo kept > file; echo up; sleep 1000")
    await read_until(jail, command_id, b"up")

    os.kill(_first_of(docker_daemon, jail), signal.SIGKILL)

    done = await finish(jail, command_id)
    assert (done.exit.exit_code, done.exit.signal) == (None, "KILL")
    await eventually(lambda: _answers(jail), within=60)
    assert (await run(jail, "cat file")).text == "kept\n"


def _first_of(docker_daemon: OwnDaemon, jail: StandingJail) -> int:
    with docker_daemon.client() as client:
        return int(client.containers.get(containers.name_of(jail.session_id)).attrs["State"]["Pid"])


async def test_a_container_ends_with_its_shim(docker_daemon: OwnDaemon, where: Place, jail: StandingJail) -> None:
    os.kill(_shim_of(where, jail), signal.SIGKILL)

    with docker_daemon.client() as client:
        ended = client.containers.get(containers.name_of(jail.session_id))
        assert ended.wait()["StatusCode"] == 0


def _shim_of(where: Place, jail: StandingJail) -> int:
    return int(json.loads((where.shim_folder(jail.session_id) / "record.json").read_text())["shim"][0])


async def test_a_container_without_anything_on_the_host_is_found_and_removed(
    docker_daemon: OwnDaemon, where: Place, driver: Driver, jail: StandingJail
) -> None:
    """As after a reboot: Docker's own folder is kept, what the host knew in memory is not."""
    os.kill(_shim_of(where, jail), signal.SIGKILL)
    shutil.rmtree(where.shim_folder(jail.session_id))

    assert list(await driver.sessions()) == [jail.session_id]
    assert await driver.adopt(jail.session_id) is None

    assert docker_daemon.containers() == []
    assert list(await driver.sessions()) == []


async def test_a_jail_of_another_boot_is_a_ruin(where: Place, driver: Driver, jail: StandingJail) -> None:
    record = where.shim_folder(jail.session_id) / "record.json"
    shim = _shim_of(where, jail)
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    record.write_text(record.read_text().replace(boot, str(uuid4())))

    assert await driver.adopt(jail.session_id) is None

    os.kill(shim, signal.SIGKILL)
    assert list(await driver.sessions()) == []


async def test_another_workers_containers_are_left_alone(
    docker_daemon: OwnDaemon, where: Place, driver: Driver, jail: StandingJail
) -> None:
    async with place(docker_daemon.address) as elsewhere:
        other = elsewhere.driver()
        assert list(await other.sessions()) == []
        assert await _answers(jail)
        await other.close()


async def test_destroying_leaves_no_container_no_volume_and_no_mount(
    docker_daemon: OwnDaemon, where: Place, jail: StandingJail
) -> None:
    await run(jail, "echo x > file")

    await jail.destroy()

    with docker_daemon.client() as client:
        own = str(jail.session_id)
        assert [each for each in client.containers.list(all=True, ignore_removed=True) if own in str(each.name)] == []
        assert [each for each in client.volumes.list() if own in each.name] == []
    assert str(where.root) not in Path("/proc/self/mounts").read_text()
    assert (where.upper(jail.session_id) / "file").read_text() == "x\n"


async def test_runtime_folders_of_earlier_versions_go_when_no_container_uses_them(
    where: Place, driver: Driver, jail: StandingJail
) -> None:
    (used,) = (where.state / "runtime").iterdir()
    for name in ("older", "new-left-half"):
        (where.state / "runtime" / name / "bin").mkdir(parents=True)

    await driver.sessions()
    assert list((where.state / "runtime").iterdir()) == [used]

    later = where.driver()
    (where.state / "runtime" / "next").mkdir()
    await later.sessions()
    assert {each.name for each in (where.state / "runtime").iterdir()} == {used.name, "next"}
    await jail.destroy()
    await later.sessions()
    assert [each.name for each in (where.state / "runtime").iterdir()] == ["next"]
    await later.close()


async def test_no_daemon_is_told_with_what_to_do(where: Place) -> None:
    driver = DockerDriver(where.state, JAIL_UID, f"unix://{where.root}/none.sock")
    workspace = where.workspace()

    with pytest.raises(NoDaemonError, match="There is no Docker daemon") as caught:
        await driver.create(spec(workspace))

    assert "apt install docker.io" in caught.value.next_step
    assert not where.shim_folder(workspace.session_id).exists()
    (told,) = await driver.protections()
    assert (told.name, told.on) == ("docker", False)
    assert await driver.sessions() == []
    await driver.close()


async def test_a_daemon_that_is_down_is_told_with_what_to_do(where: Place) -> None:
    with socket.socket(socket.AF_UNIX) as nobody:
        nobody.bind(f"{where.root}/dead.sock")
    driver = DockerDriver(where.state, JAIL_UID, f"unix://{where.root}/dead.sock")

    with pytest.raises(NoDaemonError, match="does not answer") as caught:
        await driver.create(spec(where.workspace()))

    assert "systemctl start docker" in caught.value.next_step
    await driver.close()


async def test_a_daemon_elsewhere_is_refused(where: Place) -> None:
    driver = DockerDriver(where.state, JAIL_UID, "tcp://127.0.0.1:2375")

    with pytest.raises(NoDaemonError, match="must be on the worker's own host"):
        await driver.create(spec(where.workspace()))

    await driver.close()


async def test_a_workspace_whose_path_docker_cannot_take_is_told(where: Place, driver: Driver) -> None:
    workspace = where.workspace()
    strange = where.root / "a,b"
    strange.mkdir()

    with pytest.raises(JailError, match="cannot be given to Docker") as caught:
        await driver.create(spec(replace(workspace, lower=strange)))

    assert "data directory" in caught.value.next_step


async def test_the_daemon_tells_which_limits_it_keeps(driver: Driver, jail: StandingJail) -> None:
    kept = {limit.name: limit.enforced_by for limit in jail.limits}
    told = {each.name: each for each in await driver.protections()}

    assert kept["processes"] == "cgroup"
    assert told["docker"].on
    assert "runc" in told["docker"].detail
    assert told["docker limits"].on


async def test_docker_makes_nothing_of_its_own_for_a_network_that_there_is_not(
    jail: StandingJail, docker_daemon: OwnDaemon
) -> None:
    done = await run(jail, "cut -d: -sf1 /proc/net/dev; getent hosts quarterdeck localhost | cut -d' ' -f1")

    assert done.text.split() == ["lo", "127.0.0.1", "::1"]
    with docker_daemon.client() as client:
        attributes: Mapping[str, Any] = client.containers.get(containers.name_of(jail.session_id)).attrs
        assert attributes["NetworkSettings"]["SandboxKey"] == ""


async def test_neither_the_hosts_name_servers_nor_its_system_show_in_a_container(jail: StandingJail) -> None:
    done = await run(jail, "cat /etc/resolv.conf; hostname; ls /sys")

    assert done.text.split() == ["nameserver", "127.0.0.1", "quarterdeck"]


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without access")
async def test_a_worker_that_may_not_use_the_daemon_is_told_what_to_do(where: Place, driver: Driver) -> None:
    os.seteuid(65534)
    try:
        (told,) = await driver.protections()
    finally:
        os.seteuid(0)

    assert not told.on
    assert "may not use Docker" in told.detail
    assert "group docker" in told.next_step
