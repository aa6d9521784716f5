"""Jobs: doorbells that say where in the log to look."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class JobKind(StrEnum):
    MIRROR_PROJECT = "mirror_project"
    PROVISION_SESSION = "provision_session"
    RUN_COMMAND = "run_command"
    CANCEL_COMMAND = "cancel_command"
    PAUSE_SESSION = "pause_session"
    RESUME_SESSION = "resume_session"
    CLOSE_SESSION = "close_session"
    RESTORE_WORKSPACE = "restore_workspace"
    CHANGE_NETWORK = "change_network"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A doorbell: what to look at. The worker reads the log for what to do."""

    kind: JobKind
    subject_id: UUID
    """Project, session or command."""
    event_id: str
    """Of the event that asks for it; the message id."""
    worker_id: str | None = None
    """The only worker that can do it; None: any."""
    traceparent: str | None = None


class Delivery(Protocol):
    @property
    def job(self) -> Job: ...
    @property
    def attempt(self) -> int:
        """1 for the first delivery."""
        ...

    async def done(self) -> None: ...
    async def retry(self, delay_seconds: float) -> None: ...
    async def working(self) -> None:
        """Still at it: restart the redelivery timer."""
        ...


class JobQueue(Protocol):
    """At least once, from the log to the workers."""

    async def publish(self, job: Job) -> None:
        """Safe to repeat: the event id is the message id."""
        ...

    def consume(self, worker_id: str) -> AbstractAsyncContextManager[AsyncIterator[Delivery]]:
        """Jobs for this worker, and those for any."""
        ...
