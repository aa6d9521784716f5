"""What a session's jail is made of, by its project's settings."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.domain.project import ProjectSettings
from quarterdeck.jail.abstract import BuildLog, ContainerSpec, JailSpec
from quarterdeck.jail.limits import JailLimits

BUBBLEWRAP = "bubblewrap"


def spec(
    session_id: UUID,
    workspace: PreparedWorkspace | asyncio.Future[PreparedWorkspace],
    limits: JailLimits,
    project_id: UUID,
    settings: ProjectSettings,
    log: BuildLog,
    driver: str = "",
    documents: Mapping[str, str] = MappingProxyType({}),
) -> JailSpec:
    """`driver`: the one that made the session's jail before, if there was one."""
    container = ContainerSpec(
        project_id=project_id,
        image=settings.image,
        dockerfile=settings.dockerfile,
        runtime=settings.runtime,
        network=bool(settings.network),
        log=log,
    )
    return JailSpec(
        session_id=session_id,
        workspace=workspace,
        limits=limits,
        driver=driver or settings.jail_driver,
        documents=documents,
        # a project may ask for an image only after the session got a jail that is none of Docker's
        container=ContainerSpec(project_id=project_id) if driver == BUBBLEWRAP else container,
    )
