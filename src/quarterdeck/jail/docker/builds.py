"""Building a project's image from a Dockerfile of its repository, as the base commit has it.

The context is the host's own read-only checkout of the commit, which no jail has ever written to. What the Dockerfile
runs is as little trusted as what a jail runs: it has no network unless the worker's operator gives it one.
"""

import hashlib
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import docker
import structlog
from docker.errors import APIError
from docker.utils import build as contexts

from quarterdeck.jail import folders
from quarterdeck.jail.abstract import JailSpec
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.limits import GIB

logger = structlog.get_logger(__name__)

BUILD_SECONDS = 1800
MEMORY_BYTES = 4 * GIB
LAST_LINES = 20
LINE_CHARACTERS = 500
LOGGED_LINES = 5000
KEPT_IMAGES = 3
IGNORE_FILE = ".dockerignore"
PROJECT, SESSION = "quarterdeck.project", "quarterdeck.session"


@dataclass(frozen=True, kw_only=True)
class Build:
    tag: str
    context: Path
    dockerfile: str
    network: str
    labels: Mapping[str, str]

    @classmethod
    def of(cls, spec: JailSpec, network: str) -> "Build":
        workspace, dockerfile = spec.workspace, spec.container.dockerfile
        project = str(spec.container.project_id or "none")
        told = f"{workspace.base_commit}\0{dockerfile}\0{network}"
        return cls(
            tag=f"quarterdeck/project-{project}:{hashlib.sha256(told.encode()).hexdigest()[:32]}",
            # a clone is a copy that no command has run in yet
            context=workspace.lower or workspace.upper,
            dockerfile=dockerfile,
            network=network,
            labels={PROJECT: project, SESSION: str(spec.session_id)},
        )

    def run(self, client: docker.DockerClient) -> None:
        """Raises JailError with the end of the build's log."""
        log = _Log(self)
        try:
            with self._archive() as context:
                for said in client.api.build(
                    fileobj=context,
                    custom_context=True,
                    dockerfile=self.dockerfile,
                    tag=self.tag,
                    labels=dict(self.labels),
                    network_mode=self.network,
                    container_limits={"memory": MEMORY_BYTES, "memswap": MEMORY_BYTES},
                    rm=True,
                    forcerm=True,
                    decode=True,
                    timeout=BUILD_SECONDS,
                ):
                    log.take(said)
        except APIError as error:
            raise log.failure(str(error.explanation or error)) from error
        if log.failed:
            raise log.failure(log.failed)
        _remove_old(client, self)

    def _archive(self) -> Any:
        if not _is_file(self.context, self.dockerfile):
            raise JailError(
                f"The repository has no file {self.dockerfile!r} at this commit to build an image from.",
                "Correct the Dockerfile's path in the project's settings, or commit the file.",
            )
        ignored = contexts.exclude_paths(str(self.context), _ignored(self.context), dockerfile=self.dockerfile)
        return cast("Any", contexts).create_archive(root=str(self.context), files=sorted(ignored - {".git"}))


class _Log:
    """Goes to the worker's log as it comes, and its end into the failure."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._count = 0
        self._until = time.monotonic() + BUILD_SECONDS
        self.failed = ""

    def take(self, said: Mapping[str, Any]) -> None:
        if time.monotonic() > self._until:
            raise self.failure(f"it took longer than {BUILD_SECONDS} s")
        self.failed = str(said.get("error") or self.failed)
        for line in _lines(str(said.get("stream") or said.get("status") or "")):
            self._last.append(line)
            self._count += 1
            if self._count <= LOGGED_LINES:
                logger.info("building an image", image=self._build.tag, said=line)

    def failure(self, why: str) -> JailError:
        end = "\n".join(self._last)
        return JailError(
            f"The image cannot be built from {self._build.dockerfile}: {why[:LINE_CHARACTERS]}\n{end}".rstrip(),
            "Correct the Dockerfile. A build has no network unless QD_DOCKER_BUILD_NETWORK names one on the worker; "
            "the worker's log has the whole build.",
        )


def _lines(text: str) -> Iterator[str]:
    """Without control characters: a build prints what it likes, and a terminal may show it."""
    for line in text.splitlines():
        shown = "".join(each if each.isprintable() else " " for each in line[:LINE_CHARACTERS]).rstrip()
        if shown:
            yield shown


def _is_file(context: Path, path: str) -> bool:
    *above, name = path.split("/")
    folder = context
    for part in above:
        folder /= part
        if folder.is_symlink():
            return False
    return folder.joinpath(name).is_file() and not folder.joinpath(name).is_symlink()


def _ignored(context: Path) -> list[str]:
    """The patterns of `.dockerignore`, where that is a file and no link."""
    with folders.opened(context) as folder:
        try:
            text = folders.read_small(IGNORE_FILE, folder, 1024 * 1024).decode(errors="replace")
        except OSError:
            return []
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _remove_old(client: docker.DockerClient, build: Build) -> None:
    """Keeps the last few images of the project; those that containers use stay by Docker's own refusal."""
    repository = build.tag.rpartition(":")[0]
    found = sorted(client.images.list(name=repository), key=lambda image: str(image.attrs["Created"]), reverse=True)
    for image in found[KEPT_IMAGES:]:
        try:
            client.images.remove(str(image.id))
        except APIError:
            continue
