"""Jails made with Docker: a container per session, in the project's own image or in this host's system.

The shim of the session is the same as bubblewrap's: it runs on the host, as the jail's user, and without any access to
Docker. The worker has the container made; the container's first process is our agent, which finds the shim at a socket
that is mounted in. So commands go on while the worker or the daemon is away.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import docker
import structlog
from docker.models.containers import RUN_HOST_CONFIG_KWARGS

from quarterdeck.jail import folders, seccomp, system
from quarterdeck.jail.abstract import WORKSPACE_PATH, JailSpec, Protection
from quarterdeck.jail.cgroups.sessions import KEEPS, Made, SessionGroups
from quarterdeck.jail.docker import containers, look, runtime, volumes
from quarterdeck.jail.docker.daemon import Daemon, NoDaemonError
from quarterdeck.jail.docker.images import Image, Images
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.launcher import Launcher
from quarterdeck.jail.limits import OF_OWN_KERNEL, JailLimits, kept_by_looking
from quarterdeck.jail.shim import groups
from quarterdeck.jail.shim.wire import Head
from quarterdeck.jail.shims import ALONE_SECONDS, Shims
from quarterdeck.jail.standing import StandingJail

logger = structlog.get_logger(__name__)

SHELLS = ("/bin/bash", "/usr/bin/bash", "/bin/sh")


class DockerDriver:
    name = "docker"

    def __init__(
        self,
        state_dir: Path,
        jail_uid: int | None,
        address: str | None = None,
        *,
        limits: JailLimits | None = None,
        shells: Sequence[str] = SHELLS,
        build_network: str = "none",
        launcher: Launcher | None = None,
        alone_seconds: float = ALONE_SECONDS,
    ) -> None:
        self._state = state_dir
        self._limits = limits or JailLimits()
        self._shells = list(shells)
        self._seccomp = seccomp.assemble()
        self._daemon = Daemon(address)
        self._shims = Shims(
            self.name, state_dir, jail_uid, self._remove_container, launcher=launcher, alone_seconds=alone_seconds
        )
        self._groups = SessionGroups(state_dir, self._shims.jail_uid)
        self._images = Images(self._daemon, self._shims.jail_uid, build_network)
        self._info: Mapping[str, Any] | None = None
        self._runtime: runtime.Runtime | None = None
        self._making_runtime = asyncio.Lock()

    async def protections(self) -> Sequence[Protection]:
        """Told by the daemon; nothing is made in it."""
        try:
            return look.protections(await self._daemon.ask(lambda client: client.info()))
        except JailError as error:
            return [Protection(name="docker", on=False, detail=error.message, next_step=error.next_step)]

    async def create(self, spec: JailSpec) -> StandingJail:
        self._shims.refuse_to_run_as_root()
        workspace = await spec.files()
        await self._check_runtime(spec.container.runtime)
        image = await self._images.find(spec, workspace)
        agent = await self._agent()
        self._shims.make_folder(spec.session_id)
        try:
            place = containers.Place(
                state=self._state,
                workspace=workspace,
                channel=folders.make_channel(self._state, spec.session_id, self._shims.uid),
                documents=folders.make_documents(self._state, spec.session_id, self._shims.uid, spec.documents),
                runtime=agent,
                uid=self._shims.jail_uid,
                own_kernel=look.has_own_kernel(await self._known(), spec.container.runtime),
            )
            limits = spec.limits or self._limits
            # on a kernel of its own no process of the jail is one that a group of ours could have
            own = Made() if place.own_kernel else await self._group(spec.session_id, limits)
            made = containers.arguments(spec, place, image, limits)
            await self._daemon.ask(partial(_start, made))
            kept = {**await self._kept(), **(OF_OWN_KERNEL if place.own_kernel else own.kept)}
            configuration = self._configuration(spec, image, limits, own) | _watching(place, limits, kept)
            return await self._shims.start(spec.session_id, limits.told({**kept_by_looking(), **kept}), configuration)
        except BaseException:
            await self._take_down(spec.session_id)
            raise

    async def adopt(self, session_id: UUID) -> StandingJail | None:
        jail = await self._shims.find(session_id)
        if jail is None:
            # the container first: what is without a folder and without a container is found by nobody
            await self._remove_container(session_id)
            await self._shims.clear(session_id)
        return jail

    async def sessions(self) -> Sequence[UUID]:
        with suppress(NoDaemonError):
            await self._daemon.ask(lambda client: volumes.sweep(client, containers.label_of(self._state)))
            await self._sweep_runtimes()
        with_shim = {each for each in await self._shims.sessions() if folders.has_channel(self._state, each)}
        return sorted(with_shim | await self._with_container())

    async def owns(self, session_id: UUID) -> bool:
        """Whether the session's jail, or what is left of it, is of this driver's making."""
        return folders.has_channel(self._state, session_id) or session_id in await self._with_container()

    async def close(self) -> None:
        await self._shims.close()
        await self._daemon.close()

    async def _with_container(self) -> set[UUID]:
        """Empty where there is no daemon: then there may be containers, which are found when it is back."""
        try:
            return set(await self._daemon.ask(lambda client: containers.sessions(client, self._state)))
        except NoDaemonError:
            return set()

    async def _check_runtime(self, name: str) -> None:
        info = await self._daemon.ask(lambda client: client.info())
        problem = look.cannot_be_reached(info, name)
        if problem is not None:
            raise problem
        known = sorted(info.get("Runtimes") or {})
        if name and name not in known:
            raise JailError(
                f"The Docker daemon on this host has no runtime {name!r}; it has {', '.join(known)}.",
                f"Install it and register it (`runtimes` in /etc/docker/daemon.json), or take {name!r} out of the "
                "project's settings.",
            )

    async def _agent(self) -> runtime.Runtime:
        async with self._making_runtime:
            if self._runtime is None or not self._runtime.folder.is_dir():
                self._runtime = await asyncio.to_thread(runtime.make, self._state)
            return self._runtime

    async def _sweep_runtimes(self) -> None:
        # nobody is about to use one that is not known yet
        async with self._making_runtime:
            await self._daemon.ask(
                lambda client: runtime.sweep(self._state, self._runtime, lambda: containers.runtimes(client))
            )

    async def _remove_container(self, session_id: UUID) -> None:
        await self._daemon.ask(lambda client: containers.remove(client, session_id))

    async def _take_down(self, session_id: UUID) -> None:
        """What is left is found by the next reconciliation."""
        try:
            await self._remove_container(session_id)
            await self._shims.clear(session_id)
        except JailError as error:
            logger.warning("a container is left", session=str(session_id), error=error.message)

    async def _group(self, session_id: UUID, limits: JailLimits) -> Made:
        """Groups of our own for each command, beside the container's, where one can move from these into those.

        In version 2 that takes rights above both, which the shim has not got: then the container's have to do.
        """
        made = await asyncio.to_thread(self._groups.make, session_id, limits)
        roles = {role: place for role, place in made.roles.items() if place[0] == groups.V1}
        return Made(roles=roles, kept={KEEPS[role]: "cgroup" for role in roles if role in KEEPS})

    async def _kept(self) -> Mapping[str, str]:
        """What the daemon keeps by control groups on this host."""
        return look.kept(await self._known())

    async def _known(self) -> Mapping[str, Any]:
        if self._info is None:
            self._info = await self._daemon.ask(lambda client: client.info())
        return self._info

    def _configuration(self, spec: JailSpec, image: Image, limits: JailLimits, own: Made) -> Head:
        return {
            "container": True,
            "seccomp": self._seccomp.hex(),
            "processes": limits.processes,
            "groups": {"shim": own.shim, "roles": own.roles},
            "shells": self._shells,
            "environment": system.FIRST_ENVIRONMENT | {**image.environment, "HOME": system.HOME} | spec.environment,
            "output_bytes": limits.output_bytes,
            "workspace": WORKSPACE_PATH,
            "state": system.STATE_FOLDER,
        }


def _watching(place: containers.Place, limits: JailLimits, kept: Mapping[str, str]) -> Head:
    """What the agent sees to itself. What a kernel of the jail's own would have to hand out, it copies."""
    if place.own_kernel:
        watched = {"memory": limits.memory_bytes, "processes": None}
        return {"relayed": True, "rlimits": limits.of_own_kernel, "watched": watched}
    return {"rlimits": {}, "watched": limits.watched(kept)}


def _start(made: dict[str, Any], client: docker.DockerClient) -> None:
    """As `client.containers.create`, which has no word for what of /proc is covered."""
    api: Any = client.api
    of_host = {name: made[name] for name in made.keys() & set(RUN_HOST_CONFIG_KWARGS)}
    host = api.create_host_config(**of_host) | containers.COVERED
    of_container = {name: value for name, value in made.items() if name not in of_host}
    api.start(api.create_container(**of_container, host_config=host)["Id"])
