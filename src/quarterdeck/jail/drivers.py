"""The drivers of one worker behind one interface: each session's jail is made by the one that its project asks for."""

from collections.abc import Sequence
from uuid import UUID

from quarterdeck.jail.abstract import Jail, JailDriver, JailSpec, Protection
from quarterdeck.jail.docker.daemon import NoDaemonError
from quarterdeck.jail.docker.driver import DockerDriver
from quarterdeck.jail.errors import JailError

AUTO = "auto"


class Drivers:
    """Bubblewrap by default, Docker where that cannot make jails or the project names an image."""

    name = AUTO

    def __init__(self, bubblewrap: JailDriver, docker: DockerDriver) -> None:
        self._bubblewrap = bubblewrap
        self._docker = docker
        self._bubblewrap_works = False

    async def protections(self) -> Sequence[Protection]:
        return [*await self._bubblewrap.protections(), *await self._docker.protections()]

    async def create(self, spec: JailSpec) -> Jail:
        if spec.driver == self._docker.name:
            return await self._docker.create(spec)
        container = spec.container
        if container.image or container.dockerfile or container.runtime:
            if spec.driver != AUTO:
                raise JailError(
                    f"The project asks for an image or a runtime of Docker's, and for the jail driver {spec.driver}.",
                    "Choose the jail driver auto or docker, or take the image out of the project's settings.",
                )
            return await self._docker.create(spec)
        if spec.driver == AUTO:
            return await self._create_anyhow(spec)
        return await self._bubblewrap.create(spec)

    async def adopt(self, session_id: UUID) -> Jail | None:
        if await self._docker.owns(session_id):
            return await self._docker.adopt(session_id)
        return await self._bubblewrap.adopt(session_id)

    async def sessions(self) -> Sequence[UUID]:
        return sorted({*await self._bubblewrap.sessions(), *await self._docker.sessions()})

    async def close(self) -> None:
        await self._bubblewrap.close()
        await self._docker.close()

    async def _create_anyhow(self, spec: JailSpec) -> Jail:
        try:
            jail = await self._bubblewrap.create(spec)
        except JailError as error:
            if self._bubblewrap_works or await self._looks_well():
                # then it is about this session, and Docker would not do better
                raise
            try:
                return await self._docker.create(spec)
            except NoDaemonError:
                raise error from None
        self._bubblewrap_works = True
        return jail

    async def _looks_well(self) -> bool:
        return all(each.on for each in await self._bubblewrap.protections() if each.name == "jail")
