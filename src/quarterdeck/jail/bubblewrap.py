"""Jails made with bubblewrap: no daemon, no root, a few milliseconds each.

A shim per session, forked from a zygote, makes the jail and keeps it; the worker only talks to it, so a worker that
dies leaves its jails standing, and the next one adopts them. What the driver needs:

- `state_dir`: its own place on a disk. It and all folders above must be passable (x) for the jail's user.
- `jail_uid`: as root, the user all jails run as, which owns `sessions/*` below `state_dir` and needs no passwd entry;
  as an ordinary user None, and jails run as that user in user namespaces.
- `bwrap`: bubblewrap 0.11 or later; by default the one installed beside Quarterdeck, else the system's. As root it is
  copied below `state_dir`, since the jail's user may not reach where it was installed.
- The workspace's `upper`, `work` and `lower` belong to the jail's user.
"""

import asyncio
import json
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from quarterdeck.domain.session import Limit
from quarterdeck.jail import folders, program, ruins, seccomp, system
from quarterdeck.jail.abstract import WORKSPACE_PATH, JailSpec, Protection
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.launcher import Launcher
from quarterdeck.jail.limits import JailLimits
from quarterdeck.jail.link import Link, ShimGoneError, connect
from quarterdeck.jail.protections import look_from_inside
from quarterdeck.jail.shim.server import SOCKET
from quarterdeck.jail.shim.wire import PROTOCOL, Head
from quarterdeck.jail.standing import StandingJail

CREATE_SECONDS = 30.0
HELLO_SECONDS = 10.0
SHELLS = ("/bin/bash", "/bin/sh")


class BubblewrapDriver:
    name = "bubblewrap"

    def __init__(
        self,
        state_dir: Path,
        jail_uid: int | None,
        bwrap: Path | None = None,
        *,
        limits: JailLimits | None = None,
        shells: Sequence[str] = SHELLS,
    ) -> None:
        self._state = state_dir
        self._uid = jail_uid if os.geteuid() == 0 else None
        self._bwrap = bwrap
        self._limits = limits or JailLimits()
        self._shells = list(shells)
        self._seccomp = seccomp.assemble()
        self._launcher = Launcher()
        self._ready_program: Path | None = None
        self._held: list[StandingJail] = []

    @property
    def _jail_uid(self) -> int:
        return os.geteuid() if self._uid is None else self._uid

    @property
    def zygote_pid(self) -> int | None:
        return self._launcher.pid

    async def protections(self) -> Sequence[Protection]:
        return await look_from_inside(self, self._state, self._jail_uid)

    async def create(self, spec: JailSpec) -> StandingJail:
        self._refuse_to_run_as_root()
        bwrap = self._program()
        self._make_folder(spec.session_id)
        try:
            link = await self._start_shim(spec, bwrap)
        except BaseException:
            await ruins.clear(self._state, spec.session_id, self._jail_uid)
            raise
        return self._hold(StandingJail(self._state, spec.session_id, self._limits.told(), link, self._jail_uid))

    async def adopt(self, session_id: UUID) -> StandingJail | None:
        jail = await self._find(session_id)
        if jail is None:
            await ruins.clear(self._state, session_id, self._jail_uid)
        return jail

    async def sessions(self) -> Sequence[UUID]:
        await self._launcher.warm_up()
        return folders.sessions_with_shim(self._state)

    async def close(self) -> None:
        for jail in self._held:
            jail.close()
        self._held.clear()
        await self._launcher.close()

    def _hold(self, jail: StandingJail) -> StandingJail:
        self._held = [held for held in self._held if not held.closed]
        self._held.append(jail)
        return jail

    def _refuse_to_run_as_root(self) -> None:
        if self._jail_uid == 0:
            raise JailError(
                "A jail must not run as root.", "Set QD_JAIL_UID to an unprivileged user id, such as 64100."
            )

    def _program(self) -> Path:
        if self._ready_program is None:
            self._ready_program = program.within_reach(program.find(self._bwrap), self._state, self._uid)
        return self._ready_program

    def _make_folder(self, session_id: UUID) -> None:
        program.check_passable(self._state, self._jail_uid)
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

    async def _start_shim(self, spec: JailSpec, bwrap: Path) -> Link:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs, folders.shim_folder(self._state, spec.session_id) as folder:
            await self._launcher.fork(folder, json.dumps(self._configuration(spec, bwrap)).encode(), theirs)
        link = await Link.over(ours)
        said = await _first_word(link)
        if "failed" in said:
            link.close()
            raise JailError(f"The jail cannot be made: {said['failed']}.", program.next_step(said["failed"]))
        return link

    def _configuration(self, spec: JailSpec, bwrap: Path) -> Head:
        return {
            "session": str(spec.session_id),
            "uid": self._uid,
            "owner": os.geteuid(),
            "bwrap": str(bwrap),
            "arguments": system.arguments(spec.workspace, self._limits),
            "files": system.MADE_UP,
            "seccomp": self._seccomp.hex(),
            "shells": self._shells,
            "environment": system.FIRST_ENVIRONMENT | spec.environment,
            "rlimits": self._limits.for_process(),
            "output_bytes": self._limits.output_bytes,
            "limits": [[limit.name, limit.asked, limit.enforced_by] for limit in self._limits.told()],
            "workspace": WORKSPACE_PATH,
            "state": system.STATE_FOLDER,
        }

    async def _find(self, session_id: UUID) -> StandingJail | None:
        """The session's jail, if its shim is the process that the record names, and answers."""
        try:
            with folders.shim_folder(self._state, session_id) as folder:
                found = ruins.look(folder, self._jail_uid)
                try:
                    if found.shim is None or found.first is None:
                        return None
                    link, pid, uid = await connect(folder, SOCKET)
                finally:
                    found.close()
        except (OSError, ShimGoneError):
            return None
        if pid != found.shim_pid or uid != self._jail_uid:
            link.close()
            return None
        return await self._greet(session_id, link)

    async def _greet(self, session_id: UUID, link: Link) -> StandingJail | None:
        try:
            answer, _ = await asyncio.wait_for(link.ask("hello"), HELLO_SECONDS)
        except (JailError, TimeoutError):
            answer = {}
        if answer.get("protocol") != PROTOCOL or answer.get("session") != str(session_id):
            link.close()
            return None
        limits = tuple(Limit(name=name, asked=asked, enforced_by=by) for name, asked, by in answer["limits"])
        return self._hold(StandingJail(self._state, session_id, limits, link, self._jail_uid))


async def _first_word(link: Link) -> dict[str, Any]:
    try:
        return await asyncio.wait_for(link.first, CREATE_SECONDS)
    except (TimeoutError, asyncio.CancelledError) as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        link.close()
        return {"failed": "its shim ended" if isinstance(error, asyncio.CancelledError) else "it took too long"}
