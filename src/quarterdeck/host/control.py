"""Reaching a `quarterdeck up` from another process: stopping it, asking what it runs, using its services."""

import json
import os
import select
import signal
from dataclasses import dataclass
from typing import Any

import pydantic

from quarterdeck.config import Settings
from quarterdeck.host import aftermath, lock
from quarterdeck.host.errors import AlreadyRunningError, HostError, NotRunningError
from quarterdeck.host.layout import DataDirectory
from quarterdeck.host.supervisor import ChildState

STOP_SECONDS = 15.0


@dataclass(frozen=True)
class Running:
    pid: int
    url: str
    children: tuple[ChildState, ...]


def running(data: DataDirectory) -> Running:
    """What runs on the data directory. Raises NotRunningError."""
    by = lock.holder(data.lock)
    if by is None:
        raise NotRunningError(f"Quarterdeck does not run on {data.root}.", "Start it with quarterdeck up.")
    return Running(by.pid, by.url, tuple(_children(data)))


@dataclass(frozen=True)
class Stopped:
    running: Running | None
    """What ran; None: nothing did."""
    left: tuple[str, ...]
    """What else was found running on the data directory, left by a start that was killed, and was ended."""


def down(data: DataDirectory) -> Stopped:
    """Stops what runs and what a killed start left, and returns when it is gone. Raises HostError where it goes on."""
    try:
        found = running(data)
        _stop(found, data)
    except NotRunningError:
        found = None
    return Stopped(found, tuple(_end_leftovers(data)))


def _stop(found: Running, data: DataDirectory) -> None:
    try:
        process = os.pidfd_open(found.pid)
        with os.fdopen(process):
            signal.pidfd_send_signal(process, signal.SIGTERM)
            stopped = select.select([process], [], [], STOP_SECONDS)[0]
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise HostError(f"Quarterdeck (pid {found.pid}) belongs to another user.", "Stop it as that user.") from error
    if not stopped:
        raise HostError(
            f"Quarterdeck (pid {found.pid}) did not stop within {STOP_SECONDS:g} s.",
            f"See {data.logs / 'supervisor.log'}; kill -9 {found.pid} loses nothing that was acknowledged.",
        )


def _end_leftovers(data: DataDirectory) -> list[str]:
    if not data.lock.exists():
        return []
    try:
        # Held, so that nothing is started meanwhile.
        with lock.hold(data.lock):
            return aftermath.end(data)
    except AlreadyRunningError:
        # It was started again, and has taken over what was left.
        return []


def with_running_services(settings: Settings) -> Settings:
    """The settings with the addresses of the services that `up` runs, where none are named.

    Raises NotRunningError where there are neither.
    """
    if settings.database_url is not None:
        return settings
    data = DataDirectory(settings.data_dir)
    running(data)
    try:
        saved: dict[str, Any] = json.loads(data.own_settings.read_text())
        found = Settings(**saved)
    except (OSError, ValueError, pydantic.ValidationError) as error:
        raise HostError(
            f"{data.own_settings} cannot be read, so the running database cannot be reached.",
            "Run this as the user that started Quarterdeck, once it is ready.",
        ) from error
    names = ("database_url", "database_owner_url", "database_projector_url", "nats_url")
    return settings.model_copy(update={name: getattr(found, name) for name in names})


def _children(data: DataDirectory) -> list[ChildState]:
    try:
        return [ChildState(**child) for child in json.loads(data.state.read_text())["children"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
