"""The embedded NATS on its own: what it survives, and whom it lets in."""

import os
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from nats.aio.client import Client
from nats.js import JetStreamContext

from quarterdeck.host.accounts import to_run_as
from quarterdeck.host.errors import ServiceError
from quarterdeck.host.nats import EmbeddedNats

Make = Callable[[], EmbeddedNats]


@pytest.fixture
def make(folder: Path) -> Iterator[Make]:
    """Servers on one folder, one after the other."""
    (folder / "secrets").mkdir(mode=0o700)
    made: list[EmbeddedNats] = []

    def one() -> EmbeddedNats:
        server = EmbeddedNats(
            folder / "nats", secrets=folder / "secrets", account=to_run_as(None), log=folder / "nats.log"
        )
        made.append(server)
        return server

    yield one
    for server in made:
        server.stop()


async def test_after_kill_9_it_comes_back_on_its_port_with_its_streams(make: Make) -> None:
    server = make()
    url = server.start()
    client = Client()
    await client.connect(url)
    await client.request("$JS.API.STREAM.CREATE.KEPT", b'{"name": "KEPT", "subjects": ["kept"]}')
    await JetStreamContext(client).publish("kept", b"this")
    await client.close()
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    server.stop()

    assert make().start() == url
    client = Client()
    await client.connect(url)
    assert (await JetStreamContext(client).get_last_msg("KEPT", "kept")).data == b"this"
    await client.close()


def test_a_port_taken_meanwhile_is_given_up_for_a_free_one(make: Make) -> None:
    server = make()
    server.start()
    port = server.port
    server.stop()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        server = make()
        server.start()
        assert server.port != port


def test_a_server_left_over_is_ended(make: Make) -> None:
    left = make()
    url = left.start()
    assert left.pid is not None
    old = psutil.Process(left.pid)
    assert make().start() == url
    assert not old.is_running() or old.status() == psutil.STATUS_ZOMBIE


def test_without_the_password_nobody_gets_in(make: Make) -> None:
    address = urlsplit(make().start())
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=5) as connection:
        connection.sendall(b'CONNECT {"verbose":true,"user":"quarterdeck","pass":"wrong"}\r\n')
        answers = connection.makefile("rb")
        assert answers.readline().startswith(b"INFO ")
        assert answers.readline() == b"-ERR 'Authorization Violation'\r\n"


def test_its_password_is_in_private_files_only(make: Make, folder: Path) -> None:
    server = make()
    server.start()
    for file in (folder / "nats" / "nats.conf", folder / "secrets" / "nats.json"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert server.pid is not None
    password = urlsplit(server.url).password
    assert password is not None
    process = psutil.Process(server.pid)
    assert password not in " ".join([*process.cmdline(), *process.environ().values()])


def test_a_store_that_cannot_be_used_is_said(make: Make, folder: Path) -> None:
    (folder / "nats" / "jetstream").parent.mkdir(mode=0o700)
    (folder / "nats" / "jetstream").write_text("")
    with pytest.raises(ServiceError, match="storage directory is not a directory") as caught:
        make().start()
    assert str(folder / "nats.log") in caught.value.next_step
