"""Building a project's image from a Dockerfile of its repository, as the base commit has it.

The context is the host's own read-only checkout of the commit, which no jail has ever written to. What the Dockerfile
runs is as little trusted as what a jail runs: it has no network unless the worker's operator gives it one.
"""

import hashlib
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import docker
import requests
import urllib3
from docker.errors import APIError
from docker.utils import build as contexts

from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.jail import folders
from quarterdeck.jail.abstract import JailSpec
from quarterdeck.jail.docker import dockerfiles
from quarterdeck.jail.docker.cuts import Cut
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.limits import GIB

BUILD_SECONDS = 1800
MEMORY_BYTES = 4 * GIB
LAST_LINES = 20
LINE_CHARACTERS = 500
LOG_CHARACTERS = 4 * 1024 * 1024
SILENT_SECONDS = 600
DOCKERFILE_BYTES = 1024 * 1024
NO_NETWORK = "none"
STEP, TRIGGER = re.compile(r"Step \d+/\d+ : "), re.compile(r"# Executing \d+ build trigger")
NETWORK = (
    "A build has a network only where the project's sessions have one and QD_DOCKER_BUILD_NETWORK names one on the "
    "worker."
)
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
CACHED = "---> Using cache"
KEPT_IMAGES = 3
IGNORE_FILE = ".dockerignore"
PROJECT, SESSION = "quarterdeck.project", "quarterdeck.session"


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a build that went well was made of."""

    steps: int
    cached_steps: int


@dataclass(frozen=True, kw_only=True)
class Build:
    tag: str
    commit: str
    context: Path
    dockerfile: str
    network: str
    labels: Mapping[str, str]

    @classmethod
    def of(cls, spec: JailSpec, workspace: PreparedWorkspace, network: str) -> "Build":
        dockerfile = spec.container.dockerfile
        project = str(spec.container.project_id or "none")
        told = f"{workspace.base_commit}\0{dockerfile}\0{network}"
        return cls(
            tag=f"quarterdeck/project-{project}:{hashlib.sha256(told.encode()).hexdigest()[:32]}",
            commit=workspace.base_commit,
            # a clone is a copy that no command has run in yet
            context=workspace.lower or workspace.upper,
            dockerfile=dockerfile,
            network=network,
            labels={PROJECT: project, SESSION: str(spec.session_id)},
        )

    def run(self, client: docker.DockerClient, tell: Callable[[str], None], cut: Cut) -> "Made":
        """Raises JailError with the end of the build's log. `tell` is called with each line of it.

        `client` is used for nothing else meanwhile: `cut` ends the build.
        """
        log = _Log(self, tell)
        cut.follow(client.api)
        try:
            with self._archive() as context:
                self._check()
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
                    timeout=SILENT_SECONDS,
                ):
                    log.take(said)
        except APIError as error:
            raise log.failure(str(error.explanation or error)) from error
        except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError) as error:
            raise log.failure(f"it printed nothing for {SILENT_SECONDS} s") from error
        except urllib3.exceptions.HTTPError as error:
            raise log.failure("it was given up" if cut.made else "the daemon went away") from error
        except JailError:
            # what went on until the daemon heard of it must not be taken for a build that went well
            _remove(client, self.tag)
            raise
        if log.failed or cut.made:
            raise log.failure(log.failed or "it was given up")
        _remove_old(client, self)
        return Made(steps=log.steps, cached_steps=log.cached_steps)

    def _check(self) -> None:
        """Without a network of its own a build must not have the daemon connect anywhere in its stead."""
        if self.network != NO_NETWORK:
            return
        with folders.opened(self.context) as folder:
            content = folders.read_small(self.dockerfile, folder, DOCKERFILE_BYTES + 1)
        if len(content) > DOCKERFILE_BYTES:
            raise JailError(f"{self.dockerfile} is longer than {DOCKERFILE_BYTES} bytes.", "Shorten it.")
        found = dockerfiles.download(content.decode(errors="replace"))
        if found:
            raise JailError(
                f"The image cannot be built from {self.dockerfile}: this build has no network, and this may download "
                f"something: {found[:LINE_CHARACTERS]}",
                f"Use COPY, or write ADD with plain paths. {NETWORK}",
            )

    def _archive(self) -> Any:
        if not _is_file(self.context, self.dockerfile):
            raise JailError(
                f"The repository has no file {self.dockerfile!r} at this commit to build an image from.",
                "Correct the Dockerfile's path in the project's settings, or commit the file.",
            )
        ignored = contexts.exclude_paths(str(self.context), _ignored(self.context), dockerfile=self.dockerfile)
        return cast("Any", contexts).create_archive(root=str(self.context), files=sorted(ignored - {".git"}))


class _Log:
    """Each line goes to whoever listens as it comes, up to a bound; the last ones into the failure."""

    def __init__(self, build: Build, tell: Callable[[str], None]) -> None:
        self._build = build
        self._tell = tell
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._room = LOG_CHARACTERS
        self._until = time.monotonic() + BUILD_SECONDS
        self.failed = ""
        self.steps = self.cached_steps = 0

    def take(self, said: Mapping[str, Any]) -> None:
        if time.monotonic() > self._until:
            raise self.failure(f"it took longer than {BUILD_SECONDS} s")
        self.failed = str(said.get("error") or self.failed)
        for line in _lines(str(said.get("stream") or said.get("status") or "")):
            self._count(line)
            self._last.append(line)
            self._pass_on(line)
        if self.failed:
            self._pass_on(self.failed[:LINE_CHARACTERS])

    def _count(self, line: str) -> None:
        self.steps += STEP.match(line) is not None
        self.cached_steps += line.strip() == CACHED
        if self._build.network == NO_NETWORK and TRIGGER.match(line):
            raise self.failure("its base image has build triggers (ONBUILD), which need a build with a network")

    def _pass_on(self, line: str) -> None:
        if self._room <= 0:
            return
        self._room -= len(line) + 1
        self._tell(line if self._room > 0 else "The log is cut off here: it is too long.")

    def failure(self, why: str) -> JailError:
        end = "\n".join(self._last)
        return JailError(
            f"The image cannot be built from {self._build.dockerfile}: {why[:LINE_CHARACTERS]}\n{end}".rstrip(),
            f"Correct the Dockerfile; `qd session log {self._build.labels[SESSION]}` shows the whole log. {NETWORK}",
        )


def _lines(text: str) -> Iterator[str]:
    """Without control characters: a build prints what it likes, and a terminal may show it."""
    for line in COLOURS.sub("", text).splitlines():
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
        _remove(client, str(image.id))


def _remove(client: docker.DockerClient, image: str) -> None:
    with suppress(APIError):
        client.images.remove(image)
