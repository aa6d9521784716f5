"""Everything a command started is ended with it, wherever it hid; and what it leaves in peace lives on."""

import asyncio
import json
import os
import signal
from pathlib import Path
from uuid import uuid4

import pytest
from tests.support.jails import JAIL_UID, Place, Standing, finish, processes_of, read_until, run, spec, start
from tests.support.waiting import eventually

from quarterdeck.application.frames import FrameKind
from quarterdeck.domain.command import EndReason
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.limits import JailLimits
from quarterdeck.jail.shim.server import NO_ROOM
from quarterdeck.jail.standing import StandingJail

UID = os.getuid() if JAIL_UID is None else JAIL_UID
DAEMON = """python3 - <<'END'
import os, signal, time
for _ in range(2):
    if os.fork():
        os._exit(0)
    os.setsid()
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
open('/tmp/daemon', 'w').write(str(os.getpid()))
time.sleep(1000)
END
while [ ! -s /tmp/daemon ]; do sleep 0.01; done
"""
TREE = """python3 - <<'END'
import os, signal, time
for depth in range(6):
    os.fork()
    if depth % 2:
        os.setsid() if os.getpid() != os.getsid(0) and os.getpid() != os.getpgid(0) else None
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(1000)
END"""
CHAIN = """python3 -c '
import os
print("up", flush=True)
while True:
    if os.fork():
        os._exit(0)
    os.setsid()
' & sleep 1000"""
FILL = """exec python3 -c '
import os, time
try:
    while os.fork():
        pass
except OSError:
    print("full", flush=True)
time.sleep(1000)
'"""
BOMB = """echo up; bomb() { bomb & bomb & }; trap '' TERM; bomb 2>/dev/null; sleep 1000"""


async def _nobody_left(jail: StandingJail) -> bool:
    return await jail.processes() == 0


@pytest.mark.parametrize("text", [f"{DAEMON} echo up; sleep 1000", TREE, CHAIN], ids=["daemon", "tree", "chain"])
async def test_a_kill_ends_whatever_a_command_started(emptied_jail: StandingJail, text: str) -> None:
    command_id = await start(emptied_jail, text)
    await read_until(emptied_jail, command_id, b"up")

    await emptied_jail.kill(command_id, EndReason.CANCELLED, grace_seconds=0.2)

    assert (await emptied_jail.wait(command_id)).reason == EndReason.CANCELLED
    assert await emptied_jail.processes() == 0


STOPS_THOSE_THAT_WAIT = """
import os, select, signal, sys
def parent(pid):
    return int(open("/proc/%d/stat" % pid).read().rpartition(")")[2].split()[1])
mine = os.getppid()
def others():
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [pid for pid in pids if pid != mine and parent(pid) == parent(mine)]
def send(number):
    found = others()
    for pid in found:
        os.kill(pid, number)
    return found
while not send(signal.SIGSTOP):
    pass
print("stopped", flush=True)
while not select.select([sys.stdin], [], [], 0.01)[0]:
    send(signal.SIGSTOP)
for pid in send(signal.SIGSTOP):
    os.kill(pid, signal.SIGKILL)
"""
"""Supervisors that were made for commands to come are stopped for as long as there is no input, and then killed. Those
alone: one that runs may have begun what another that was killed before it had waited for.
"""


async def test_a_kill_ends_a_fork_bomb_and_the_session_goes_on(where: Place) -> None:
    driver = where.driver(JailLimits(processes=200))
    jail = await driver.create(spec(where.workspace()))
    command_id = await start(jail, BOMB)
    await read_until(jail, command_id, b"up")
    await eventually(lambda: _more_than(jail, 100))

    await jail.kill(command_id, EndReason.CANCELLED, grace_seconds=0.1)

    assert (await jail.wait(command_id)).reason == EndReason.CANCELLED
    assert await jail.processes() == 0
    assert (await run(jail, "echo fine")).text == "fine\n"
    await driver.close()


async def test_a_command_that_takes_all_processes_does_not_end_the_jail(where: Place) -> None:
    driver = where.driver(JailLimits(processes=40))
    jail = await driver.create(spec(where.workspace()))
    filling = await start(jail, FILL)
    await read_until(jail, filling, b"full")

    refused = [await _tried(jail) for _ in range(5)]

    # one finds room where a process of ours has just ended; what fills the jail goes on in either case
    assert set(refused) <= {EndReason.NOT_STARTED, EndReason.EXITED}
    assert await _more_than(jail, 20)
    await jail.kill(filling, EndReason.CANCELLED, grace_seconds=0.1)
    assert (await jail.wait(filling)).reason == EndReason.CANCELLED
    assert (await run(jail, "echo fine")).text == "fine\n"
    await driver.close()


async def _tried(jail: StandingJail) -> EndReason:
    try:
        return (await run(jail, "echo no room")).exit.reason
    except JailError as error:
        if error.message != NO_ROOM:
            raise
        return EndReason.NOT_STARTED


async def _more_than(jail: StandingJail, count: int) -> bool:
    return await jail.processes() > count


async def test_a_program_that_minds_the_first_signal_ends_within_the_grace(emptied_jail: StandingJail) -> None:
    command_id = await start(emptied_jail, "trap 'echo goodbye; exit 9' TERM; echo up; while :; do sleep 0.05; done")
    await read_until(emptied_jail, command_id, b"up")

    await emptied_jail.kill(command_id, EndReason.CANCELLED, grace_seconds=30)
    done = await finish(emptied_jail, command_id)

    assert "goodbye" in done.text
    assert (done.exit.exit_code, done.exit.reason) == (9, EndReason.CANCELLED)


async def test_a_time_out_ends_what_ignores_it(emptied_jail: StandingJail) -> None:
    done = await run(emptied_jail, "trap '' TERM; (trap '' TERM; sleep 1000) & sleep 1000 & wait", timeout=1)

    assert done.exit.reason == EndReason.TIMED_OUT
    assert done.exit.wall_ms < 15_000
    assert await emptied_jail.processes() == 0


async def test_a_stopped_command_is_killed_too(emptied_jail: StandingJail) -> None:
    command_id = await start(emptied_jail, "echo up; kill -STOP $$")
    await read_until(emptied_jail, command_id, b"up")

    await emptied_jail.kill(command_id, EndReason.CANCELLED, grace_seconds=0.1)

    assert (await emptied_jail.wait(command_id)).reason == EndReason.CANCELLED


async def test_background_children_live_on_and_do_not_delay_the_end(emptied_jail: StandingJail) -> None:
    done = await run(emptied_jail, "(until [ -e /tmp/stop ]; do echo late; sleep 0.02; done) & echo early")

    assert "early\n" in done.text
    assert done.exit.exit_code == 0
    assert await emptied_jail.processes() > 0
    assert (await run(emptied_jail, "echo other; touch /tmp/stop")).text == "other\n"
    await eventually(lambda: _nobody_left(emptied_jail))


async def test_a_flood_from_a_background_child_neither_blocks_it_nor_reaches_the_spool(
    emptied_jail: StandingJail,
) -> None:
    done = await run(emptied_jail, "(head -c 20000000 /dev/zero; echo done > /tmp/flooded) & exit 0")
    assert done.exit.exit_code == 0

    seen = await run(emptied_jail, "while [ ! -s /tmp/flooded ]; do sleep 0.02; done; cat /tmp/flooded")

    assert seen.text == "done\n"
    await eventually(lambda: _nobody_left(emptied_jail))


async def test_a_kill_after_the_end_ends_what_was_left_behind(emptied_jail: StandingJail) -> None:
    command_id = await start(emptied_jail, "sleep 1000 & exit 0")
    await emptied_jail.wait(command_id)
    assert await emptied_jail.processes() == 1

    await emptied_jail.kill(command_id, EndReason.CANCELLED, grace_seconds=0.1)

    await eventually(lambda: _nobody_left(emptied_jail))
    assert (await emptied_jail.wait(command_id)).reason == EndReason.EXITED


async def test_what_a_shell_leaves_that_ends_as_it_is_killed_is_gone_before_the_end_is_told(
    standing: Standing, emptied_jail: StandingJail
) -> None:
    shell, left = f"shell-{uuid4().hex}", f"left-{uuid4().hex}"
    text = f"(trap '' TERM; exec -a {left} sleep 1000) & exec -a {shell} sleep 1000"
    command_id = await start(emptied_jail, text)
    (pid,) = await eventually(lambda: processes_of(UID, left) and processes_of(UID, shell))
    shim = json.loads((standing.where.shim_folder(emptied_jail.session_id) / "record.json").read_text())["shim"][0]
    os.kill(shim, signal.SIGSTOP)
    killing = asyncio.create_task(emptied_jail.kill(command_id, EndReason.CANCELLED, grace_seconds=1))
    await asyncio.sleep(0)

    # the shim finds what it is asked, and after that what is said of the end: its own word comes too late
    os.kill(pid, signal.SIGKILL)
    await eventually(lambda: not Path(f"/proc/{pid}").exists())
    os.kill(shim, signal.SIGCONT)

    await killing
    assert (await emptied_jail.wait(command_id)).reason == EndReason.CANCELLED
    assert await emptied_jail.processes() == 0


async def test_a_command_whose_supervisor_is_killed_from_inside_ends_with_what_it_started(
    emptied_jail: StandingJail,
) -> None:
    other = await start(emptied_jail, "echo up; read -r x; echo other")
    await read_until(emptied_jail, other, b"up")

    done = await run(emptied_jail, f"{DAEMON} kill -9 $PPID; sleep 1000")

    assert (done.exit.signal, done.exit.reason) == ("KILL", EndReason.SIGNALLED)
    assert b"killed from inside" in b"".join(frame.data for frame in done.frames if frame.kind == FrameKind.GAP)
    await emptied_jail.write_input(other, b"go\n")
    assert (await finish(emptied_jail, other)).text.endswith("other\n")
    await eventually(lambda: _nobody_left(emptied_jail))


async def test_when_the_end_of_a_killed_supervisors_command_is_told_all_that_it_started_is_gone(
    emptied_jail: StandingJail,
) -> None:
    done = await run(emptied_jail, "for i in $(seq 100); do sleep 1000 & done; kill -9 $PPID; sleep 1000")

    assert done.exit.reason == EndReason.SIGNALLED
    assert await emptied_jail.processes() == 0


async def test_a_jail_whose_agent_is_killed_from_inside_is_made_anew_on_the_same_files(jail: StandingJail) -> None:
    await run(jail, "echo kept > file; mkdir deep; cd deep; export DECK=quarter")
    other = await start(jail, "echo up; sleep 1000")
    await read_until(jail, other, b"up")

    done = await run(jail, "kill -9 -1; sleep 1000")

    assert done.exit.reason == EndReason.SIGNALLED
    assert (await jail.wait(other)).reason == EndReason.SIGNALLED
    assert (await run(jail, "pwd; cat ../file; echo $DECK")).text == "/workspace/deep\nkept\nquarter\n"


async def test_a_jail_can_be_killed_from_inside_again_and_again(jail: StandingJail) -> None:
    for number in range(5):
        assert (await run(jail, "kill -9 -1")).exit.reason is EndReason.SIGNALLED
        assert (await run(jail, f"echo {number}")).text == f"{number}\n"


async def test_a_command_whose_supervisor_is_killed_before_it_began_is_given_to_another(
    emptied_jail: StandingJail,
) -> None:
    killer = await start(emptied_jail, f"exec python3 -c '{STOPS_THOSE_THAT_WAIT}'")
    await read_until(emptied_jail, killer, b"stopped")
    other = await start(emptied_jail, "read -r x; echo began with $x")
    await emptied_jail.write_input(other, b"input\n")

    await emptied_jail.write_input(killer, b"go\n")

    assert (await finish(emptied_jail, other)).text == "began with input\n"
    assert (await finish(emptied_jail, killer)).exit.exit_code == 0
    await eventually(lambda: _nobody_left(emptied_jail))


async def test_a_stopped_agent_does_not_keep_a_command_from_its_end(jail: StandingJail) -> None:
    command_id = await start(jail, "echo up; kill -STOP -1; sleep 1000")
    await read_until(jail, command_id, b"up")

    await jail.kill(command_id, EndReason.CANCELLED, grace_seconds=0)

    assert (await jail.wait(command_id)).reason == EndReason.CANCELLED
    assert (await run(jail, "echo on")).text == "on\n"


async def test_what_a_command_used_is_told(emptied_jail: StandingJail) -> None:
    done = await run(emptied_jail, "python3 -c 'x = bytearray(64 << 20); sum(range(2_000_000))' & wait; sleep 0.1")

    assert done.exit.peak_memory_bytes > 64 << 20
    assert done.exit.cpu_ms > 10
    assert done.exit.wall_ms >= 100


async def test_a_frozen_jail_stands_still(emptied_jail: StandingJail) -> None:
    counting = await start(emptied_jail, "until [ -e /tmp/stop ]; do echo >> /tmp/n; sleep 0.01; done")
    await eventually(lambda: _counted(emptied_jail, beyond=0))

    await emptied_jail.freeze()
    first, second = (await run(emptied_jail, "wc -l < /tmp/n; sleep 0.2; wc -l < /tmp/n")).text.split()
    assert first == second
    await emptied_jail.thaw()
    await eventually(lambda: _counted(emptied_jail, beyond=int(second)))
    await run(emptied_jail, "touch /tmp/stop")
    await finish(emptied_jail, counting)


async def _counted(jail: StandingJail, beyond: int) -> bool:
    # a line is written whole: a file that is written anew may be frozen empty
    return (await run(jail, "cat /tmp/n 2>/dev/null")).text.count("\n") > beyond
