"""Running as somebody with fewer rights: whether it can be done here, and what a process really has."""

import functools
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from quarterdeck.host.accounts import Account, current
from quarterdeck.host.errors import StorageError
from quarterdeck.host.launch import LAUNCHER, Launch, run
from quarterdeck.host.layout import DataDirectory
from quarterdeck.host.reach import Need, barrier_to

PROBE = "import quarterdeck, pydantic_core"
"""This package, and of what it needs something that is compiled for this machine; not much, as it is waited for."""


@dataclass(frozen=True)
class Rights:
    """What the kernel says that a process has."""

    uid: int
    effective_capabilities: int
    bounding_capabilities: int
    no_new_privileges: bool


@dataclass(frozen=True)
class Dropping:
    """Whether parts can run as the account; `hidden` are folders that need a mount namespace for it."""

    possible: bool
    why_not: str = ""
    hidden: tuple[Path, ...] = ()


def rights_of(pid: int) -> Rights:
    """Raises ProcessLookupError or FileNotFoundError where the process is gone."""
    lines = (line.partition(":") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    fields = {name: value.split() for name, _, value in lines}
    return Rights(
        uid=int(fields["Uid"][1]),
        effective_capabilities=int(fields["CapEff"][0], 16),
        bounding_capabilities=int(fields["CapBnd"][0], 16),
        no_new_privileges=fields["NoNewPrivs"] == ["1"],
    )


def interpreter_needs() -> tuple[Need, ...]:
    """What a Python process of ours must reach: the interpreter, the environment, the packages."""
    places = {sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix, *sys.path}
    return tuple(Need(Path(place)) for place in sorted(places) if place and Path(place).exists())


def dropping(account: Account, data_dir: Path) -> Dropping:
    """Finds out by doing it whether this package can be imported as the account, and a library beside it."""
    if account.uid == current().uid:
        return Dropping(possible=account.uid != 0, why_not="" if account.uid else "QD_RUN_AS is root")
    needs = (*interpreter_needs(), *([Need(data_dir, read_only=False)] if data_dir.exists() else []))
    places = (*(need.path for need in needs), data_dir)
    hidden = {barrier for place in places if (barrier := barrier_to(account, place.resolve()))}
    argv = (sys.executable, "-P", "-c", PROBE)
    result = run(Launch(name="python", argv=argv, account=account, needs=needs), within=30)
    if result.returncode == 0:
        return Dropping(possible=True, hidden=tuple(sorted(hidden)))
    said = result.stdout.strip().splitlines()[-1:] or ["it says nothing"]
    return Dropping(possible=False, why_not=f"as {account.name}, Python cannot run: {said[0]}", hidden=tuple(hidden))


def check_reach(account: Account, data: DataDirectory) -> None:
    """Raises StorageError where servers that run as the account can never come to the data directory."""
    barrier = barrier_to(account, data.root.resolve())
    if barrier is not None and not may_mount():
        raise StorageError(
            f"{account.name}, whom PostgreSQL and NATS run as, cannot pass through {barrier} to {data.root}, "
            "and this host lets nobody mount it elsewhere.",
            f"Allow it with chmod o+x {barrier}, or choose another data directory (--data-dir or QD_DATA_DIR).",
        )


@functools.cache
def may_mount() -> bool:
    """Whether this process may have a mount namespace of its own, found out by making one."""
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        plan: dict[str, object] = {
            "argv": [sys.executable, "-I", "-S", "-c", ""],
            "folder": "/",
            "parent": os.getpid(),
            "death_signal": 9,
            "mounts": [[folder, []]],
        }
        result = subprocess.run(
            [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(plan)], capture_output=True, timeout=30, check=False
        )
    return result.returncode == 0
