"""The Docker daemon of this host, asked in threads, with its failures in words that say what to do."""

import asyncio
import os
import socket
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

import docker
import requests
from docker.errors import APIError, DockerException

from quarterdeck.jail.errors import JailError

DEFAULT = "unix:///var/run/docker.sock"
SCHEME = "unix://"
KNOCK_SECONDS = 5.0
CALL_SECONDS = 60
CONNECTIONS = 64

T = TypeVar("T")


class NoDaemonError(JailError):
    """There is no Docker daemon, or it does not answer us."""


class Daemon:
    """Connects when it is first asked, and again after the daemon was away."""

    def __init__(self, address: str | None = None) -> None:
        self.address = address or os.environ.get("DOCKER_HOST") or DEFAULT
        self._client: docker.DockerClient | None = None
        self._connecting = Lock()

    async def ask(self, question: Callable[[docker.DockerClient], T]) -> T:
        """Raises JailError. One that is cancelled has been answered nevertheless: nothing appears afterwards."""
        asking = asyncio.ensure_future(asyncio.to_thread(self._ask, question))
        try:
            return await asyncio.shield(asking)
        except asyncio.CancelledError:
            await asyncio.wait({asking})
            raise

    async def ask_alone(self, question: Callable[[docker.DockerClient], T]) -> T:
        """As `ask`, with a client of its own."""

        def alone(_: docker.DockerClient) -> T:
            own = self._connect()
            try:
                return question(own)
            finally:
                own.close()

        return await self.ask(alone)

    async def close(self) -> None:
        if self._client is not None:
            await asyncio.to_thread(self._client.close)
            self._client = None

    def _ask(self, question: Callable[[docker.DockerClient], T]) -> T:
        self._knock()
        try:
            return question(self._connected())
        except APIError as error:
            raise JailError(
                f"Docker refuses: {_said(error)}.", "Look at the daemon's log on the worker's host."
            ) from error
        except (requests.exceptions.RequestException, OSError) as error:
            raise self._silent(error) from error

    def _knock(self) -> None:
        """Tells apart why nobody answers, which the client's own errors do not."""
        if not self.address.startswith(SCHEME):
            raise NoDaemonError(
                f"Docker at {self.address} cannot be used: it must be on the worker's own host.",
                "Set QD_DOCKER_HOST to its socket, such as unix:///var/run/docker.sock.",
            )
        try:
            with socket.socket(socket.AF_UNIX) as knocking:
                knocking.settimeout(KNOCK_SECONDS)
                knocking.connect(self.address.removeprefix(SCHEME))
        except FileNotFoundError as error:
            raise NoDaemonError(
                f"There is no Docker daemon at {self.address}.",
                "Install and start it (`apt install docker.io`), set QD_DOCKER_HOST to its socket, "
                "or choose the jail driver bubblewrap for the project.",
            ) from error
        except PermissionError as error:
            raise NoDaemonError(
                f"The worker may not use Docker at {self.address}.",
                "Add the worker's user to the group docker (which gives it root's power), or run the worker as root.",
            ) from error
        except OSError as error:
            raise self._silent(error) from error

    def _silent(self, error: Exception) -> NoDaemonError:
        return NoDaemonError(
            f"The Docker daemon at {self.address} does not answer: {error}.",
            "Start it (`systemctl start docker`) and look at its log.",
        )

    def _connected(self) -> docker.DockerClient:
        with self._connecting:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _connect(self) -> docker.DockerClient:
        try:
            return docker.DockerClient(
                base_url=self.address, version="auto", timeout=CALL_SECONDS, max_pool_size=CONNECTIONS
            )
        except DockerException as error:
            # the library's own word for a daemon that hangs up on the first question
            raise self._silent(error) from error


def _said(error: APIError) -> str:
    return str(error.explanation or error).strip().rstrip(".")
