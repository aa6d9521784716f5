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
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from quarterdeck.jail import probes, program, seccomp, system
from quarterdeck.jail.abstract import DOCUMENTS_PATH, WORKSPACE_PATH, JailSpec, Protection
from quarterdeck.jail.cgroups.sessions import Made, SessionGroups
from quarterdeck.jail.launcher import Launcher
from quarterdeck.jail.limits import JailLimits, kept_by_looking
from quarterdeck.jail.protections import look_from_inside
from quarterdeck.jail.shim.wire import Head
from quarterdeck.jail.shims import ALONE_SECONDS, Shims
from quarterdeck.jail.standing import StandingJail

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
        launcher: Launcher | None = None,
        alone_seconds: float = ALONE_SECONDS,
    ) -> None:
        self._state = state_dir
        self._bwrap = bwrap
        self._limits = limits or JailLimits()
        self._shells = list(shells)
        self._seccomp = seccomp.assemble()
        self._shims = Shims(self.name, state_dir, jail_uid, launcher=launcher, alone_seconds=alone_seconds)
        self._groups = SessionGroups(state_dir, self._shims.jail_uid)
        self._ready_program: Path | None = None

    @property
    def zygote_pid(self) -> int | None:
        return self._shims.zygote_pid

    async def protections(self) -> Sequence[Protection]:
        return await look_from_inside(self, self._state, self._shims.jail_uid)

    async def create(self, spec: JailSpec) -> StandingJail:
        self._shims.refuse_to_run_as_root()
        bwrap = self._program()
        self._shims.make_folder(spec.session_id)
        try:
            limits = spec.limits or self._limits
            groups = await asyncio.to_thread(self._groups.make, spec.session_id, limits)
            told = limits.told({**kept_by_looking(), **groups.kept})
            return await self._shims.start(
                spec.session_id,
                told,
                self._configuration(spec, limits, groups) | {"bwrap": str(bwrap)},
                lambda: _arguments(spec, limits),
            )
        except BaseException:
            await self._shims.clear(spec.session_id)
            raise

    async def adopt(self, session_id: UUID) -> StandingJail | None:
        jail = await self._shims.find(session_id)
        if jail is None:
            await self._shims.clear(session_id)
        return jail

    async def sessions(self) -> Sequence[UUID]:
        with_groups = await asyncio.to_thread(self._groups.sessions)
        found = {*await self._shims.sessions(), *with_groups}
        # last: whose look has ended by now has taken its jail along
        return sorted(found - await asyncio.to_thread(probes.jails_looked_at, self._state))

    async def close(self) -> None:
        await self._shims.close()

    def _program(self) -> Path:
        if self._ready_program is None:
            self._ready_program = program.within_reach(program.find(self._bwrap), self._state, self._shims.uid)
        return self._ready_program

    def _configuration(self, spec: JailSpec, limits: JailLimits, groups: Made) -> Head:
        return {
            "files": system.MADE_UP,
            "copied": system.copied(),
            "documents": {f"{DOCUMENTS_PATH}/{name}": text for name, text in spec.documents.items()},
            "seccomp": self._seccomp.hex(),
            "shells": self._shells,
            "environment": system.FIRST_ENVIRONMENT | spec.environment,
            "rlimits": limits.for_process(groups.kept),
            "processes": limits.processes,
            "watched": limits.watched(groups.kept),
            "groups": {"shim": groups.shim, "roles": groups.roles},
            "output_bytes": limits.output_bytes,
            "workspace": WORKSPACE_PATH,
            "state": system.STATE_FOLDER,
        }


async def _arguments(spec: JailSpec, limits: JailLimits) -> Head:
    """What of the configuration depends on the workspace."""
    return {"arguments": system.arguments(await spec.files(), limits)}
