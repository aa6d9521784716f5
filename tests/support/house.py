"""A `quarterdeck up` with stand-in roles, as its own process, for tests of the supervisor."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
from tests.support.prepared import prepare_postgres
from tests.support.waiting import eventually

from quarterdeck.host.launch import LAUNCHER

STANDIN_UP = Path(__file__).with_name("standin_up.py")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ends_of_logs(data: Path) -> str:
    """The end of each log of a server, to be shown with a failure. `data` is its data directory."""
    return "\n".join(f"== {log.name}\n{log.read_text()[-3000:]}" for log in sorted((data / "logs").glob("*.log")))


class House:
    """`data` is the data directory; the output is in `out` beside it."""

    def __init__(self, data: Path, port: int | None = None, environment: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.port = port or free_port()
        self.out = data.with_name(f"{data.name}.out")
        self._environment = environment or {}
        self.through: tuple[str, ...] = ()
        """A program that is given the command line, and becomes it."""
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Spares its first start what a first start does with PostgreSQL."""
        self.data.mkdir()
        prepare_postgres(self.data / "postgres")

    def start(self, *arguments: str) -> None:
        own = {"QD_DATA_DIR": str(self.data), "QD_PORT": str(self.port)}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QD_")}
        with self.out.open("w") as out:
            # Through the launcher, so that it ends with the test process, however that ends.
            plan = {
                "argv": [*self.through, sys.executable, str(STANDIN_UP), *arguments],
                "folder": "/",
                "parent": os.getpid(),
                "death_signal": int(signal.SIGTERM),
            }
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(plan)],
                env={**kept, **own, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    async def ready(self) -> None:
        """Waits for it; fails with what it printed where it ended instead, or is not ready in time."""
        await eventually(self._is_ready_or_over, within=40)
        assert self.exit_code() is None, self.said()

    def _is_ready_or_over(self) -> bool:
        is_ready = "ready qd_stand_in" in self.said()
        assert is_ready or self.exit_code() is not None, self.said() + ends_of_logs(self.data)
        return True

    def said(self) -> str:
        return self.out.read_text() if self.out.exists() else ""

    def exit_code(self) -> int | None:
        assert self.process is not None
        return self.process.poll()

    def pids(self) -> dict[str, int]:
        """Of the children that are ready, by name."""
        return {child["name"]: child["pid"] for child in self.children() if child["pid"] and child["ready"]}

    def children(self) -> list[dict[str, Any]]:
        """As the supervisor writes them down."""
        state = self.data / "run" / "state.json"
        return list(json.loads(state.read_text())["children"]) if state.exists() else []

    def processes(self) -> list[psutil.Process]:
        """The supervisor's children and theirs."""
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def wait(self, within: float = 30.0) -> int:
        assert self.process is not None
        return self.process.wait(within)

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def close(self) -> None:
        """Ends it, and what it should have ended."""
        if self.process is None or self.process.poll() is not None:
            return
        children = self.processes()
        self.signal(signal.SIGTERM)
        try:
            self.wait()
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.wait()
        for child in children:
            if child.is_running():
                child.kill()
