"""Proxies as processes: started by the worker, found again by the next one, ended with their jail."""

import asyncio
import json
import os
import signal
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import structlog

from quarterdeck.domain.network_access import NetworkAccessDecided
from quarterdeck.domain.network_policy import NetworkPolicy
from quarterdeck.jail import folders, ruins
from quarterdeck.jail.egress.abstract import PORT
from quarterdeck.jail.egress.control import SOCKET
from quarterdeck.jail.egress.ledger import FILE
from quarterdeck.jail.egress.policies import told
from quarterdeck.jail.egress.resolving import ASKING
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.launcher import Launcher
from quarterdeck.jail.link import Link, ShimGoneError, connect

logger = structlog.get_logger(__name__)

FOLDER = "egress"
PROXIES = ("-I", "-m", "quarterdeck.jail.egress")
"""Arguments to Python of the zygote of proxies."""
READY = "ready"
START_SECONDS = 20.0
ASK_SECONDS = 10.0
MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class EgressSettings:
    private_networks: tuple[str, ...] = ()
    """Which jails may reach where a rule names a host in them."""
    dns: str = ""
    """The DNS server that the proxies ask; empty: as this host resolves names."""


class ProcessEgress:
    """See `abstract.Egress`."""

    def __init__(self, session_id: UUID, link: Link) -> None:
        self._session_id = session_id
        self._link = link

    async def change(self, policy: NetworkPolicy) -> None:
        try:
            await asyncio.wait_for(self._link.ask("policy", **told(policy)), ASK_SECONDS)
        except (ShimGoneError, TimeoutError) as error:
            raise _gone(self._session_id) from error

    async def decisions(self, after: int) -> Sequence[NetworkAccessDecided]:
        try:
            answer, _ = await self._link.ask("decisions", after=after)
        except ShimGoneError as error:
            raise _gone(self._session_id) from error
        return [_decision(self._session_id, line) for line in answer["lines"]]

    def close(self) -> None:
        self._link.close()


class ProcessEgressKeeper:
    """See `abstract.EgressKeeper`. `state` and `jail_uid` are those of the jail driver."""

    def __init__(
        self, state: Path, jail_uid: int | None, settings: EgressSettings, *, launcher: Launcher | None = None
    ) -> None:
        self._state = state
        self._uid = jail_uid if os.geteuid() == 0 else None
        self._settings = settings
        self._launcher = launcher or Launcher((*PROXIES, *(ASKING if settings.dns else ())))

    async def start(self, session_id: UUID, policy: NetworkPolicy, last: int) -> ProcessEgress:
        configuration = {
            "session": str(session_id),
            "uid": self._uid,
            "owner": os.geteuid(),
            "port": PORT,
            **told(policy),
            "last": last,
            "private_networks": self._settings.private_networks,
            "dns": self._settings.dns,
        }
        try:
            with self._folder(session_id, make=True) as folder, folders.shim_folder(self._state, session_id) as shim:
                pid, said = await self._fork(json.dumps(configuration).encode(), folder, shim)
        except OSError as error:
            raise JailError(f"The session's proxy cannot be started: {error.strerror}.", "Try again.") from error
        await _ready(pid, said)
        found = await self.find(session_id)
        if found is None:
            raise _gone(session_id)
        return found

    async def find(self, session_id: UUID) -> ProcessEgress | None:
        try:
            with self._folder(session_id) as folder:
                seen = ruins.look(folder, self._jail_uid)
                seen.close()
                if seen.shim_pid is None:
                    return None
                link, pid, _ = await connect(folder, SOCKET)
        except (OSError, ShimGoneError):
            return None
        if pid != seen.shim_pid:
            link.close()
            return None
        return ProcessEgress(session_id, link)

    async def end(self, session_id: UUID) -> Sequence[NetworkAccessDecided]:
        try:
            with self._folder(session_id) as folder:
                await asyncio.to_thread(ruins.end_both, ruins.look(folder, self._jail_uid), session_id)
                return _left(session_id, folder)
        except FileNotFoundError:
            return ()

    async def discard(self, session_id: UUID) -> None:
        folders.remove_folder(self._state, session_id, FOLDER)

    async def sessions(self) -> Sequence[UUID]:
        return folders.sessions_with(self._state, FOLDER)

    async def close(self) -> None:
        await self._launcher.close()

    @property
    def _jail_uid(self) -> int:
        return os.geteuid() if self._uid is None else self._uid

    @contextmanager
    def _folder(self, session_id: UUID, *, make: bool = False) -> Generator[int]:
        with folders.opened(self._state / folders.SESSIONS) as sessions:
            with folders.opened(str(session_id), sessions) as session:
                if make:
                    folders.make(FOLDER, session, self._uid)
                with folders.opened(FOLDER, session) as folder:
                    yield folder

    async def _fork(self, configuration: bytes, folder: int, shim: int) -> tuple[int, int]:
        """A proxy's pid, and the pipe that it speaks on."""
        said, saying = os.pipe()
        try:
            return await self._launcher.fork(configuration, folder, shim, saying), said
        except BaseException:
            os.close(said)
            raise
        finally:
            os.close(saying)


async def _ready(pid: int, said: int) -> None:
    """Raises JailError with what the proxy says went wrong."""
    reader = asyncio.StreamReader()
    with os.fdopen(said, "rb", 0) as pipe:
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        try:
            word = (await asyncio.wait_for(reader.readline(), START_SECONDS)).decode(errors="replace").strip()
        except TimeoutError:
            # its end of the pipe is open: it lives, and nobody else has its number
            os.kill(pid, signal.SIGKILL)
            word = "it took too long"
        finally:
            transport.close()
    if word != READY:
        raise JailError(f"The session's proxy cannot be started: {word or 'it ended'}", "Look at the worker's log.")


def _left(session_id: UUID, folder: int) -> list[NetworkAccessDecided]:
    """The lines of the ledger; one that was being written when its proxy died is none."""
    try:
        text = folders.read_small(FILE, folder, MOST_BYTES)
    except FileNotFoundError:
        return []
    found: list[NetworkAccessDecided] = []
    for line in text.split(b"\n")[:-1]:
        try:
            found.append(_decision(session_id, msgspec.json.decode(line)))
        except msgspec.DecodeError as error:
            logger.warning("a network decision cannot be read", session=str(session_id), error=str(error))
    return found


def _decision(session_id: UUID, line: dict[str, Any]) -> NetworkAccessDecided:
    return msgspec.convert({**line, "session_id": str(session_id)}, NetworkAccessDecided)


def _gone(session_id: UUID) -> JailError:
    return JailError(f"The proxy of session {session_id} does not answer.", "The worker starts another.")
