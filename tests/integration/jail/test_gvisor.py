"""Jails on gVisor's kernel: what a session does that descriptors and processes of the host's cannot help with.

What every driver promises is tried by the contract tests. The Debian package of 2022 that these run with has gaps of
its own, which docs/guide/jails.md lists.
"""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.support.docker_daemon import OwnDaemon, gvisor, own_daemon
from tests.support.jails import (
    JAIL_UID,
    Driver,
    Place,
    Standing,
    finish,
    place,
    read_until,
    run,
    spec,
    standing_jail,
    start,
)
from tests.support.launchers import SHARED_OF_PROXIES
from tests.support.waiting import eventually

from quarterdeck.application.frames import FrameKind
from quarterdeck.domain.command import EndReason, Terminal
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.network_policy import NetworkPolicy
from quarterdeck.jail.docker import containers
from quarterdeck.jail.egress.keeper import EgressSettings, ProcessEgressKeeper
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.limits import MIB, JailLimits
from quarterdeck.jail.standing import StandingJail

pytestmark = pytest.mark.xdist_group("gvisor")
LIMITS = JailLimits(memory_bytes=100 * MIB, processes=100)
ORPHAN = "(setsid sh -c 'trap \"\" TERM HUP; sleep 1000' &); echo begun; sleep 1000"
MEMORY = (
    "python3 -c 'data = bytearray(150_000_000); data[::4096] = bytes(len(data[::4096])); import time; time.sleep(60)'"
)
BOMB = """echo up; bomb() { bomb & bomb & }; trap '' TERM; bomb 2>/dev/null; sleep 1000"""
RULE = NetworkRule(host="allowed.example", port=443)
ASK = "curl -s -o /dev/null -w '%{http_connect}' --max-time 10 -x http://127.0.0.1:3128 https://refused.example/; echo"


@pytest.fixture
async def where(gvisor_daemon: OwnDaemon) -> AsyncIterator[Place]:
    async with place(gvisor_daemon.address) as made:
        yield made


@pytest.fixture(scope="module")
def standing(gvisor_daemon: OwnDaemon) -> Iterator[Standing]:
    with standing_jail(gvisor_daemon.address, LIMITS) as made:
        yield made


@pytest.fixture
async def driver(where: Place) -> AsyncIterator[Driver]:
    made = where.driver(LIMITS)
    yield made
    await made.close()


@pytest.fixture
async def jail(where: Place, driver: Driver) -> StandingJail:
    return await driver.create(spec(where.workspace()))


async def test_the_kernel_is_gvisors_and_limits_say_who_keeps_them(emptied_jail: StandingJail) -> None:
    done = await run(emptied_jail, "grep -o 'Seccomp:.*[0-9]' /proc/self/status; uname -v")

    assert done.text.split()[:2] == ["Seccomp:", "2"]
    assert os.uname().version not in done.text
    kept = {limit.name: limit.enforced_by for limit in emptied_jail.limits}
    assert (kept["memory"], kept["processes"], kept["open_files"]) == ("watcher", "rlimit", "rlimit")


async def test_a_terminal_has_its_size_its_output_and_its_interrupt(emptied_jail: StandingJail) -> None:
    reading = "while :; do read -r -t 0.1 line && echo got $line; done"
    text = f"trap 'stty size' WINCH; trap 'echo caught' INT; stty size; {reading}"
    command_id = await start(emptied_jail, text, terminal=Terminal(columns=100, rows=30))
    await read_until(emptied_jail, command_id, b"30 100\r\n")
    await emptied_jail.write_input(command_id, b"one\n")
    await read_until(emptied_jail, command_id, b"got one\r\n")
    await emptied_jail.resize(command_id, Terminal(columns=132, rows=43))
    await read_until(emptied_jail, command_id, b"43 132\r\n")
    await emptied_jail.write_input(command_id, b"\x03")
    await read_until(emptied_jail, command_id, b"caught\r\n")

    await emptied_jail.kill(command_id, EndReason.CANCELLED, grace_seconds=0.2)

    assert (await finish(emptied_jail, command_id)).exit.reason == EndReason.CANCELLED


async def test_all_that_a_terminal_held_is_told_before_the_end(emptied_jail: StandingJail) -> None:
    done = await run(emptied_jail, "seq 200000; exit 3", terminal=Terminal())

    assert done.text.splitlines()[-1] == "200000"
    assert done.exit.exit_code == 3


async def test_an_orphan_that_hides_is_its_commands_and_ends_with_it_alone(emptied_jail: StandingJail) -> None:
    one, other = await start(emptied_jail, ORPHAN), await start(emptied_jail, ORPHAN)
    for command_id in (one, other):
        await read_until(emptied_jail, command_id, b"begun")

    await emptied_jail.kill(one, EndReason.CANCELLED, grace_seconds=0.1)
    await emptied_jail.wait(one)

    await eventually(lambda: _counts(emptied_jail, 4))
    await emptied_jail.kill(other, EndReason.CANCELLED, grace_seconds=0.1)
    await emptied_jail.wait(other)
    await eventually(lambda: _counts(emptied_jail, 0))


async def _counts(jail: StandingJail, most: int) -> bool:
    return await jail.processes() <= most


async def test_memory_that_runs_out_ends_the_command_with_that_reason_and_the_session_goes_on(
    jail: StandingJail,
) -> None:
    done = await run(jail, MEMORY)

    assert done.exit.reason == EndReason.OUT_OF_MEMORY
    assert any(frame.kind == FrameKind.GAP and b"memory ran out" in frame.data for frame in done.frames)
    assert (await run(jail, "echo fine")).text == "fine\n"


async def test_a_fork_bomb_is_bounded_and_ended(jail: StandingJail) -> None:
    command_id = await start(jail, BOMB)
    await read_until(jail, command_id, b"up")
    await eventually(lambda: _at_least(jail, 90), within=60)

    await jail.kill(command_id, EndReason.CANCELLED, grace_seconds=0.1)
    await jail.wait(command_id)

    assert await jail.processes() == 0
    assert (await run(jail, "echo fine")).text == "fine\n"


async def _at_least(jail: StandingJail, least: int) -> bool:
    return await jail.processes() >= least


async def test_a_jail_whose_agent_is_killed_from_inside_is_made_again_on_its_files(jail: StandingJail) -> None:
    await run(jail, "echo kept > file")

    done = await run(jail, "kill -9 1; sleep 60")

    assert done.exit.reason == EndReason.SIGNALLED
    assert (await run(jail, "cat file")).text == "kept\n"


async def test_an_agent_that_hangs_is_left_to_the_worker_which_ends_the_container(
    gvisor_daemon: OwnDaemon, driver: Driver, jail: StandingJail
) -> None:
    command_id = await start(jail, "kill -STOP 1; kill -STOP $PPID; sleep 1000", timeout=1)

    with pytest.raises(JailError):
        await jail.wait(command_id)

    assert await driver.adopt(jail.session_id) is None
    assert _containers_of(gvisor_daemon, jail) == []


async def test_a_container_that_is_killed_is_made_again(gvisor_daemon: OwnDaemon, jail: StandingJail) -> None:
    command_id = await start(jail, "echo begun; sleep 1000")
    await read_until(jail, command_id, b"begun")
    with gvisor_daemon.client() as client:
        sandbox = client.containers.get(containers.name_of(jail.session_id)).attrs["State"]["Pid"]

    os.kill(sandbox, signal.SIGKILL)

    assert (await finish(jail, command_id)).exit.signal == "KILL"
    assert (await run(jail, "echo fine")).text == "fine\n"


async def test_a_container_whose_containerd_shim_hangs_is_removed_all_the_same(
    gvisor_daemon: OwnDaemon, jail: StandingJail
) -> None:
    (shim,) = _shims_of(gvisor_daemon, jail)
    os.kill(shim, signal.SIGSTOP)

    await jail.destroy()

    assert _containers_of(gvisor_daemon, jail) == []
    assert shim not in gvisor_daemon.shims()


def _shims_of(daemon: OwnDaemon, jail: StandingJail) -> list[int]:
    (own,) = _containers_of(daemon, jail)
    return [pid for pid in daemon.shims() if own in Path(f"/proc/{pid}/cmdline").read_text()]


async def test_a_container_ends_with_its_shim_and_nothing_of_it_is_left(
    gvisor_daemon: OwnDaemon, driver: Driver, where: Place, jail: StandingJail
) -> None:
    shim = int(where.shim_folder(jail.session_id).joinpath("record.json").read_text().split("[")[1].split(",")[0])
    os.kill(shim, signal.SIGKILL)

    assert await driver.adopt(jail.session_id) is None

    assert _containers_of(gvisor_daemon, jail) == []
    assert not where.shim_folder(jail.session_id).exists()


def _containers_of(daemon: OwnDaemon, jail: StandingJail) -> list[str]:
    with daemon.client() as client:
        found = client.containers.list(all=True, sparse=True, filters={"name": containers.name_of(jail.session_id)})
        return [str(each.id) for each in found]


async def test_the_proxy_listens_in_the_jail_and_again_when_who_announces_is_killed(
    where: Place, jail: StandingJail
) -> None:
    keeper = ProcessEgressKeeper(where.state, JAIL_UID, EgressSettings(), launcher=SHARED_OF_PROXIES)
    proxy = await keeper.start(jail.session_id, NetworkPolicy(rules=(RULE,)), 0)
    try:
        assert (await run(jail, ASK)).text == "403\n"
        # subreapers lead sessions of their own: what is left of the agent's children is who announces
        await run(jail, "pkill -9 -s 1 -P 1")

        await eventually(lambda: _says(jail, ASK, "403\n"), within=20)
        assert {entry.host for entry in await proxy.decisions(0)} == {"refused.example"}
    finally:
        proxy.close()
        await keeper.end(jail.session_id)


async def _says(jail: StandingJail, text: str, wanted: str) -> bool:
    return (await run(jail, text)).text == wanted


async def test_a_runtime_that_lets_no_container_reach_its_socket_is_refused_with_what_to_do() -> None:
    with own_daemon(**gvisor("--network=none")) as daemon:
        async with place(daemon.address) as where:
            driver = where.driver()
            with pytest.raises(JailError, match="does not let a container reach its session's socket") as caught:
                await driver.create(spec(where.workspace()))
            assert "--host-uds=open" in caught.value.next_step
            told = {each.name: each.on for each in await driver.protections()}
            assert told["docker runtime runsc"] is False
            await driver.close()
