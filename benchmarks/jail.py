"""Making jails, running commands in them, and carrying their output, beside the bare ways to do so."""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import uvloop

from benchmarks.pty_peers import bare_flood, rate, terminado_flood
from benchmarks.row import Row
from quarterdeck.application.frames import FrameKind, decode
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.domain.command import Terminal
from quarterdeck.jail import program
from quarterdeck.jail.abstract import ExecSpec, JailSpec
from quarterdeck.jail.bubblewrap import BubblewrapDriver
from quarterdeck.jail.standing import StandingJail

JAIL_UID = 64100 if os.geteuid() == 0 else None
FILES = 50_000
JAILS = 15
COMMANDS = 200
FLOOD_BYTES = 60_000_000
ROUNDS = 3
LINES = 300


async def run() -> list[Row]:
    return await asyncio.to_thread(_run)


def _run() -> list[Row]:
    root = Path(tempfile.mkdtemp(prefix="qd-bench-jail-"))
    root.chmod(0o711)
    try:
        lower = repository(root / "lower")
        return uvloop.run(_measure(root, lower))
    finally:
        subprocess.run(["chmod", "-R", "u+rwX", str(root)], check=True)
        shutil.rmtree(root)


async def _measure(root: Path, lower: Path) -> list[Row]:
    driver = BubblewrapDriver(root / "worker", JAIL_UID)
    await driver.sessions()
    jails, creating = await _create(driver, root, lower)
    try:
        jail = jails[0]
        return [
            *_creating_rows(creating, _bare_bubblewraps(root)),
            *await _commands(jail),
            *await _floods(jail, lower / "flood"),
            *await _lines(jail),
            *_memory(root, jails),
        ]
    finally:
        for each in jails:
            await each.destroy()
        await driver.close()


def repository(lower: Path) -> Path:
    """50,000 files, and one to print."""
    for number in range(FILES // 500):
        folder = lower / f"{number:03}"
        folder.mkdir(parents=True)
        for name in range(500):
            (folder / f"{name:03}").touch()
    line = b"0123456789" * 9 + b"abcdefghi\n"
    (lower / "flood").write_bytes(line * (FLOOD_BYTES // len(line)))
    if JAIL_UID is not None:
        subprocess.run(["chown", "-R", f"{JAIL_UID}:{JAIL_UID}", str(lower)], check=True)
    return lower


# --- creating ------------------------------------------------------------------------------------------------------


async def _create(driver: BubblewrapDriver, root: Path, lower: Path) -> tuple[list[StandingJail], list[float]]:
    jails: list[StandingJail] = []
    taken: list[float] = []
    for _ in range(JAILS):
        workspace = make_workspace(root, lower)
        began = time.perf_counter()
        jails.append(await driver.create(JailSpec(session_id=workspace.session_id, workspace=workspace)))
        taken.append(time.perf_counter() - began)
    return jails, taken


def make_workspace(root: Path, lower: Path) -> PreparedWorkspace:
    session_id = uuid4()
    session = root / "worker" / "sessions" / str(session_id)
    for folder in (session, session / "upper", session / "work"):
        folder.mkdir(parents=True)
        if JAIL_UID is not None:
            os.chown(folder, JAIL_UID, JAIL_UID)
    return PreparedWorkspace(
        session_id=session_id,
        kind="overlay",
        base_commit="",
        tree="",
        upper=session / "upper",
        work=session / "work",
        lower=lower,
    )


def _bare_bubblewraps(root: Path) -> list[float]:
    """One whole run of bubblewrap around `true`, without a seccomp filter, an overlay or anybody to talk to."""
    bwrap = program.within_reach(program.find(None), root / "worker", JAIL_UID)
    arguments = [str(bwrap), "--unshare-all", "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib64", "/lib64"]
    arguments += ["--symlink", "usr/lib", "/lib", "--proc", "/proc", "--dev", "/dev", "/usr/bin/true"]
    others: list[int] | None = None if JAIL_UID is None else []

    def once() -> object:
        return subprocess.run(arguments, check=True, env={}, user=JAIL_UID, group=JAIL_UID, extra_groups=others)

    return [timed(once) for _ in range(JAILS)]


def _creating_rows(taken: list[float], bare: list[float]) -> list[Row]:
    return [
        row("jail made on 50,000 files, p50", percentile(taken, 50), "bwrap around true", percentile(bare, 50), 60.0)
    ]


# --- commands ------------------------------------------------------------------------------------------------------


async def _commands(jail: StandingJail) -> list[Row]:
    taken = [await timed_async(lambda: run_one(jail, "true")) for _ in range(COMMANDS)]
    bare = [timed(lambda: subprocess.run(["bash", "--norc", "-c", "true"], check=True)) for _ in range(COMMANDS)]
    return [
        row("`true` in an open jail, p50", percentile(taken, 50), "subprocess bash", percentile(bare, 50), 4.0),
        row("`true` in an open jail, p99", percentile(taken, 99), "subprocess bash", percentile(bare, 99), None),
    ]


async def run_one(jail: StandingJail, text: str) -> None:
    command_id = uuid4()
    await jail.start(ExecSpec(command_id=command_id, text=text))
    await jail.wait(command_id)
    await jail.forget(command_id)


# --- output --------------------------------------------------------------------------------------------------------


async def _floods(jail: StandingJail, file: Path) -> list[Row]:
    """The same file on a terminal three ways, in turn, so that each meets the machine as it is."""
    rounds = [
        (await _flood(jail), bare_flood(file), await asyncio.to_thread(terminado_flood, file)) for _ in range(ROUNDS)
    ]
    ours, bare, terminado = sorted(rounds, key=lambda each: each[0] / each[1])[ROUNDS // 2]
    return [
        Row(
            name="terminal flood through shim and spool",
            value=ours,
            unit="MB/s",
            peer="bare pty read",
            peer_value=bare,
            limit=">= 0.7 x peer",
            met=ours >= 0.7 * bare,
        ),
        Row(
            name="terminal flood through shim and spool",
            value=ours,
            unit="MB/s",
            peer="terminado",
            peer_value=terminado,
            limit=">= 1.5 x peer",
            met=ours >= 1.5 * terminado,
        ),
    ]


async def _flood(jail: StandingJail) -> float:
    command_id, size = uuid4(), 0
    began = time.perf_counter()
    await jail.start(ExecSpec(command_id=command_id, text="cat flood", terminal=Terminal()))
    async for batch in jail.spool(command_id, 0):
        size += batch.end - batch.position
        await jail.acknowledge(command_id, batch.end)
    taken = time.perf_counter() - began
    await jail.forget(command_id)
    return rate(size, taken)


async def _lines(jail: StandingJail) -> list[Row]:
    """How long after it was printed a line is read from the spool."""
    command_id = uuid4()
    text = f"for ((i = 0; i < {LINES}; i++)); do sleep 0.01; echo $EPOCHREALTIME; done"
    await jail.start(ExecSpec(command_id=command_id, text=text, terminal=Terminal()))
    late: list[float] = []
    async for batch in jail.spool(command_id, 0):
        now = time.time()
        printed = [frame.data for frame in decode(batch.encoded) if frame.kind == FrameKind.OUTPUT]
        late += [now - float(line) for line in b"".join(printed).split()]
    await jail.forget(command_id)
    return [
        row("line at one per 10 ms, printed to read, p50", percentile(late, 50), "", None, 0.25),
        row("line at one per 10 ms, printed to read, p99", percentile(late, 99), "", None, None),
    ]


# --- memory --------------------------------------------------------------------------------------------------------


def _memory(root: Path, jails: list[StandingJail]) -> list[Row]:
    """Proportional: what is shared between shims counts once for all of them."""
    if os.geteuid() != 0:
        return []
    sizes = [proportional(family(shim(root, jail))) for jail in jails]
    return [Row(name="memory of an idle session", value=sum(sizes) / len(sizes) / 1024, unit="MB")]


def shim(root: Path, jail: StandingJail) -> int:
    record = root / "worker" / "sessions" / str(jail.session_id) / "shim" / "record.json"
    return int(json.loads(record.read_text())["shim"][0])


def family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in family(int(child)))]


def proportional(pids: list[int]) -> float:
    """In kilobytes."""
    lines: list[str] = []
    for pid in pids:
        # one that is just ending takes no memory
        with suppress(FileNotFoundError, ProcessLookupError):
            lines += Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


# --- figures -------------------------------------------------------------------------------------------------------


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


async def timed_async(act: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await act()
    return time.perf_counter() - began


def percentile(seconds: list[float], percent: float) -> float:
    """In milliseconds."""
    return sorted(seconds)[int(len(seconds) * percent / 100)] * 1000


def row(name: str, value: float, peer: str, peer_value: float | None, most: float | None) -> Row:
    return Row(
        name=name,
        value=value,
        unit="ms",
        peer=peer,
        peer_value=peer_value,
        limit="" if most is None else f"<= {most:g} ms",
        met=None if most is None else value <= most,
    )
