"""Hostile output, floods and full disks: everything arrives, once and in order, and nothing hangs."""

import hashlib
import os
from functools import partial

import pytest
from tests.support.jails import Place, finish, run, spec, start
from tests.support.waiting import eventually

from quarterdeck.application.frames import MAX_PAYLOAD, FrameKind, decode
from quarterdeck.domain.command import EndReason, Terminal
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.limits import MIB, JailLimits
from quarterdeck.jail.shim.spool import ROOM
from quarterdeck.jail.standing import StandingJail


async def test_every_byte_passes_unchanged(shared_jail: StandingJail) -> None:
    done = await run(shared_jail, "python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(256)) * 1000)'")

    assert done.output == bytes(range(256)) * 1000


async def test_a_line_of_fifty_megabytes_arrives_in_frames_of_bounded_size(shared_jail: StandingJail) -> None:
    done = await run(shared_jail, "head -c 50000000 /dev/zero | tr '\\0' a")

    assert len(done.output) == 50_000_000
    assert set(done.output) == {ord("a")}
    assert max(len(frame.data) for frame in done.frames) <= MAX_PAYLOAD


@pytest.mark.parametrize("terminal", [None, Terminal()], ids=["pipe", "terminal"])
async def test_a_counted_flood_arrives_whole(shared_jail: StandingJail, terminal: Terminal | None) -> None:
    done = await run(shared_jail, "seq 1 300000", terminal=terminal)

    assert done.text.replace("\r\n", "\n") == "".join(f"{number}\n" for number in range(1, 300_001))


async def test_times_of_frames_never_go_back(shared_jail: StandingJail) -> None:
    done = await run(shared_jail, "for i in 1 2 3 4 5; do echo $i; echo $i >&2; sleep 0.01; done")

    times = [frame.time_us for frame in done.frames]
    assert times == sorted(times)
    assert 40_000 < times[-1] < 30_000_000


async def test_segments_go_when_they_are_acknowledged(where: Place, jail: StandingJail) -> None:
    command_id = await start(jail, "head -c 20000000 /dev/zero")
    end = 0
    async for batch in jail.spool(command_id, 0):
        end = batch.end
    spool = where.shim_folder(jail.session_id) / "spool"
    assert len(list(spool.iterdir())) >= 4

    await jail.acknowledge(command_id, end // 2)
    await eventually(lambda: len(list(spool.iterdir())) <= 3)
    await jail.acknowledge(command_id, end)
    await eventually(lambda: not list(spool.iterdir()))


async def test_a_reader_can_start_in_the_middle(shared_jail: StandingJail) -> None:
    command_id = await start(shared_jail, "head -c 10000000 /dev/urandom | tee /tmp/sent")
    batches = [batch async for batch in shared_jail.spool(command_id, 0)]
    middle = batches[len(batches) // 2].position
    await shared_jail.acknowledge(command_id, middle)

    again = b"".join([batch.encoded async for batch in shared_jail.spool(command_id, middle)])

    assert again == b"".join(batch.encoded for batch in batches if batch.position >= middle)
    everything = b"".join(frame.data for batch in batches for frame in decode(batch.encoded))
    told = (await run(shared_jail, "sha256sum < /tmp/sent")).text.split()[0]
    assert hashlib.sha256(everything).hexdigest() == told


async def test_a_command_nobody_reads_waits_when_too_much_is_unacknowledged(where: Place, jail: StandingJail) -> None:
    command_id = await start(jail, "head -c 100000000 /dev/zero; echo > /tmp/through")
    spool = where.shim_folder(jail.session_id) / "spool"
    await eventually(lambda: sum(path.stat().st_size for path in spool.iterdir()) >= ROOM)

    assert sum(path.stat().st_size for path in spool.iterdir()) < ROOM + 8 * MIB
    assert (await run(jail, "ls /tmp/through 2>&1")).exit.exit_code != 0
    done = await finish(jail, command_id)

    assert len(done.output) == 100_000_000
    assert done.exit.exit_code == 0


async def test_too_much_output_ends_a_command_with_that_reason(where: Place) -> None:
    driver = where.driver(JailLimits(output_bytes=MIB))
    jail = await driver.create(spec(where.workspace()))

    done = await run(jail, "yes")

    assert done.exit.reason == EndReason.OUTPUT_LIMIT
    assert MIB < len(done.output) < 2 * MIB
    assert any(frame.kind == FrameKind.GAP and b"output limit" in frame.data for frame in done.frames)
    assert (await run(jail, "echo next")).text == "next\n"
    await driver.close()


async def test_input_that_nobody_reads_is_refused_at_some_point(shared_jail: StandingJail) -> None:
    command_id = await start(shared_jail, "sleep 1000")

    await shared_jail.write_input(command_id, bytes(2 * MIB))

    with pytest.raises(JailError, match="has not read"):
        await shared_jail.write_input(command_id, b"more")


async def test_much_input_arrives(shared_jail: StandingJail) -> None:
    command_id = await start(shared_jail, "sha256sum")
    sent = os.urandom(5_000_000)

    async def offer(at: int) -> bool:
        try:
            await shared_jail.write_input(command_id, sent[at : at + 500_000])
        except JailError:
            return False
        return True

    for at in range(0, len(sent), 500_000):
        await eventually(partial(offer, at))
    await shared_jail.write_input(command_id, b"", end=True)
    done = await finish(shared_jail, command_id)

    assert done.text.split()[0] == hashlib.sha256(sent).hexdigest()


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small file system")
@pytest.mark.bubblewrap
async def test_a_full_disk_loses_nothing_and_ends_nothing(where: Place) -> None:
    """The state folder lies on a file system of 3 MiB, which one command fills and another overfills."""
    with where.on_small_disk(3 * MIB):
        driver = where.driver()
        jail = await driver.create(spec(where.workspace()))
        filler = where.state / "filler"

        filled = await start(jail, "read -r x; head -c 20000000 /dev/zero; echo end")
        filler.write_bytes(bytes(2 * MIB))
        await jail.write_input(filled, b"go\n")
        done = await finish(jail, filled)

        assert len(done.output) == 20_000_004
        assert done.exit.exit_code == 0
        assert (await run(jail, "echo still here")).text == "still here\n"
        await jail.destroy()
        await driver.close()
