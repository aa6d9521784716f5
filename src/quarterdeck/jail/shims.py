"""The shims of a driver's sessions: one process each, forked from a zygote, found again by a later worker."""

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from quarterdeck.domain.session_events import Limit
from quarterdeck.jail import folders, program, ruins, strays
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.launcher import Launcher
from quarterdeck.jail.link import Link, ShimGoneError, connect
from quarterdeck.jail.shim.server import SOCKET
from quarterdeck.jail.shim.wire import PROTOCOL, Head
from quarterdeck.jail.standing import StandingJail

CREATE_SECONDS = 30.0
HELLO_SECONDS = 10.0
ALONE_SECONDS = 60.0
"""So long a jail runs on without a worker: less than it takes until its session may be given to another."""


class Shims:
    """`uid`: whom shims and jails run as; None: as we do. `removed` is called when a jail and its shim are gone."""

    def __init__(
        self,
        driver: str,
        state: Path,
        uid: int | None,
        removed: Callable[[UUID], Awaitable[None]] | None = None,
        *,
        launcher: Launcher | None = None,
        alone_seconds: float = ALONE_SECONDS,
    ) -> None:
        self._driver = driver
        self._alone_seconds = alone_seconds
        self._state = state
        self._uid = uid if os.geteuid() == 0 else None
        self._removed = removed
        self._launcher = launcher or Launcher()
        self._held: list[StandingJail] = []

    @property
    def uid(self) -> int | None:
        """Whom to become: None where that is who we are."""
        return self._uid

    @property
    def jail_uid(self) -> int:
        return os.geteuid() if self._uid is None else self._uid

    @property
    def zygote_pid(self) -> int | None:
        return self._launcher.pid

    def refuse_to_run_as_root(self) -> None:
        if self.jail_uid == 0:
            raise JailError(
                "A jail must not run as root.", "Set QD_JAIL_UID to an unprivileged user id, such as 64100."
            )

    def make_folder(self, session_id: UUID) -> None:
        """Of the session's shim. Raises JailError where there is one."""
        program.check_passable(self._state, self.jail_uid)
        try:
            folders.make_shim_folder(self._state, session_id, self._uid)
        except FileExistsError as error:
            raise JailError(
                f"Session {session_id} has a jail on this host already.", "Adopt it, which also clears its ruins."
            ) from error
        except OSError as error:
            raise JailError(
                f"The session's folder below {self._state} cannot be made: {error.strerror}.",
                "Make room on the disk, or look at the folder's owner and mode.",
            ) from error

    async def start(
        self,
        session_id: UUID,
        limits: tuple[Limit, ...],
        configuration: Head,
        rest: Callable[[], Awaitable[Head]] | None = None,
    ) -> StandingJail:
        """A shim in the session's folder, once its jail stands.

        `configuration` is what the jail is made of; who it belongs to is added. What is not known yet comes from
        `rest`, while the shim gets ready. Raises JailError with the shim's words, and what `rest` raises.
        """
        told = {
            "session": str(session_id),
            "uid": self._uid,
            "owner": os.geteuid(),
            "alone_seconds": self._alone_seconds,
            "limits": [[limit.name, limit.asked, limit.enforced_by] for limit in limits],
            "more": rest is not None,
        }
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with theirs, folders.shim_folder(self._state, session_id) as folder:
                await self._launcher.fork(json.dumps(told | configuration).encode(), folder, theirs.fileno())
            link = await Link.over(ours)
        except BaseException:
            # a shim that was forked meanwhile ends with it
            ours.close()
            raise
        if rest is not None:
            await _tell_rest(link, rest)
        said = await _first_word(link)
        if "failed" in said:
            link.close()
            raise JailError(f"The jail cannot be made: {said['failed']}.", program.next_step(said["failed"]))
        return self._hold(session_id, limits, link)

    async def find(self, session_id: UUID) -> StandingJail | None:
        """The session's jail, if its shim is the process that the record names, and answers."""
        try:
            with folders.shim_folder(self._state, session_id) as folder:
                found = ruins.look(folder, self.jail_uid)
                try:
                    if found.shim is None or found.first is None:
                        return None
                    link, pid, uid = await connect(folder, SOCKET)
                finally:
                    found.close()
        except (OSError, ShimGoneError):
            return None
        if pid != found.shim_pid or uid != self.jail_uid:
            link.close()
            return None
        return await self._greet(session_id, link)

    async def clear(self, session_id: UUID) -> None:
        """Ends what is left of the session's shim and removes its folder."""
        await ruins.clear(self._state, session_id, self.jail_uid)

    async def sessions(self) -> list[UUID]:
        await self._launcher.warm_up()
        strays_of = await asyncio.to_thread(strays.sessions, self._state)
        return sorted({*folders.sessions_with_shim(self._state), *strays_of})

    async def close(self) -> None:
        """Lets go of all jails without ending them."""
        for jail in self._held:
            jail.close()
        self._held.clear()
        await self._launcher.close()

    def _hold(self, session_id: UUID, limits: tuple[Limit, ...], link: Link) -> StandingJail:
        jail = StandingJail(
            self._driver, self._state, session_id, limits, link, uid=self.jail_uid, removed=self._removed
        )
        self._held = [held for held in self._held if not held.closed]
        self._held.append(jail)
        return jail

    async def _greet(self, session_id: UUID, link: Link) -> StandingJail | None:
        try:
            answer, _ = await asyncio.wait_for(link.ask("hello"), HELLO_SECONDS)
        except (JailError, TimeoutError):
            answer = {}
        if answer.get("protocol") != PROTOCOL or answer.get("session") != str(session_id):
            link.close()
            return None
        limits = tuple(Limit(name=name, asked=asked, enforced_by=by) for name, asked, by in answer["limits"])
        return self._hold(session_id, limits, link)


async def _tell_rest(link: Link, rest: Callable[[], Awaitable[Head]]) -> None:
    """Where there is none, the shim has ended when this raises."""
    try:
        told = await rest()
    except BaseException:
        await link.give_up(CREATE_SECONDS)
        raise
    # one that could not even get ready has said why
    with suppress(ShimGoneError):
        link.tell("make", **told)


async def _first_word(link: Link) -> dict[str, Any]:
    try:
        return await asyncio.wait_for(link.first, CREATE_SECONDS)
    except (TimeoutError, asyncio.CancelledError) as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        link.close()
        return {"failed": "its shim ended" if isinstance(error, asyncio.CancelledError) else "it took too long"}
