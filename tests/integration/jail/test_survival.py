"""What dies, what survives it, and that nothing is left of what is gone."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.support.jails import JAIL_UID, Driver, Place, Standing, finish, processes_of, read_until, run, spec, start
from tests.support.waiting import eventually

from quarterdeck.application.frames import FrameKind, decode
from quarterdeck.domain.command import EndReason
from quarterdeck.jail.bubblewrap import BubblewrapDriver
from quarterdeck.jail.cgroups.hierarchies import find
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.launcher import Launcher
from quarterdeck.jail.standing import StandingJail

WORKER = """
import asyncio, sys
from pathlib import Path
from uuid import UUID
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.jail.abstract import ExecSpec, JailSpec
from quarterdeck.jail.bubblewrap import BubblewrapDriver

async def main(state, session, command, uid):
    session = UUID(session)
    folder = Path(state) / "sessions" / str(session)
    workspace = PreparedWorkspace(
        session_id=session, kind="overlay", base_commit="", tree="",
        upper=folder / "upper", work=folder / "work", lower=Path(state).parent / "lower",
    )
    driver = BubblewrapDriver(Path(state), int(uid) if uid else None)
    jail = await driver.create(JailSpec(session_id=session, workspace=workspace))
    text = "n=0; while [ $n -lt 3000 ]; do n=$((n+1)); echo line $n; [ $((n % 100)) -gt 0 ] || sleep 0.02; done"
    await jail.start(ExecSpec(command_id=UUID(command), text=text))
    async for batch in jail.spool(UUID(command), 0):
        if batch.end > 2000:
            print(batch.end, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""

OPENING = """
import asyncio, sys
from pathlib import Path
from uuid import UUID
from quarterdeck.jail.abstract import JailSpec
from quarterdeck.jail.bubblewrap import BubblewrapDriver

async def main(state, session, uid):
    coming = asyncio.get_running_loop().create_future()
    driver = BubblewrapDriver(Path(state), int(uid) if uid else None)
    await driver.create(JailSpec(session_id=UUID(session), workspace=coming))

asyncio.run(main(*sys.argv[1:]))
"""
"""A worker that waits for a session's files for ever."""

UID = os.getuid() if JAIL_UID is None else JAIL_UID
MORE = 0 if not find() else 1
QUIET = {"bubblewrap": 6 + MORE, "docker": 3 + MORE}
"""Processes of an idle jail: shim, agent, a subreaper that waits, or two; bubblewrap twice, and its payload."""


def _record(where: Place, session_id: UUID) -> dict[str, list[int]]:
    return dict(json.loads((where.shim_folder(session_id) / "record.json").read_text()))


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _all_of(where: Place, session_id: UUID) -> set[int]:
    """The session's shim, the jail's first process, and all that descend from them."""
    record = _record(where, session_id)
    return _family(record["shim"][0]) | _family(record["first"][0])


def _family(pid: int) -> set[int]:
    """A process and all that descend from it. Fails where one ends meanwhile, whose children may not be seen."""
    try:
        children = [each for task in Path(f"/proc/{pid}/task").iterdir() for each in _numbers(task / "children")]
    except OSError as gone:
        raise AssertionError(f"process {pid} ended while they were looked up") from gone
    return {pid}.union(*map(_family, children))


def _numbers(file: Path) -> list[int]:
    return [int(word) for word in file.read_text().split()]


@pytest.mark.bubblewrap
async def test_a_worker_killed_without_warning_loses_nothing(where: Place, driver: Driver) -> None:
    workspace, command_id = where.workspace(), uuid4()
    uid = "64100" if os.geteuid() == 0 else ""
    arguments = [str(where.state), str(workspace.session_id), str(command_id), uid]
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", textwrap.dedent(WORKER), *arguments, stdout=subprocess.PIPE
    )
    assert worker.stdout is not None
    position = int(await asyncio.wait_for(worker.stdout.readline(), 30))
    worker.kill()
    await worker.wait()

    jail = await driver.adopt(workspace.session_id)

    assert jail is not None
    assert list(await jail.commands()) == [command_id]
    whole = b"".join([batch.encoded async for batch in jail.spool(command_id, 0)])
    rest = b"".join([batch.encoded async for batch in jail.spool(command_id, position)])
    assert whole.endswith(rest)
    assert len(whole) == position + len(rest)
    printed = b"".join(frame.data for frame in decode(whole) if frame.kind == FrameKind.OUTPUT)
    assert printed == b"".join(b"line %d\n" % number for number in range(1, 3001))
    assert (await jail.wait(command_id)).exit_code == 0
    assert (await run(jail, "echo next")).text == "next\n"


async def test_a_jail_that_ends_while_its_shim_does_not_look_is_made_anew_whole(
    where: Place, driver: Driver, jail: StandingJail
) -> None:
    """The shim hears at once of the agent, its channel and each command: none of it is about the jail made then."""
    shim = _record(where, jail.session_id)["shim"][0]
    for number in range(10):
        others = [await start(jail, "echo up; sleep 1000") for _ in range(number % 4)]
        for other in others:
            await read_until(jail, other, b"up")
        ending = await start(jail, "read -r _; kill -9 -1")
        agents = _family(_record(where, jail.session_id)["first"][0]) | _family(shim) - {shim}
        await jail.write_input(ending, b"go\n")
        os.kill(shim, signal.SIGSTOP)
        await eventually(partial(_few_are_alive, agents))
        os.kill(shim, signal.SIGCONT)

        for command in (*others, ending):
            assert (await asyncio.wait_for(jail.wait(command), 20)).reason == EndReason.SIGNALLED
        done = await asyncio.wait_for(run(jail, f"echo {number}"), 20)
        assert done.text == f"{number}\n"
        assert await asyncio.wait_for(jail.processes(), 20) == 0


async def _few_are_alive(pids: set[int]) -> bool:
    """No more than bubblewrap itself, which `kill -9 -1` spares."""
    return sum(map(_alive, pids)) <= 2


def _ticks(pid: int) -> int:
    """Processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


ALONE = 12
"""Seconds: time enough for a command to begin and be left alone on a busy host, and less than it then stands still."""


async def test_a_jail_without_a_worker_stands_still_after_a_while_until_one_lets_it_go_on(
    where: Place, driver: Driver
) -> None:
    clock = await driver.create(spec(where.workspace()))
    left, mark = where.driver(alone_seconds=0.3), f"busy-{uuid4().hex}"
    jail = await left.create(spec(where.workspace()))
    spins = f"exec -a {mark} bash -c 'until [ -e /tmp/stop ]; do :; done; echo done'"
    command_id = await start(jail, spins, timeout=ALONE)
    [pid] = await eventually(lambda: processes_of(UID, mark))
    await left.close()

    async def stands_still() -> bool:
        before = _ticks(pid)
        await run(clock, "read -t 0.5 < <(exec sleep 9)")
        return _ticks(pid) == before

    await eventually(stands_still, within=20)
    # also when a worker comes that does not know yet whose the session is; and no time-out passes
    again = await driver.adopt(jail.session_id)
    assert again
    until = time.monotonic() + ALONE
    while time.monotonic() < until:
        assert await stands_still()
    await again.thaw()
    await run(again, "touch /tmp/stop")
    done = await finish(again, command_id)
    assert (done.text, done.exit.exit_code) == ("done\n", 0)


@pytest.mark.bubblewrap
async def test_a_shim_that_waits_for_the_files_ends_with_its_worker_and_is_cleared_away(
    where: Place, driver: Driver
) -> None:
    session_id, uid = uuid4(), "" if JAIL_UID is None else str(JAIL_UID)
    arguments = (sys.executable, "-c", OPENING, str(where.state), str(session_id), uid)
    worker = await asyncio.create_subprocess_exec(*arguments, cwd="/")
    shim = f"quarterdeck shim {session_id}"
    await eventually(lambda: processes_of(UID, shim), within=20)

    worker.kill()
    await worker.wait()

    await eventually(lambda: not processes_of(UID, shim), within=20)
    assert await driver.sessions() == [session_id]
    assert await driver.adopt(session_id) is None
    assert await driver.sessions() == []
    assert not where.shim_folder(session_id).exists()


@pytest.mark.bubblewrap
async def test_a_shim_that_waits_for_the_files_ends_where_its_making_is_given_up(where: Place, driver: Driver) -> None:
    workspace, coming = where.workspace(), asyncio.get_running_loop().create_future()
    making = asyncio.create_task(driver.create(replace(spec(workspace), workspace=coming)))
    shim = f"quarterdeck shim {workspace.session_id}"
    await eventually(lambda: processes_of(UID, shim), within=20)

    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making

    await eventually(lambda: not processes_of(UID, shim), within=20)
    assert await driver.sessions() == []
    assert not coming.cancelled()


@pytest.mark.bubblewrap
async def test_a_killed_zygote_is_replaced(where: Place, driver: Driver) -> None:
    assert isinstance(driver, BubblewrapDriver)
    first = await driver.create(spec(where.workspace()))
    zygote = driver.zygote_pid
    assert zygote is not None
    os.kill(zygote, signal.SIGKILL)

    second = await driver.create(spec(where.workspace()))

    assert driver.zygote_pid != zygote
    assert (await run(first, "echo first")).text == "first\n"
    assert (await run(second, "echo second")).text == "second\n"


async def test_a_killed_shim_takes_its_jail_with_it_and_is_cleared_away(
    where: Place, driver: Driver, jail: StandingJail
) -> None:
    command_id = await start(jail, "(setsid sleep 1000 &); echo up; sleep 1000")
    await read_until(jail, command_id, b"up")
    shim = _record(where, jail.session_id)["shim"][0]
    family = _all_of(where, jail.session_id)
    assert len(family) >= 4
    waiting = asyncio.create_task(jail.wait(command_id))
    await asyncio.sleep(0)

    os.kill(shim, signal.SIGKILL)

    with pytest.raises(JailError):
        await waiting
    with pytest.raises(JailError):
        await run(jail, "true")
    await eventually(lambda: not any(_alive(pid) for pid in family))
    assert list(await driver.sessions()) == [jail.session_id]
    assert await driver.adopt(jail.session_id) is None
    assert list(await driver.sessions()) == []


async def test_after_a_dead_shim_the_session_gets_a_new_jail_on_its_files(where: Place, driver: Driver) -> None:
    workspace = where.workspace()
    jail = await driver.create(spec(workspace))
    await run(jail, "echo kept > file")
    os.kill(_record(where, jail.session_id)["shim"][0], signal.SIGKILL)
    assert await driver.adopt(workspace.session_id) is None

    again = await driver.create(spec(workspace))

    assert (await run(again, "cat file")).text == "kept\n"


async def test_a_shim_that_hangs_is_ended_when_it_is_to_be_adopted(
    where: Place, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck.jail.shims.HELLO_SECONDS", 0.2)
    jail = await driver.create(spec(where.workspace()))
    shim = _record(where, jail.session_id)["shim"][0]
    family = _all_of(where, jail.session_id)
    os.kill(shim, signal.SIGSTOP)

    assert await driver.adopt(jail.session_id) is None

    await eventually(lambda: not any(_alive(pid) for pid in family))


async def test_a_record_that_names_a_foreign_process_harms_nobody(where: Place, driver: Driver) -> None:
    workspace = where.workspace()
    shim = where.shim_folder(workspace.session_id)
    shim.mkdir()
    started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    own = [os.getpid(), started + 1]
    (shim / "record.json").write_text(json.dumps({"boot": boot, "shim": own, "first": [1, 0]}))

    assert await driver.adopt(workspace.session_id) is None

    assert not shim.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"boot": 1}', b"\xff" * 100, b'{"boot": "x", "shim": 3}'])
async def test_a_broken_record_is_a_ruin(where: Place, driver: Driver, content: bytes) -> None:
    workspace = where.workspace()
    where.shim_folder(workspace.session_id).mkdir()
    (where.shim_folder(workspace.session_id) / "record.json").write_bytes(content)

    assert await driver.adopt(workspace.session_id) is None
    assert list(await driver.sessions()) == []


async def test_ruins_with_links_and_pipes_are_cleared_without_following_them(where: Place, driver: Driver) -> None:
    workspace = where.workspace()
    precious = where.root / "precious"
    precious.mkdir()
    (precious / "file").write_text("kept")
    shim = where.shim_folder(workspace.session_id)
    (shim / "deep" / "er").mkdir(parents=True)
    (shim / "link").symlink_to(precious)
    (shim / "spool").symlink_to(precious)
    os.mkfifo(shim / "record.json")

    assert await asyncio.wait_for(driver.adopt(workspace.session_id), 5) is None

    assert not shim.exists()
    assert (precious / "file").read_text() == "kept"


async def test_a_session_folder_that_is_a_link_is_not_followed(where: Place, driver: Driver) -> None:
    session_id = uuid4()
    elsewhere = where.root / "elsewhere"
    (elsewhere / "shim").mkdir(parents=True)
    await driver.sessions()
    (where.state / "sessions").mkdir(parents=True, exist_ok=True)
    (where.state / "sessions" / str(session_id)).symlink_to(elsewhere)

    assert list(await driver.sessions()) == []
    with pytest.raises(JailError, match="cannot be opened"):
        await driver.adopt(session_id)

    assert (elsewhere / "shim").is_dir()


async def test_destroying_leaves_no_process_no_mount_and_no_socket(
    where: Place, driver: Driver, jail: StandingJail
) -> None:
    command_id = await start(jail, "(setsid sh -c 'trap \"\" TERM HUP; echo deaf; sleep 1000' &); echo up; sleep 1000")
    await read_until(jail, command_id, b"up")
    await read_until(jail, command_id, b"deaf")
    family = _all_of(where, jail.session_id)

    await jail.destroy()

    await eventually(lambda: not any(_alive(pid) for pid in family))
    assert not where.shim_folder(jail.session_id).exists()
    assert where.upper(jail.session_id).is_dir()
    assert str(where.root) not in Path("/proc/self/mounts").read_text()
    await jail.destroy()


async def test_two_hundred_commands_in_sequence_leave_nothing_behind(
    standing: Standing, emptied_jail: StandingJail
) -> None:
    shim = _record(standing.where, emptied_jail.session_id)["shim"][0]
    await run(emptied_jail, "true")
    await eventually(lambda: len(_all_of(standing.where, emptied_jail.session_id)) == QUIET[emptied_jail.driver])
    before = len(list(Path(f"/proc/{shim}/fd").iterdir())) if os.geteuid() == 0 else 0

    for number in range(200):
        assert (await run(emptied_jail, f"echo {number}")).text == f"{number}\n"

    await eventually(lambda: _is_quiet(emptied_jail, standing.where, shim, before))


async def _is_quiet(jail: StandingJail, where: Place, shim: int, descriptors: int) -> bool:
    now = len(list(Path(f"/proc/{shim}/fd").iterdir())) if os.geteuid() == 0 else 0
    spool = list((where.shim_folder(jail.session_id) / "spool").iterdir())
    quiet = (spool, len(_all_of(where, jail.session_id))) == ([], QUIET[jail.driver])
    # when `descriptors` were counted, the first command's last ones may not have been closed yet
    return now <= descriptors and quiet and await jail.processes() == 0


async def test_a_lost_connection_is_made_again(emptied_jail: StandingJail) -> None:
    command_id = await start(emptied_jail, "echo one; read -r x; echo two")
    await read_until(emptied_jail, command_id, b"one")
    waiting = asyncio.create_task(finish(emptied_jail, command_id))
    emptied_jail.cut()

    await emptied_jail.write_input(command_id, b"go\n")

    assert (await waiting).text == "one\ntwo\n"


async def test_a_lost_connection_is_made_again_once_for_all_who_miss_it(emptied_jail: StandingJail) -> None:
    await emptied_jail.processes()
    before = _open_descriptors()
    emptied_jail.cut()

    await asyncio.gather(*(emptied_jail.processes() for _ in range(5)))

    await eventually(lambda: _open_descriptors() <= before)


def _open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_several_workers_may_hold_a_jail(standing: Standing, emptied_jail: StandingJail) -> None:
    other_driver = standing.where.driver()
    other = await other_driver.adopt(emptied_jail.session_id)
    assert other is not None
    command_id = await start(emptied_jail, "echo up; read -r x; echo $x")
    await read_until(other, command_id, b"up")

    await other.write_input(command_id, b"both\n")

    ends = await asyncio.gather(emptied_jail.wait(command_id), other.wait(command_id))
    assert ends[0] == ends[1]
    await other_driver.close()
    assert (await finish(emptied_jail, command_id)).text == "up\nboth\n"


async def test_fifty_commands_at_once_all_end(emptied_jail: StandingJail) -> None:
    started = [await start(emptied_jail, f"sleep 0.0{number % 9}; echo {number}") for number in range(50)]

    done = await asyncio.gather(*(finish(emptied_jail, command_id) for command_id in started))

    assert [each.text for each in done] == [f"{number}\n" for number in range(50)]


async def test_a_workspace_that_is_not_there_is_told(where: Place, driver: Driver) -> None:
    workspace = where.workspace()
    workspace.upper.rmdir()

    with pytest.raises(JailError, match=r"cannot be made|Docker refuses") as caught:
        await driver.create(spec(workspace))

    assert caught.value.next_step
    assert not where.shim_folder(workspace.session_id).exists()


async def test_a_closed_driver_leaves_its_jails_standing(where: Place) -> None:
    launcher = Launcher()
    driver = where.driver(launcher=launcher)
    jail = await driver.create(spec(where.workspace()))
    command_id = await start(jail, "sleep 1000")
    shim = _record(where, jail.session_id)["shim"][0]
    assert launcher.pid is not None

    await driver.close()

    assert launcher.pid is None
    assert _alive(shim)
    again = await driver.adopt(jail.session_id)
    assert again is not None
    await again.kill(command_id, EndReason.CANCELLED)
    assert (await again.wait(command_id)).reason == EndReason.CANCELLED
    await driver.close()


@pytest.mark.bubblewrap
async def test_the_protections_of_this_host_are_told_from_inside(where: Place, driver: Driver) -> None:
    found = {each.name: each for each in await driver.protections()}

    assert [name for name, each in found.items() if not each.on] == []
    assert {"jail", "seccomp", "no network", "overlay workspaces"} <= found.keys()
    assert list(await driver.sessions()) == []


@pytest.mark.bubblewrap
async def test_a_jail_that_must_run_as_root_is_refused(where: Place) -> None:
    driver = BubblewrapDriver(where.state, 0 if os.geteuid() == 0 else None)
    if os.geteuid() != 0:
        pytest.skip("an ordinary user's jails never run as root")

    with pytest.raises(JailError, match="must not run as root"):
        await driver.create(spec(where.workspace()))


@pytest.mark.root
@pytest.mark.bubblewrap
@pytest.mark.skipif(os.geteuid() != 0, reason="root passes everywhere, the jail's user does not")
async def test_a_state_folder_out_of_reach_is_named(where: Place) -> None:
    closed = where.root / "closed"
    closed.mkdir(mode=0o700)
    driver = BubblewrapDriver(closed / "worker", 64100)

    with pytest.raises(JailError, match=str(closed)) as caught:
        await driver.create(spec(where.workspace()))

    assert "chmod" in caught.value.next_step
    await driver.close()
