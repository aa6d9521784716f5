"""NATS with JetStream from the wheel's nats-server, on a loopback port of its own, with generated credentials."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from quarterdeck.host import leftovers
from quarterdeck.host.accounts import Account, current
from quarterdeck.host.binaries import nats_for
from quarterdeck.host.child import Process
from quarterdeck.host.errors import ServiceError
from quarterdeck.host.launch import Launch, spawn
from quarterdeck.host.log_files import log_tail, read_from
from quarterdeck.host.reach import Need
from quarterdeck.host.secrets import passwords, write_private

USER = "quarterdeck"
HOST = "127.0.0.1"
MAX_PAYLOAD_BYTES = 8 * 1024 * 1024

NO_ROOM = (b"no space left on device", b"disk quota exceeded")
ROOM_TO_GO_ON = 16 * 1024**2

CONFIGURATION = """\
# Written at each start.
host: "{host}"
port: {port}
server_name: quarterdeck
max_payload: {max_payload}
max_pending: 64MB
write_deadline: "10s"
logtime_utc: true
jetstream {{
  store_dir: {store}
  max_memory_store: 64MB
}}
authorization {{
  user: {user}
  password: {password}
  timeout: 5
}}
"""


class EmbeddedNats:
    """One server on `folder` (0700, made where there is none). The port is chosen once and kept as long as it is free.

    Its configuration holds the password, and only the account it runs as can read it.
    """

    def __init__(self, folder: Path, *, secrets: Path, account: Account | None = None, log: Path | None = None) -> None:
        self.folder = folder
        self.account = account or current()
        self.log = log
        self._secrets = secrets
        self._process: subprocess.Popen[bytes] | None = None
        self._read = 0

    @property
    def _port_file(self) -> Path:
        return self._secrets / "nats.port"

    @property
    def port(self) -> int:
        return int(self._port_file.read_text())

    @property
    def url(self) -> str:
        """With the password in it: for 0600 files, never for a log or an argument."""
        password = passwords(self._secrets / "nats.json", (USER,))[USER]
        return f"nats://{USER}:{quote(password, safe='')}@{HOST}:{self.port}"

    def prepare(self) -> None:
        """Makes the folder, ends what a killed start left, chooses the port, writes the configuration."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chown(self.folder, self.account.uid, self.account.gid, follow_symlinks=False)
        self.folder.chmod(0o700)
        self.end_leftovers()
        self._choose_port()
        password = passwords(self._secrets / "nats.json", (USER,))[USER]
        content = CONFIGURATION.format(
            host=HOST,
            port=self.port,
            max_payload=MAX_PAYLOAD_BYTES,
            store=json.dumps(str(self.folder)),
            user=json.dumps(USER),
            password=json.dumps(password),
        )
        write_private(self.folder / "nats.conf", content, self.account)

    def end_leftovers(self) -> list[int]:
        """Ends servers that a killed start left working on the folder; their pids."""
        found = self._servers()
        if not leftovers.end(self._servers, (signal.SIGTERM, signal.SIGKILL), each=4.0):
            raise ServiceError(
                f"A nats-server from an earlier start still works on {self.folder} and cannot be ended.",
                f"End it (pids {self._servers()}), then start again.",
            )
        return found

    def _servers(self) -> list[int]:
        return leftovers.working_in(self.folder, "nats-server")

    def _choose_port(self) -> None:
        if self._port_file.exists() and _is_free(self.port):
            return
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            write_private(self._port_file, str(probe.getsockname()[1]))

    def launch(self) -> Launch:
        """What to start once it is prepared. Ends by itself when the starting thread does."""
        program = nats_for(self.account, self.folder.parent / "bin")
        return Launch(
            name="nats",
            argv=(str(program), "--config", str(self.folder / "nats.conf")),
            environment={"TZ": "UTC"},
            account=self.account,
            folder=self.folder,
            needs=(Need(program), Need(self.folder, read_only=False)),
            log=self.log,
        )

    def start(self, within: float = 15.0) -> str:
        """Prepares, starts and waits until it answers; gives the URL."""
        self.prepare()
        self._process = spawn(self.launch())
        try:
            self.wait_ready(self._process, within)
        except BaseException:
            self.stop()
            raise
        return self.url

    def wait_ready(self, process: Process, within: float = 15.0) -> None:
        """Waits until it greets a client."""
        deadline = time.monotonic() + within
        while not self._greets():
            if process.poll() is not None or time.monotonic() > deadline:
                raise ServiceError(
                    f"NATS on {self.folder} did not start: {log_tail(self.log, lines=3)}",
                    f"The log is {self.log}." if self.log else "Start it with a log to learn more.",
                )
            time.sleep(0.02)

    def is_stuck(self) -> bool:
        """Whether since the last call it has failed to store something for want of room, though there is room now.

        A stream that once met a full disk takes nothing any more until the server starts again.
        """
        said, self._read = read_from(self.log, self._read)
        return any(words in said for words in NO_ROOM) and shutil.disk_usage(self.folder).free > ROOM_TO_GO_ON

    def _greets(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=1.0) as connection:
                return connection.recv(5) == b"INFO "
        except OSError:
            return False

    def stop(self) -> None:
        """Ends it in good order; after three seconds in any order. Returns when the process is gone."""
        if self._process is None:
            return
        for number, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 5.0)):
            self._process.send_signal(number)
            try:
                self._process.wait(patience)
                break
            except subprocess.TimeoutExpired:
                continue
        self._process = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
