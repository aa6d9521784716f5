"""Docker's jails beside bubblewrap's on the same workspace, and beside a bare `docker run`; on a daemon of its own."""

import asyncio
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import uvloop
from tests.support.docker_daemon import CANNOT, OwnDaemon, own_daemon

from benchmarks import jail as measured
from benchmarks.row import Row
from quarterdeck.jail.abstract import JailDriver, JailSpec
from quarterdeck.jail.bubblewrap import BubblewrapDriver
from quarterdeck.jail.docker import containers
from quarterdeck.jail.docker.driver import DockerDriver
from quarterdeck.jail.standing import StandingJail

JAILS = 8
COMMANDS = 100


async def run() -> list[Row]:
    return [] if CANNOT else await asyncio.to_thread(_run)


def _run() -> list[Row]:
    root = Path(tempfile.mkdtemp(prefix="qd-bench-docker-"))
    root.chmod(0o711)
    try:
        lower = measured.repository(root / "lower")
        with own_daemon() as daemon:
            return uvloop.run(_measure(root, lower, daemon))
    finally:
        subprocess.run(["chmod", "-R", "u+rwX", str(root)], check=True)
        shutil.rmtree(root)


async def _measure(root: Path, lower: Path, daemon: OwnDaemon) -> list[Row]:
    cold, warm, memory = await _driver(
        DockerDriver(root / "worker", measured.JAIL_UID, daemon.address), root, lower, daemon
    )
    other_cold, other_warm, other_memory = await _driver(
        BubblewrapDriver(root / "worker", measured.JAIL_UID), root, lower, daemon
    )
    bare = [measured.timed(lambda: _bare(daemon)) for _ in range(JAILS)]
    made, other_made, run_bare = (measured.percentile(taken, 50) for taken in (cold, other_cold, bare))
    ours, others = measured.percentile(warm, 50), measured.percentile(other_warm, 50)
    return [
        Row(
            name="Docker's jail made on 50,000 files, p50",
            value=made,
            unit="ms",
            peer="docker run of `true`",
            peer_value=run_bare,
            limit="<= 1 x peer",
            met=made <= run_bare,
        ),
        measured.row("Docker's jail made on 50,000 files, p50", made, "bubblewrap's", other_made, None),
        measured.row("`true` in Docker's open jail, p50", ours, "in bubblewrap's", others, None),
        Row(
            name="memory of an idle session of Docker's, without containerd's shim",
            value=memory,
            unit="MB",
            peer="of bubblewrap's",
            peer_value=other_memory,
        ),
    ]


async def _driver(
    driver: JailDriver, root: Path, lower: Path, daemon: OwnDaemon
) -> tuple[list[float], list[float], float]:
    """Seconds to make each jail, seconds of each command in an open one, and megabytes of an idle one."""
    # the first makes what all share
    await (await _jail(driver, root, lower, [])).destroy()
    cold: list[float] = []
    jails = [await _jail(driver, root, lower, cold) for _ in range(JAILS)]
    warm = [await measured.timed_async(lambda: measured.run_one(jails[0], "true")) for _ in range(COMMANDS)]
    sizes = [measured.proportional(_processes(root, jail, daemon)) for jail in jails]
    for jail in jails:
        await jail.destroy()
    await driver.close()
    return cold, warm, sum(sizes) / len(sizes) / 1024


async def _jail(driver: JailDriver, root: Path, lower: Path, taken: list[float]) -> StandingJail:
    workspace = measured.make_workspace(root, lower)
    began = time.perf_counter()
    jail = await driver.create(JailSpec(session_id=workspace.session_id, workspace=workspace))
    taken.append(time.perf_counter() - began)
    assert isinstance(jail, StandingJail)
    return jail


def _processes(root: Path, jail: StandingJail, daemon: OwnDaemon) -> list[int]:
    shim = measured.family(measured.shim(root, jail))
    if jail.driver != DockerDriver.name:
        return shim
    with daemon.client() as client:
        first = client.containers.get(containers.name_of(jail.session_id)).attrs["State"]["Pid"]
    return [*shim, *measured.family(int(first))]


def _bare(daemon: OwnDaemon) -> None:
    """The same system, without limits, filters, an overlay or anybody to talk to."""
    with daemon.client() as client:
        (image, *_) = client.images.list(name="quarterdeck/host")
        mounts = {path: {"bind": path, "mode": "ro"} for path in ("/usr",)}
        client.containers.run(str(image.id), ["/usr/bin/true"], network_mode="none", volumes=mounts, remove=True)
