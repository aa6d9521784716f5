"""The whole product as a user has it: `quarterdeck up` in a folder of its own, and `qd` beside it."""

import json
import os
import pwd
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psutil
from tests.support import memory
from tests.support.disks import unmount_below
from tests.support.house import ends_of_logs, free_port
from tests.support.prepared import prepare_postgres
from tests.support.ready import ReadyPrograms, arguments, sockets
from tests.support.waiting import eventually

from quarterdeck.host.accounts import Account, current, find, to_run_as
from quarterdeck.host.launch import Launch, command
from quarterdeck.host.privileges import interpreter_needs
from quarterdeck.host.reach import Need

PROJECT_ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90.0
COUNTING = "while :; do date +%N > next; mv next now; sleep 0.1; done"
"""A command that goes on, seen in the file `now`."""
QD = "quarterdeck_cli.__main__:main"
QD_PARTS = ("quarterdeck_cli", "typer._adapters")
AUDIT_PARTS = ("quarterdeck.audit",)
ORDINARY = ("daemon", "games", "www-data")
"""Users without rights that a system has; the first that exists stands for an ordinary user when root runs the tests.
PostgreSQL does not run as one that is not in the password file."""


class Product:
    """`account`: who runs it and uses it; `settings`: variables of its own, such as QD_DOCKER_HOST."""

    def __init__(self, folder: Path, account: Account, settings: Mapping[str, str] | None = None) -> None:
        self.folder, self.account, self.settings = folder, account, settings or {}
        self.data, self.config, self.home = folder / "data", folder / "config", folder / "home"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._out = folder / "up.out"
        self._ready_qd: ReadyPrograms | None = None
        self._starting_qd = threading.Lock()
        for made in (self.data, self.config, self.home):
            made.mkdir()
            os.chown(made, account.uid, account.gid)

    # --- the server ---

    def start(self, *, extra: Sequence[str] = ()) -> None:
        with self._out.open("wb") as out:
            argv = ("quarterdeck", "up", "--port", str(self.port), *extra)
            self.process = self.popen(argv, stdout=out, stderr=out)

    def prepare(self) -> None:
        """Spares its first start what a first start does with PostgreSQL."""
        prepare_postgres(self.data / "postgres", to_run_as(None) if self.account == current() else self.account)

    async def begin(self) -> None:
        """Starts it, and registers the project `deck`."""
        self.start()
        await self.ready()
        self.project()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def ready(self) -> None:
        await eventually(self._is_ready_or_over, within=START_SECONDS)
        assert self.exit_code() is None, self.said() + self.logs()

    def _is_ready_or_over(self) -> bool:
        assert "is ready at" in self.said() or self.exit_code() is not None, self.said() + self.logs()
        return True

    def said(self) -> str:
        return self._out.read_text()

    def logs(self) -> str:
        return ends_of_logs(self.data)

    def exit_code(self) -> int | None:
        assert self.process is not None
        return self.process.poll()

    def stop(self, number: signal.Signals = signal.SIGTERM, within: float = 30.0) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(within)

    def pid_of(self, part: str) -> int:
        """Of a part that is ready; 0 where it is not."""
        state = json.loads((self.data / "run" / "state.json").read_text())
        found = {child["name"]: child["pid"] for child in state["children"] if child["ready"]}
        return int(found.get(part) or 0)

    async def kill(self, part: str) -> None:
        """kill -9, and waits until another one is there."""
        before = await eventually(lambda: self.pid_of(part), within=30)
        os.kill(before, signal.SIGKILL)

        def another_is_there() -> bool:
            assert self.pid_of(part) not in {0, before}, f"{part} is not back: {self.said()}"
            return True

        await eventually(another_is_there, within=60)

    def processes(self) -> list[psutil.Process]:
        """Everything that was started for it and lives, by the data directory in its command line or its folder."""
        mark = str(self.data)
        found: list[psutil.Process] = []
        for process in psutil.process_iter():
            try:
                if mark in " ".join(process.cmdline()) or mark in str(process.cwd()):
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found

    # --- the client ---

    def qd(self, *words: str, stdin: bytes = b"", within: float = 60.0) -> subprocess.CompletedProcess[bytes]:
        """A call as a user makes it, but for the start of the program; see `ready`."""
        try:
            parts = AUDIT_PARTS if words[:1] == ("audit",) else ()
            return self._qd().run(QD, ["qd", *words], self.environment(), self.home, stdin, within, parts)
        except subprocess.TimeoutExpired as late:
            told = f"{(late.stdout or b'')[-2000:]!r} {(late.stderr or b'')[-2000:]!r}"
            raise AssertionError(f"qd {words} took too long: {told}") from None

    def started_qd(self, *arguments: str, within: float = 60.0) -> subprocess.CompletedProcess[bytes]:
        """The same with its start."""
        process = self.popen(("qd", *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = process.communicate(timeout=within)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"qd {arguments} took too long: {out[-2000:]!r} {err[-2000:]!r}") from None
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def _qd(self) -> ReadyPrograms:
        with self._starting_qd:
            if self._ready_qd is None:
                ours, theirs = sockets()
                with theirs:
                    argv = ("python", *arguments(theirs, QD_PARTS))
                    self._ready_qd = ReadyPrograms(self.popen(argv, pass_fds=[theirs.fileno()]), ours)
            return self._ready_qd

    def ask(self, *arguments: str, stdin: bytes = b"") -> Any:
        """What `qd … --json` prints, having succeeded."""
        at = arguments.index("--") if "--" in arguments else len(arguments)
        done = self.qd(*arguments[:at], "--json", *arguments[at:], stdin=stdin)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "QD_DATA_DIR": str(self.data),
            "QD_CONFIG_DIR": str(self.config),
            "QD_STATE_DIR": str(self.config / "state"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            **self.settings,
        }

    def launch(self, argv: Sequence[str], folder: Path | None = None) -> Launch:
        program = str(Path(sys.executable).with_name(argv[0]))
        needs = (*interpreter_needs(), Need(self.folder, read_only=False), Need(PROJECT_ROOT))
        return Launch(
            name=argv[0],
            argv=(program, *argv[1:]),
            account=self.account,
            needs=needs,
            folder=folder or self.home,
            # As a shell of that user would start it.
            no_new_privileges=False,
            death_signal=signal.SIGKILL,
        )

    def popen(
        self,
        argv: Sequence[str],
        *,
        stdin: int = subprocess.DEVNULL,
        stdout: int | IO[bytes] | None = None,
        stderr: int | IO[bytes] | None = None,
        folder: Path | None = None,
        more: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command(self.launch(argv, folder)),
            env={**self.environment(), **(more or {})},
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            pass_fds=pass_fds,
        )

    # --- a repository to work on ---

    def repository(self, name: str = "deck") -> Path:
        """A small git repository of the account's."""
        path = self.home / name
        path.mkdir()
        (path / "README.md").write_text("# deck\n")
        (path / "src").mkdir()
        (path / "src" / "main.py").write_text("print('ahoy')\n")
        for words in (
            ("init", "-q", "-b", "main"),
            ("add", "-A"),
            ("-c", "user.name=Ada", "-c", "user.email=ada@example.invalid", "commit", "-q", "-m", "First"),
        ):
            subprocess.run(["git", *words], cwd=path, check=True, capture_output=True)
        for found in (path, *path.rglob("*")):
            os.chown(found, self.account.uid, self.account.gid, follow_symlinks=False)
        return path

    def project(self, name: str = "deck") -> Path:
        """The same, registered."""
        path = self.repository(name)
        done = self.started_qd("project", "add", str(path))
        assert done.returncode == 0, done.stderr.decode() + self.logs()
        return path

    def close(self) -> None:
        if self._ready_qd is not None:
            self._ready_qd.close()
        if self.process is not None and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.stop(signal.SIGKILL)
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()


def accounts() -> dict[str, Account]:
    """Whom to run the product as: who runs the tests, and, for root, an ordinary user as well."""
    me = current()
    return {"root": me, "user": _ordinary()} if me.uid == 0 else {"user": me}


def _ordinary() -> Account:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return find(next(name for name in ORDINARY if name in known))


@contextmanager
def product_for(account: Account, settings: Mapping[str, str] | None = None) -> Generator[Product]:
    """A product that has not been started. Everything of it is gone afterwards."""
    with memory.folder(0o755) as folder:
        product = Product(folder, account, settings)
        try:
            yield product
        finally:
            product.close()
            unmount_below(folder)
