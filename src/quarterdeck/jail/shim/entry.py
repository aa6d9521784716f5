"""From a fork of the zygote to a shim: its own session, its own user, its own folder."""

import json
import os
import signal
import socket
import traceback
from typing import Any, NoReturn

from quarterdeck.jail.shim import groups, kernel
from quarterdeck.jail.shim.inside import NotMadeError
from quarterdeck.jail.shim.server import SPOOL, Server
from quarterdeck.jail.shim.subreaper import read_memory
from quarterdeck.jail.shim.wire import Head, Unpacker, pack

LOG = "log"


def become_shim(configuration: int, folder: int, connection: int) -> NoReturn:
    """The descriptors are as the zygote got them."""
    try:
        opened = socket.socket(fileno=connection)
        config: dict[str, Any] = json.loads(read_memory(configuration))
        os.setsid()
        os.fchdir(folder)
        os.close(folder)
        # while it may still move itself anywhere
        groups.enter(config)
        _drop_to(config["uid"])
        os.umask(0o077)
        kernel.close_all_but([connection])
        _log_to_file()
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        kernel.set_name("qd-shim")
        kernel.set_title(f"quarterdeck shim {config['session']}")
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.mkdir(SPOOL, 0o700)  # noqa: PTH102 - pathlib costs the shim memory
        rest = _rest(opened) if config["more"] else {}
        if rest is not None:
            _serve(opened, config | rest)
    except BaseException:  # noqa: BLE001 - there is nobody above to hear of it but the log
        traceback.print_exc()
    finally:
        os._exit(0)


def _drop_to(uid: int | None) -> None:
    if uid is not None and os.getuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def _log_to_file() -> None:
    null = os.open("/dev/null", os.O_RDONLY)
    log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    os.dup2(null, 0)
    for fd in (1, 2):
        os.dup2(log, fd)
    for fd in (null, log):
        os.close(fd)


def _rest(connection: socket.socket) -> Head | None:
    """What of the configuration the worker did not know yet. None: nothing will come of it."""
    unpacker = Unpacker()
    while data := connection.recv(65536):
        for head, _ in unpacker.feed(data):
            return head
    return None


def _serve(opened: socket.socket, config: dict[str, Any]) -> None:
    try:
        Server(config, bytes.fromhex(config["seccomp"])).serve(opened)
    except NotMadeError as error:
        opened.settimeout(None)
        opened.send(pack({"failed": str(error)}))
