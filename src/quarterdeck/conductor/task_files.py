"""When task files are brought together with the log: soon after a change of either, when somebody asks, and again
after a failure. Each project at its own pace.

Safe to run beside another conductor's: what is written is decided on the log and on the branch.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import get_args
from uuid import UUID

import structlog

from quarterdeck.application.background import end
from quarterdeck.application.journal import Journal
from quarterdeck.application.patience import patiently
from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.application.session_task_reading import SessionTaskReader
from quarterdeck.application.streams import TASK_FILES
from quarterdeck.application.task_synchronizing import TaskSynchronizer
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.domain import task_files
from quarterdeck.domain.errors import BusyError, QuarterdeckError, UnavailableError
from quarterdeck.domain.project import ProjectSettingsChanged
from quarterdeck.domain.task_events import TaskClaimRenewed, TaskEvent
from quarterdeck.domain.task_files import FOLLOWED_ID, TaskFilesFollowed, TaskSyncRequested, task_files_id
from quarterdeck.domain.workspace import SnapshotTaken, WorkspaceRebuilt, WorkspaceRestored

logger = structlog.get_logger(__name__)

AT_ONCE = 4
"""Projects that are brought together side by side."""
TICK_SECONDS = 0.25
MOST_WAITING = 50
"""Snapshots of a session; a conductor that starts hears of all of a session that is open."""


@dataclass
class Followed:
    """A project whose task files are kept in step. Times are of the monotonic clock."""

    changed_at: float | None = 0.0
    """When the log was first changed since; None: not since. A new conductor looks once."""
    asked: bool = False
    look_at: float = 0.0
    failures: int = 0
    not_before: float = 0.0
    snapshots: list[tuple[UUID, LoggedEvent]] = field(default_factory=list[tuple[UUID, LoggedEvent]])
    """By session, that were not looked at yet."""
    doing: "asyncio.Task[None] | None" = None


class TaskFileKeeper:
    def __init__(self, settings: ConductorSettings, journal: Journal, synchronizer: TaskSynchronizer) -> None:
        self._settings, self._journal, self._synchronizer = settings, journal, synchronizer
        self._reader = SessionTaskReader(synchronizer)
        self._projects: dict[UUID, Followed] = {}
        self._early: dict[UUID, list[tuple[UUID, LoggedEvent]]] | None = {}
        """Snapshots of projects before it is known which are followed."""
        self._woken = asyncio.Event()
        self._turns = asyncio.Semaphore(AT_ONCE)

    def apply(self, recorded: LoggedEvent) -> None:
        """Of each event of the log, in order."""
        event = recorded.event
        if isinstance(event, TaskFilesFollowed):
            self._follow(event)
            return
        project_id = recorded.envelope.project_id
        if project_id is None:
            return
        if isinstance(event, SnapshotTaken | WorkspaceRestored | WorkspaceRebuilt):
            self._note_snapshot(project_id, recorded)
        elif (known := self._projects.get(project_id)) is not None:
            self._note_change(known, recorded)

    @property
    def floor(self) -> int | None:
        """The position before which no snapshot lies that is still to be looked at; None: there is none."""
        waiting = [each.position for known in self._projects.values() for _, each in known.snapshots]
        early = [each.position for noted in (self._early or {}).values() for _, each in noted]
        return min((*waiting, *early), default=None)

    async def run(self) -> None:
        """Until it is cancelled."""
        await self._learn()
        try:
            while True:
                self._begin_what_is_due()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), TICK_SECONDS)
                self._woken.clear()
        finally:
            await end([known.doing for known in self._projects.values() if known.doing])

    async def _learn(self) -> None:
        for recorded in await patiently(lambda: self._journal.log.load(FOLLOWED_ID)):
            if isinstance(recorded.event, TaskFilesFollowed):
                self._follow(recorded.event)
        early, self._early = self._early or {}, None
        for project_id, noted in early.items():
            if project_id in self._projects:
                self._projects[project_id].snapshots += noted

    def _follow(self, event: TaskFilesFollowed) -> None:
        if event.on:
            self._projects.setdefault(event.project_id, Followed())
            self._woken.set()
        elif (known := self._projects.pop(event.project_id, None)) and known.doing:
            known.doing.cancel()

    def _note_snapshot(self, project_id: UUID, recorded: LoggedEvent) -> None:
        session_id = recorded.envelope.session_id
        if session_id is None:
            return
        if (known := self._projects.get(project_id)) is not None:
            known.snapshots = _with(known.snapshots, session_id, recorded)
        elif self._early is not None:
            self._early[project_id] = _with(self._early.get(project_id, []), session_id, recorded)

    def _note_change(self, known: Followed, recorded: LoggedEvent) -> None:
        event = recorded.event
        if isinstance(event, TaskSyncRequested):
            known.asked = True
            self._woken.set()
        elif isinstance(event, ProjectSettingsChanged):
            known.asked, known.not_before = True, 0.0
        elif isinstance(event, get_args(TaskEvent)) and not isinstance(event, TaskClaimRenewed):
            known.changed_at = monotonic() if known.changed_at is None else known.changed_at

    def _begin_what_is_due(self) -> None:
        now = monotonic()
        for project_id, known in self._projects.items():
            if (known.doing is None or known.doing.done()) and self._is_due(known, now):
                known.doing = asyncio.create_task(self._keep(project_id, known), name=f"task files of {project_id}")

    def _is_due(self, known: Followed, now: float) -> bool:
        if known.asked:
            return True
        changed = known.changed_at is not None and now >= known.changed_at + self._settings.task_batch_seconds
        return now >= known.not_before and (changed or bool(known.snapshots) or now >= known.look_at)

    async def _keep(self, project_id: UUID, known: Followed) -> None:
        async with self._turns:
            changed_at, known.changed_at = known.changed_at, None
            due = known.asked or changed_at is not None
            known.asked = False
            try:
                await self._read_snapshots(project_id, known)
                if due or await self._has_moved(project_id):
                    await self._synchronizer.synchronize(project_id)
                known.failures, known.not_before = 0, 0.0
            except BusyError as error:  # it goes on as soon as somebody is ready, who expects that
                await self._failed(project_id, known, error.message, error.next_step)
                known.failures, known.not_before = 0, monotonic() + self._settings.task_poll_seconds
            except QuarterdeckError as error:
                await self._failed(project_id, known, error.message, error.next_step)
            except Exception:
                logger.exception("task files could not be brought together", project=str(project_id))
                await self._failed(project_id, known, "It failed at this.", "The conductor's log says how.")
            known.look_at = monotonic() + self._settings.task_poll_seconds

    async def _read_snapshots(self, project_id: UUID, known: Followed) -> None:
        """One that cannot be read now is tried again, and those after it wait: what they say builds on it."""
        while known.snapshots:
            session_id, recorded = known.snapshots[0]
            await self._reader.read(project_id, session_id, recorded)
            known.snapshots = [each for each in known.snapshots if each[1] is not recorded]

    async def _has_moved(self, project_id: UUID) -> bool:
        tip = await self._synchronizer.tip(project_id)
        return tip is not None and tip != (await self._synchronizer.book(project_id)).files.commit

    async def _failed(self, project_id: UUID, known: Followed, message: str, next_step: str) -> None:
        """Said in the log, once for each reason, and tried again later."""
        logger.warning("task files have to wait", project=str(project_id), error=message)
        wait = min(self._settings.task_retry_seconds * 2**known.failures, self._settings.task_longest_seconds)
        known.failures = min(known.failures + 1, 20)
        known.not_before = monotonic() + wait
        known.changed_at = 0.0 if known.changed_at is None else known.changed_at
        asked = self._synchronizer.books[project_id].files.asked if project_id in self._synchronizer.books else 0
        stream_id = task_files_id(project_id)
        decision = partial(task_files.fail, message=message, next_step=next_step, asked=asked)
        try:
            await self._journal.begin_deciding(TASK_FILES, stream_id, decision, project_id)
        except UnavailableError as error:
            logger.warning("a failure could not be written down", error=error.message)


def _with(
    waiting: list[tuple[UUID, LoggedEvent]], session_id: UUID, recorded: LoggedEvent
) -> list[tuple[UUID, LoggedEvent]]:
    """Where many of a session wait, the newest tells of all."""
    own = [each for each in waiting if each[0] == session_id]
    kept = waiting if len(own) < MOST_WAITING else [each for each in waiting if each[0] != session_id]
    return [*kept, (session_id, recorded)]
