"""What a host has that an attack would like to have: files, sockets, processes, memory, each with a secret of its own.

Every secret begins with `bait-`. Whoever prints one, connects to a socket or ends the process has got out.
"""

import ctypes
import os
import secrets
import socket
import subprocess
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.jails import JAIL_UID

MARK = "bait-"
SHARED_KEY = 0x51440000
IPC_CREAT, IPC_RMID, READABLE = 0o1000, 0, 0o666
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Bait:
    folder: Path
    process: subprocess.Popen[bytes]
    secret: str
    variables: dict[str, str]
    """Where everything is, for the scripts: they are told all but the secrets."""
    visitors: list[str] = field(default_factory=list[str])
    """Who has come to a socket or a port."""

    def disturbed(self) -> list[str]:
        """What has happened to it so far; nothing, if the jails hold."""
        found = list(self.visitors)
        if self.process.poll() is not None:
            found.append("the process was ended")
        if (self.folder / "secret").read_text() != self.secret:
            found.append("the file was changed")
        if sorted(self.folder.iterdir()) != sorted(self.folder / name for name in ("secret", "socket")):
            found.append(f"the folder has {[path.name for path in self.folder.iterdir()]}")
        return found


def new_secret() -> str:
    return MARK + secrets.token_hex(12)


def own_address() -> str:
    """The address by which this host is known to others; the loopback's where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(asked.getsockname()[0])


@contextmanager
def laid(folder: Path) -> Generator[Bait]:
    """`folder` is one that the jail's user may pass through, were it not in a jail."""
    with ExitStack() as stack:
        secret = new_secret()
        (folder / "secret").write_text(secret)
        (folder / "secret").chmod(0o644)
        bait = Bait(folder, stack.enter_context(_process(folder, secret)), secret, {})
        stream, datagram = socket.create_server(("", 0)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagram.bind(("", 0))
        path, abstract = _unix(str(folder / "socket")), _unix(f"\0quarterdeck-{secrets.token_hex(8)}")
        (folder / "socket").chmod(0o777)
        for name, server in (("the port", stream), ("the unix socket", path), ("the abstract socket", abstract)):
            stack.enter_context(_answering(name, server, bait))
        stack.enter_context(_counting(datagram, bait))
        shared_file = f"quarterdeck-{os.getpid()}"
        key, queue = stack.enter_context(_shared(shared_file, secret))
        bait.variables.update(
            BAIT_FILE=str(folder / "secret"),
            BAIT_SOCKET=str(folder / "socket"),
            BAIT_ABSTRACT=abstract.getsockname().decode()[1:],
            BAIT_PORT=str(stream.getsockname()[1]),
            BAIT_UDP=str(datagram.getsockname()[1]),
            BAIT_ADDRESS=own_address(),
            BAIT_PID=str(bait.process.pid),
            BAIT_SHARED_KEY=str(key),
            BAIT_SHARED_FILE=shared_file,
            BAIT_QUEUE=queue,
            BAIT_HOST_NAME=socket.gethostname(),
        )
        yield bait


def _unix(name: str) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    server.bind(name)
    server.listen()
    return server


@contextmanager
def _process(folder: Path, secret: str) -> Generator[subprocess.Popen[bytes]]:
    """One of the jail's own user, with the secret in its environment and its arguments."""
    process = subprocess.Popen(
        ["sh", "-c", "read _; exit", secret, str(folder)],
        env={"SECRET": secret, "PATH": os.environ["PATH"]},
        stdin=subprocess.PIPE,
        start_new_session=True,
        user=JAIL_UID,
        group=JAIL_UID,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def _answering(name: str, server: socket.socket, bait: Bait) -> Generator[None]:
    """Gives the secret to whoever connects, and notes that somebody did."""

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            bait.visitors.append(f"somebody came to {name}")
            with connection:
                connection.sendall(bait.secret.encode())

    with _in_thread(server, serve):
        yield


@contextmanager
def _counting(datagrams: socket.socket, bait: Bait) -> Generator[None]:
    def serve() -> None:
        while True:
            try:
                said, sender = datagrams.recvfrom(2048)
            except OSError:
                return
            if not said:
                return
            bait.visitors.append("a datagram came")
            datagrams.sendto(bait.secret.encode(), sender)

    with _in_thread(datagrams, serve):
        yield


@contextmanager
def _in_thread(server: socket.socket, serve: Callable[[], None]) -> Generator[None]:
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        # wakes the thread: closing alone would leave it in its call. A datagram socket is woken and says ENOTCONN.
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        thread.join()
        server.close()


@contextmanager
def _shared(name: str, secret: str) -> Generator[tuple[int, str]]:
    """A System V segment, a file in /dev/shm and a message queue, open to everybody."""
    key, queue = SHARED_KEY + os.getpid() % 0x10000, f"/{name}"
    segment = _libc.shmget(key, 4096, IPC_CREAT | READABLE)
    descriptor = _libc.mq_open(queue.encode(), os.O_RDWR | os.O_CREAT, 0o666, None)
    file = Path("/dev/shm", name)
    file.write_text(secret)
    file.chmod(0o666)
    try:
        yield key, queue.removeprefix("/")
    finally:
        file.unlink()
        _libc.shmctl(segment, IPC_RMID, None)
        os.close(descriptor)
        _libc.mq_unlink(queue.encode())
