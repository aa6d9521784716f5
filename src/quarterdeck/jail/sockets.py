"""Sockets of a jail's own network, taken out of it: the way in and out of a network namespace without a bridge.

A TCP socket belongs to the namespace it was made in, whoever holds it. The jail's agent makes one and passes it out
through the shim; here it is bound or connected. What comes out of a jail is checked before it is used. Where none can
come out of a jail, the shim gives a socket of its own, which the agent has connected already, or announces on what has
come (`jail.shim.relaying`).
"""

import asyncio
import os
import socket
from dataclasses import dataclass

from quarterdeck.jail.errors import JailError, nothing_listens
from quarterdeck.jail.link import GONE, GONE_NEXT, ShimGoneError
from quarterdeck.jail.shim.server import SOCKET
from quarterdeck.jail.shim.wire import BrokenMessageError, Head, Unpacker, pack

TAKE_SECONDS = 10.0
CONNECT_SECONDS = 10.0
LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


class _RefusedError(Exception):
    """Nothing listens there."""


@dataclass(frozen=True)
class Taken:
    """A socket, and the connection to the shim that ends when the socket's network does."""

    made: socket.socket
    life: socket.socket
    relayed: bool
    """It is the shim's own."""

    def close(self) -> None:
        self.made.close()
        self.life.close()


async def dial(folder: int, port: int) -> socket.socket:
    """Connected to what listens on the jail's loopback. Raises JailError where nothing does."""
    for family, address in LOOPBACK.items():
        try:
            taken = await take(folder, family, port)
        except _RefusedError:
            continue
        taken.life.close()
        try:
            if not taken.relayed:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await asyncio.get_running_loop().sock_connect(taken.made, (address, port))
            return taken.made
        except OSError:
            # TimeoutError is one; the other family may do
            taken.made.close()
        except BaseException:
            taken.made.close()
            raise
    raise nothing_listens(port)


async def listen(folder: int, port: int, backlog: int = 128) -> Taken:
    """Listens on the jail's own 127.0.0.1."""
    taken = await take(folder, socket.AF_INET, port, listening=True)
    if taken.relayed:
        return taken
    try:
        taken.made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.made.bind((LOOPBACK[socket.AF_INET], port))
        taken.made.listen(backlog)
    except OSError as error:
        taken.close()
        raise JailError(
            f"Port {port} of the session's loopback is in use: {os.strerror(error.errno or 0)}.",
            "End what listens there in the session.",
        ) from error
    return taken


async def take(folder: int, family: int, port: int, *, listening: bool = False) -> Taken:
    """A fresh TCP socket of the jail whose shim listens in this open folder, for that port of its loopback."""
    life = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        life.settimeout(0)
        async with asyncio.timeout(TAKE_SECONDS):
            life.connect(f"/proc/self/fd/{folder}/{SOCKET}")
            asked = {"do": "socket", "id": 1, "family": family, "port": port, "listen": listening}
            await asyncio.get_running_loop().sock_sendall(life, pack(asked))
            fd, relayed = await _answer(life)
            return Taken(_opened(fd) if relayed else _checked(fd, family), life, relayed)
    except TimeoutError as error:
        life.close()
        raise ShimGoneError from error
    except OSError as error:
        life.close()
        raise ShimGoneError(f"{GONE[:-1]}: {error.strerror}.", GONE_NEXT) from error
    except BaseException:
        life.close()
        raise


async def _answer(life: socket.socket) -> tuple[int, bool]:
    """The descriptor that comes with the answer, and whether it is the shim's own."""
    unpacker, fds = Unpacker(), list[int]()
    try:
        while True:
            await _readable(life)
            data, more, _, _ = socket.recv_fds(life, 65536, 4, socket.MSG_CMSG_CLOEXEC)
            fds += more
            if not data:
                raise ShimGoneError
            for head, _body in unpacker.feed(data):
                return _only(head, fds), "relayed" in head
    except BrokenMessageError as error:
        raise ShimGoneError from error
    finally:
        for fd in fds:
            os.close(fd)


def _only(head: Head, fds: list[int]) -> int:
    if "refused" in head:
        raise _RefusedError
    if "error" in head or len(fds) != 1:
        raise JailError(str(head.get("error", "The jail has no room for another connection.")), "Try again.")
    return fds.pop()


def _opened(fd: int) -> socket.socket:
    try:
        made = socket.socket(fileno=fd)
    except OSError as error:
        os.close(fd)
        raise JailError("What the jail passed out is no socket.", "Close the session and open another.") from error
    made.settimeout(0)
    return made


def _checked(fd: int, family: int) -> socket.socket:
    made = _opened(fd)
    if (made.family, made.type, made.proto) != (family, socket.SOCK_STREAM, socket.IPPROTO_TCP):
        made.close()
        raise JailError("What the jail passed out is no TCP socket.", "Close the session and open another.")
    return made


async def ended(life: socket.socket) -> None:
    """Returns when the network of the socket that came with it is gone."""
    await _readable(life)


async def _readable(waited: socket.socket) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(waited, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(waited)
