"""The zygote of proxies, and the proxy of one session.

`python -I -m quarterdeck.jail.egress [MODULE...] CONTROL`: modules that the proxies need besides, and the number of a
socket's descriptor; see `forking.serve`. A proxy is given its own folder, the session's shim folder, and a pipe, to
which it writes `ready`, or what went wrong. It ends when the shim does.
"""

import asyncio
import importlib
import ipaddress
import json
import os
import resource
import signal
import socket
import sys
import traceback
from typing import Any, NoReturn

from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.jail import forking, sockets
from quarterdeck.jail.egress import arrivals, control
from quarterdeck.jail.egress.control import Control
from quarterdeck.jail.egress.gate import Gate
from quarterdeck.jail.egress.ledger import FILE, Ledger
from quarterdeck.jail.egress.policies import policy_of
from quarterdeck.jail.egress.proxy import BUFFER, Proxy
from quarterdeck.jail.egress.resolving import resolver
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.link import ShimGoneError
from quarterdeck.jail.shim import kernel, record
from quarterdeck.jail.shim.subreaper import read_memory
from quarterdeck.jail.sockets import Taken

LOG = "log"
LOOKING_UP = ("concurrent.futures.thread", "encodings.idna")
"""Modules that the library loads when a name is looked up, which is when their files cannot be read any more."""
FILES = 1024
AGAIN_SECONDS = 1.0
ENDED = "the session's jail has ended"

Config = dict[str, Any]


def main() -> None:
    *modules, fd = sys.argv[1:]
    # a name that is looked up is the whole name: see `resolving.resolver`
    os.environ["LOCALDOMAIN"] = "."
    for name in (*LOOKING_UP, *modules):
        importlib.import_module(name)
    forking.serve(socket.socket(fileno=int(fd)), "egress zygote", become_proxy)


def become_proxy(configuration: int, folder: int, shim: int, said: int) -> NoReturn:
    """The descriptors are as the zygote got them."""
    try:
        os.setsid()
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(said, 1)
        os.close(said)
        _run(json.loads(read_memory(configuration)), folder, shim)
    except BaseException:  # noqa: BLE001 - there is nobody above to hear of it but the log
        traceback.print_exc()
    finally:
        os._exit(0)


def _run(config: Config, folder: int, shim: int) -> None:
    # what needs files of the installation comes before its user changes
    resolve = resolver(config["dns"])
    _become(config["uid"], folder, config["session"])
    named = [ipaddress.ip_network(text) for text in config["private_networks"]]
    ledger = Ledger(_decisions(), config["last"])
    proxy = Proxy(Gate(policy_of(config), named, resolve), ledger)
    try:
        asyncio.run(_serve(proxy, Control(proxy, ledger, config["owner"]), shim, config["port"]))
    except QuarterdeckError as error:
        print(error.message, flush=True)  # noqa: T201 - the worker reads it
    finally:
        ledger.close()


def _become(uid: int | None, folder: int, session: str) -> None:
    os.fchdir(folder)
    os.close(folder)
    if uid is not None and os.getuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    kernel.set_name("qd-egress")
    kernel.set_title(f"quarterdeck egress {session}")
    log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    os.dup2(log, 2)
    os.close(log)


def _decisions() -> int:
    return os.open(FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW, 0o600)


async def _serve(proxy: Proxy, worker: Control, shim: int, port: int) -> None:
    first = await sockets.listen(shim, port)
    record.remove(control.SOCKET)
    async with await asyncio.start_unix_server(worker.serve, control.SOCKET):
        record.write(os.getpid())
        _say_ready()
        await _serve_jail(proxy, first, shim, port)


def _say_ready() -> None:
    print("ready", flush=True)  # noqa: T201 - the worker reads it
    os.dup2(2, 1)


async def _serve_jail(proxy: Proxy, taken: Taken | None, shim: int, port: int) -> None:
    """As long as there is a shim: a jail that is made again has another network, to listen in anew."""
    while True:
        if taken is not None:
            await _serve_network(proxy, taken)
        try:
            taken = await sockets.listen(shim, port)
        except ShimGoneError:
            return
        except JailError:
            traceback.print_exc()
            taken = None
            await asyncio.sleep(AGAIN_SECONDS)


async def _serve_network(proxy: Proxy, taken: Taken) -> None:
    server = await arrivals.serve(taken, proxy.serve, BUFFER)
    try:
        await sockets.ended(taken.life)
    finally:
        server.close()
        await proxy.close(ENDED)
        taken.close()


if __name__ == "__main__":
    main()
