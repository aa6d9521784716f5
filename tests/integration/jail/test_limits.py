"""What a session may use, on the real kernel: what goes beyond it ends with that reason, and the session goes on."""

import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import psutil
import pytest
from tests.support.jails import Done, Driver, Place, finish, read_until, run, spec, start
from tests.support.waiting import eventually

from quarterdeck.application.frames import FrameKind
from quarterdeck.domain.command import EndReason
from quarterdeck.jail.cgroups import hierarchies
from quarterdeck.jail.cgroups.sessions import tag
from quarterdeck.jail.limits import MIB, JailLimits
from quarterdeck.jail.shim.groups import ROOM_OF_ITS_OWN
from quarterdeck.jail.standing import StandingJail

HERE = {role: found for found in hierarchies.find() for role in found.roles}
needs_memory = pytest.mark.skipif("memory" not in HERE, reason="this user may make no memory control groups here")
needs_pids = pytest.mark.skipif("pids" not in HERE, reason="this user may make no pids control groups here")
needs_cpu = pytest.mark.skipif("cpu" not in HERE, reason="this user may make no cpu control groups here")

HOG = "python3 -c 'x = bytearray(500 << 20); print(len(x))'"
BOMB = "bomb() { bomb | bomb & }; bomb 2>/dev/null; echo up; sleep 1000"
FILL = "x=$(head -c 2000000 /dev/zero | tr '\\0' x)"
MANY = """python3 - <<'END'
import os, sys, time
try:
    for _ in range(1000):
        if os.fork() == 0:
            time.sleep(1000)
            os._exit(0)
except BlockingIOError:
    sys.exit(3)
END"""


def groups_of(session_id: UUID) -> list[Path]:
    return [path for found in set(HERE.values()) for path in found.base.glob(f"quarterdeck/*/{session_id}")]


def said(done: Done) -> str:
    return b" ".join(frame.data for frame in done.frames if frame.kind == FrameKind.GAP).decode()


@pytest.fixture(scope="module")
def standing_limits() -> JailLimits:
    return JailLimits(memory_bytes=200 * MIB)


async def limited(where: Place, driver: Driver, limits: JailLimits) -> StandingJail:
    return await driver.create(replace(spec(where.workspace()), limits=limits))


@needs_memory
async def test_a_command_that_takes_too_much_memory_ends_with_that_reason(emptied_jail: StandingJail) -> None:
    done = await run(emptied_jail, HOG)

    assert done.exit.reason == EndReason.OUT_OF_MEMORY
    assert "memory ran out" in said(done)
    assert 150 * MIB < done.exit.peak_memory_bytes <= 201 * MIB
    assert (await run(emptied_jail, "echo fine")).text == "fine\n"


@needs_memory
async def test_a_shell_that_survives_its_hungry_child_is_ended_with_all_it_started(emptied_jail: StandingJail) -> None:
    done = await run(emptied_jail, f"sleep 1000 & {HOG}; echo survived; sleep 1000")

    assert done.exit.reason == EndReason.OUT_OF_MEMORY
    assert await emptied_jail.processes() == 0


@needs_memory
async def test_what_a_shell_started_that_is_killed_for_memory_alone_is_gone_when_its_end_is_told(
    emptied_jail: StandingJail,
) -> None:
    done = await run(emptied_jail, f"for i in $(seq 50); do sleep 1000 & done; exec {HOG}")

    assert (done.exit.reason, done.exit.signal) == (EndReason.OUT_OF_MEMORY, "KILL")
    assert "memory ran out" in said(done)
    assert await emptied_jail.processes() == 0


@needs_memory
async def test_many_small_processes_run_out_of_memory_together(where: Place, driver: Driver) -> None:
    jail = await limited(where, driver, JailLimits(memory_bytes=64 * MIB))

    done = await run(jail, f"for i in $(seq 200); do ({FILL}; sleep 1000) & done; wait")

    assert done.exit.reason == EndReason.OUT_OF_MEMORY
    assert await jail.processes() == 0
    assert (await run(jail, "echo fine")).text == "fine\n"


@needs_memory
async def test_another_command_of_the_session_does_not_pay_for_it(emptied_jail: StandingJail) -> None:
    modest = await start(emptied_jail, "echo up; read line; echo $line")
    await read_until(emptied_jail, modest, b"up")

    assert (await run(emptied_jail, HOG)).exit.reason == EndReason.OUT_OF_MEMORY

    await emptied_jail.write_input(modest, b"well\n")
    done = await finish(emptied_jail, modest)
    assert (done.exit.reason, done.text) == (EndReason.EXITED, "up\nwell\n")


@needs_memory
async def test_files_in_memory_count(where: Place, driver: Driver) -> None:
    jail = await limited(where, driver, JailLimits(memory_bytes=100 * MIB))

    done = await run(jail, "head -c 200M /dev/zero > /tmp/big; echo survived")

    assert done.exit.reason == EndReason.OUT_OF_MEMORY


@needs_pids
async def test_a_command_that_cannot_start_more_processes_and_fails_says_so(where: Place, driver: Driver) -> None:
    jail = await limited(where, driver, JailLimits(processes=60))

    done = await run(jail, MANY)

    assert (done.exit.reason, done.exit.exit_code) == (EndReason.TOO_MANY_PROCESSES, 3)
    assert "processes ran out" in said(done)


@needs_pids
async def test_a_command_that_gets_by_with_fewer_processes_has_just_exited(where: Place, driver: Driver) -> None:
    jail = await limited(where, driver, JailLimits(processes=60))

    done = await run(jail, MANY.replace("sys.exit(3)", "sys.exit(0)"))

    assert (done.exit.reason, done.exit.exit_code) == (EndReason.EXITED, 0)


@needs_pids
async def test_a_fork_bomb_leaves_room_to_look_at_it_and_is_ended(where: Place, driver: Driver) -> None:
    jail = await limited(where, driver, JailLimits(processes=100))
    bomb = await start(jail, BOMB)
    await eventually(lambda: _at_least(jail, 90 - ROOM_OF_ITS_OWN))

    assert (await run(jail, "echo fine")).text == "fine\n"

    await jail.kill(bomb, EndReason.CANCELLED, grace_seconds=0)
    assert (await jail.wait(bomb)).reason == EndReason.CANCELLED
    assert await jail.processes() == 0


async def _at_least(jail: StandingJail, count: int) -> bool:
    return await jail.processes() >= count


@needs_cpu
async def test_a_session_gets_no_more_processor_time_than_its_share(where: Place, driver: Driver) -> None:
    jail = await limited(where, driver, JailLimits(cpus=0.2))

    done = await run(jail, "for i in 1 2; do timeout 3 sh -c 'while :; do :; done' & done; wait")

    # by what it used, since how long it took depends on who else was busy
    assert 0 < done.exit.cpu_ms <= done.exit.wall_ms * 0.2 + 250
    (group,) = (path for path in groups_of(jail.session_id) if path.is_relative_to(HERE["cpu"].base))
    stat = dict(line.split() for line in (_limited(group) / "cpu.stat").read_text().splitlines())
    assert int(stat["nr_throttled"]) > 0


def _limited(group: Path) -> Path:
    return group / "commands" if (group / "commands").is_dir() else group


async def test_what_enforces_a_limit_is_said(where: Place, driver: Driver) -> None:
    jail = await limited(where, driver, JailLimits(memory_bytes=200 * MIB, cpus=1.5, processes=300))

    told = {limit.name: (limit.asked, limit.enforced_by) for limit in jail.limits}

    assert told["memory"] == ("200 MiB", "cgroup" if "memory" in HERE else "watcher")
    assert told["cpus"] == ("1.5", "cgroup" if "cpu" in HERE else "")
    assert told["processes"] == ("300", "cgroup" if "pids" in HERE else "rlimit")


@pytest.mark.skipif(not HERE, reason="this user may make no control groups here")
async def test_no_group_is_left_when_a_session_ends(where: Place, driver: Driver) -> None:
    jail = await limited(where, driver, JailLimits())
    await start(jail, "setsid sleep 1000 & sleep 1000")
    assert len(groups_of(jail.session_id)) == len(set(HERE.values()))

    await jail.destroy()

    assert groups_of(jail.session_id) == []


@pytest.mark.bubblewrap
@pytest.mark.skipif(not HERE, reason="this user may make no control groups here")
async def test_the_groups_of_a_session_without_a_folder_are_found_and_removed(where: Place, driver: Driver) -> None:
    jail = await limited(where, driver, JailLimits())
    await jail.destroy()
    for found in set(HERE.values()):
        (found.base / "quarterdeck" / tag(where.state) / str(jail.session_id)).mkdir(parents=True)

    assert jail.session_id in await driver.sessions()
    assert await driver.adopt(jail.session_id) is None

    assert groups_of(jail.session_id) == []
    assert jail.session_id not in await driver.sessions()


@pytest.mark.skipif("freezer" not in HERE, reason="this user may freeze no control groups here")
async def test_what_is_frozen_forks_nothing_and_can_be_ended(where: Place, driver: Driver) -> None:
    jail = await limited(where, driver, JailLimits(processes=200))
    busy = await start(jail, "while :; do (echo x >> /tmp/n); done")
    await eventually(lambda: _counted(jail))

    await jail.freeze()
    first = (await run(jail, "wc -c < /tmp/n")).text
    assert (await run(jail, "sleep 0.1; wc -c < /tmp/n")).text == first

    await jail.kill(busy, EndReason.CANCELLED)
    assert (await jail.wait(busy)).reason == EndReason.CANCELLED
    assert (await run(jail, "wc -c < /tmp/n")).text == first
    await jail.thaw()


async def _counted(jail: StandingJail) -> bool:
    return (await run(jail, "cat /tmp/n 2>/dev/null")).text.count("\n") > 10


@pytest.mark.skipif("freezer" not in HERE, reason="this user may freeze no control groups here")
async def test_a_session_freezes_whose_ended_commands_nobody_has_fetched(emptied_jail: StandingJail) -> None:
    ended = await start(emptied_jail, "true")
    await emptied_jail.wait(ended)
    going_on = await start(emptied_jail, "until [ -e /tmp/stop ]; do echo >> /tmp/n; sleep 0.01; done")
    await eventually(lambda: _counted(emptied_jail))

    await emptied_jail.freeze()

    first = (await run(emptied_jail, "wc -l < /tmp/n")).text
    assert (await run(emptied_jail, "sleep 0.1; wc -l < /tmp/n")).text == first
    await emptied_jail.thaw()
    await run(emptied_jail, "touch /tmp/stop")
    await finish(emptied_jail, going_on)


@pytest.mark.skipif("freezer" not in HERE, reason="this user may freeze no control groups here")
async def test_a_frozen_session_whose_shim_is_gone_is_ended(where: Place, driver: Driver) -> None:
    jail = await limited(where, driver, JailLimits())
    await start(jail, "while :; do :; done")
    await jail.freeze()
    record = json.loads((where.shim_folder(jail.session_id) / "record.json").read_text())
    os.kill(record["shim"][0], signal.SIGKILL)

    assert await driver.adopt(jail.session_id) is None

    assert groups_of(jail.session_id) == []


@pytest.fixture
def without_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for an ordinary user to whom nothing was delegated."""
    monkeypatch.setattr(hierarchies, "find", lambda: ())


@pytest.mark.bubblewrap
@pytest.mark.usefixtures("without_groups")
async def test_without_control_groups_memory_is_watched(where: Place, driver: Driver) -> None:
    jail = await limited(where, driver, JailLimits(memory_bytes=200 * MIB))
    modest = await start(jail, "echo up; read line; echo $line")
    await read_until(jail, modest, b"up")

    done = await run(jail, "python3 -c 'import time; x = bytearray(500 << 20); time.sleep(1000)'")

    assert {limit.name: limit.enforced_by for limit in jail.limits}["memory"] == "watcher"
    assert done.exit.reason == EndReason.OUT_OF_MEMORY
    assert "memory ran out" in said(done)
    await jail.write_input(modest, b"well\n")
    assert (await finish(jail, modest)).exit.reason == EndReason.EXITED


@pytest.mark.bubblewrap
@pytest.mark.usefixtures("without_groups")
async def test_without_control_groups_a_command_is_watched_that_starts_its_first_process_late(
    where: Place, driver: Driver
) -> None:
    """As on a busy host."""
    jail = await limited(where, driver, JailLimits(memory_bytes=200 * MIB))
    shim = json.loads((where.shim_folder(jail.session_id) / "record.json").read_text())["shim"][0]
    (agent,) = (each for each in psutil.Process(shim).children() if each.name() == "agent")
    (waiting,) = await eventually(agent.children)
    waiting.suspend()
    late = await start(jail, "python3 -c 'import time; x = bytearray(500 << 20); time.sleep(1000)'")
    # then the agent has done what a start has it do
    await eventually(lambda: len(agent.children()) == 2 and agent.status() == psutil.STATUS_SLEEPING)

    waiting.resume()

    assert (await finish(jail, late)).exit.reason == EndReason.OUT_OF_MEMORY


@pytest.mark.usefixtures("without_groups")
async def test_without_control_groups_what_is_shared_counts_once(where: Place, driver: Driver) -> None:
    jail = await limited(where, driver, JailLimits(memory_bytes=200 * MIB))
    sharing = "import os, time; x = bytearray(100 << 20); [os.fork() for _ in range(3)]; time.sleep(1)"

    done = await run(jail, f"python3 -c '{sharing}'")

    assert (done.exit.reason, done.exit.exit_code) == (EndReason.EXITED, 0)


@pytest.mark.bubblewrap
@pytest.mark.usefixtures("without_groups")
async def test_where_the_kernel_counts_no_processes_of_a_jail_they_are_watched(
    where: Place, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck.jail.limits.counts_processes_by_namespace", lambda: False)
    jail = await limited(where, driver, JailLimits(processes=50))

    done = await run(jail, "for i in $(seq 80); do sleep 1000 & done; wait")

    assert {limit.name: limit.enforced_by for limit in jail.limits}["processes"] == "watcher"
    assert done.exit.reason == EndReason.TOO_MANY_PROCESSES
    assert await jail.processes() == 0


@pytest.mark.usefixtures("without_groups")
async def test_a_session_without_control_groups_freezes_by_signals(where: Place, driver: Driver) -> None:
    jail = await limited(where, driver, JailLimits())
    await start(jail, "while :; do (echo x >> /tmp/n); done")
    await eventually(lambda: _counted(jail))

    await jail.freeze()

    first, second = (await run(jail, "wc -c < /tmp/n; sleep 0.2; wc -c < /tmp/n")).text.split()
    assert first == second
    await jail.thaw()
