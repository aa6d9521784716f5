"""Starting a program of ours with exactly the rights it needs."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from quarterdeck.host.accounts import Account
from quarterdeck.host.reach import Need, covers

LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True, kw_only=True)
class Launch:
    """A program to start. It ends when the thread that started it does."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    account: Account | None = None
    """None, or who this process is already: nothing changes."""
    folder: Path = Path("/")
    """Its working directory."""
    needs: tuple[Need, ...] = ()
    """What the program must reach as that account."""
    death_signal: signal.Signals = signal.SIGTERM
    no_new_privileges: bool = True
    log: Path | None = None
    """Where its output goes, appended; None: nowhere."""
    pass_fds: tuple[int, ...] = ()
    """Descriptors that it inherits."""


def spawn(launch: Launch) -> subprocess.Popen[bytes]:
    """Starts it in a session of its own, so that a Ctrl-C in the terminal reaches this process only."""
    with output_to(launch.log) as log:
        return subprocess.Popen(
            command(launch),
            env={**_bare_environment(), **launch.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            pass_fds=launch.pass_fds,
        )


def run(launch: Launch, within: float) -> subprocess.CompletedProcess[str]:
    """Runs it to its end and gathers what it printed."""
    return subprocess.run(
        command(launch),
        env={**_bare_environment(), **launch.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        text=True,
        timeout=within,
        check=False,
    )


def command(launch: Launch) -> list[str]:
    """The command line of a program that becomes the one asked for. To be started by this thread."""
    return [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(_plan(launch))]


def _plan(launch: Launch) -> dict[str, object]:
    plan: dict[str, object] = {
        "argv": launch.argv,
        "folder": str(launch.folder),
        "parent": os.getpid(),
        "death_signal": int(launch.death_signal),
        "no_new_privs": launch.no_new_privileges,
    }
    account = launch.account
    if account is not None and account.uid != os.geteuid():
        plan["uid"], plan["gid"] = account.uid, account.gid
        plan["mounts"] = covers(account, launch.needs)
    return plan


def _bare_environment() -> dict[str, str]:
    """What any program may know of ours: no setting, no secret, no library path."""
    kept = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


@contextmanager
def output_to(log: Path | None) -> Generator[int]:
    """A descriptor for it, or subprocess.DEVNULL."""
    if log is None:
        yield subprocess.DEVNULL
        return
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
