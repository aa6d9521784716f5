"""The image that a session's container is made of: this host's system, one by its name, or one that is built."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import docker
from docker.errors import APIError, ImageNotFound

from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.jail.abstract import BuildLog, JailSpec
from quarterdeck.jail.docker import builds, host_image
from quarterdeck.jail.docker.cuts import Cut
from quarterdeck.jail.docker.daemon import Daemon
from quarterdeck.jail.errors import JailError

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True, kw_only=True)
class Image:
    id: str
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """What it wants set for commands."""
    volumes: tuple[str, ...] = ()
    """Folders that it wants kept outside of it."""
    mounted: tuple[Path, ...] = ()
    """What of the host is mounted into it, read-only, at the same path."""


class Images:
    def __init__(self, daemon: Daemon, uid: int, build_network: str) -> None:
        self._daemon = daemon
        self._uid = uid
        self._build_network = build_network
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """By an image's name: sessions that are opened at once wait for one pull or build."""

    async def find(self, spec: JailSpec, workspace: PreparedWorkspace) -> Image:
        """Makes it where it is missing. Raises JailError."""
        if spec.container.dockerfile:
            return await self._built(spec, workspace)
        if spec.container.image:
            return await self._named(spec.container.image)
        return await self._host()

    async def _host(self) -> Image:
        name, archive = host_image.archive(self._uid)
        async with self._turns[name]:
            found = await self._daemon.ask(lambda client: _look(client, name))
            if found is None:
                found = await self._daemon.ask(lambda client: _import(client, name, archive))
        return Image(id=found["Id"], mounted=host_image.mounted())

    async def _named(self, name: str) -> Image:
        async with self._turns[name]:
            found = await self._daemon.ask(lambda client: _look(client, name))
            if found is None:
                found = await self._daemon.ask(lambda client: _pull(client, name))
        return _image(name, found)

    async def _built(self, spec: JailSpec, workspace: PreparedWorkspace) -> Image:
        network = self._build_network if spec.container.network else builds.NO_NETWORK
        build = builds.Build.of(spec, workspace, network)
        async with self._turns[build.tag]:
            found = await self._daemon.ask(lambda client: _look(client, build.tag))
            if found is None:
                await self._build(build, spec.container.log)
                found = await self._daemon.ask(lambda client: _look(client, build.tag))
        if found is None:
            raise JailError(f"The image {build.tag} is gone right after it was built.", "Open another session.")
        return _image(build.tag, found)

    async def _build(self, build: builds.Build, log: BuildLog | None) -> None:
        if log is None:
            await self._run(build, lambda _: None)
            return
        await log.began(build.dockerfile, build.commit, build.network)
        try:
            made = await self._run(build, log.said)
        except asyncio.CancelledError:
            await log.failed("It was given up: nobody waits for it any more.")
            raise
        except JailError as error:
            await log.failed(error.message)
            raise
        await log.built(build.tag, steps=made.steps, cached_steps=made.cached_steps)

    async def _run(self, build: builds.Build, tell: Callable[[str], None]) -> builds.Made:
        """Cancelled, it does not wait for the build's own end."""
        cut = Cut()
        running = asyncio.ensure_future(self._daemon.ask_alone(lambda client: build.run(client, tell, cut)))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            cut.make()
            await asyncio.wait({running})
            # how it ended is nobody's business any more
            running.exception()
            raise


def _image(name: str, found: Mapping[str, Any]) -> Image:
    """Refuses what cannot run here."""
    wanted = ARCHITECTURES.get(os.uname().machine, os.uname().machine)
    if found.get("Os") != "linux" or found.get("Architecture") != wanted:
        raise JailError(
            f"The image {name} is for {found.get('Os')}/{found.get('Architecture')}; this host is linux/{wanted}.",
            "Name an image for this host's architecture in the project's settings.",
        )
    config: Mapping[str, Any] = found.get("Config") or {}
    variables = dict(entry.split("=", 1) for entry in config.get("Env") or () if "=" in entry)
    return Image(id=found["Id"], environment=variables, volumes=tuple(config.get("Volumes") or ()))


def _look(client: docker.DockerClient, name: str) -> Mapping[str, Any] | None:
    try:
        return cast("Mapping[str, Any]", client.images.get(name).attrs)
    except ImageNotFound:
        return None


def _import(client: docker.DockerClient, name: str, archive: bytes) -> Mapping[str, Any]:
    repository, _, tag = name.rpartition(":")
    cast("Any", client.api).import_image_from_data(archive, repository=repository, tag=tag)
    return cast("Mapping[str, Any]", client.images.get(name).attrs)


def _pull(client: docker.DockerClient, name: str) -> Mapping[str, Any]:
    try:
        return cast("Mapping[str, Any]", client.images.pull(name).attrs)
    except APIError as error:
        raise JailError(
            f"The image {name} is not on the worker's host and cannot be pulled: {error.explanation or error}.",
            f"Load it on that host (`docker pull {name}`), or correct the image in the project's settings.",
        ) from error
