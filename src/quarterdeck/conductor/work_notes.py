"""What a session did is noted on its task when it ends: what the log tells, and what a worker measures of its files."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import PAGE, Journal, Read
from quarterdeck.application.patience import patiently
from quarterdeck.application.ports.log import LoggedEvent, StreamWrite
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.secret_patterns import Patterns
from quarterdeck.application.snapshots import Place, Snapshots
from quarterdeck.application.streams import EXPORTS, SESSION, TASK, WORKSPACE
from quarterdeck.application.trees import DiffMeasure
from quarterdeck.conductor.open_work import OpenWork
from quarterdeck.conductor.session_record import Commands, Files, branches_of, files_of
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.domain import session_state, task
from quarterdeck.domain.errors import QuarterdeckError, UnavailableError
from quarterdeck.domain.exports import exports_id
from quarterdeck.domain.session_events import (
    SessionClosed,
    SessionForked,
    SessionLost,
    SessionProvisioningFailed,
)
from quarterdeck.domain.session_state import NoSession, SessionState
from quarterdeck.domain.session_work import (
    MOST_FILES,
    MOST_REASON,
    SessionWork,
    WorkDiff,
    WorkEnd,
    WorkFile,
    shortened,
    shortened_path,
)
from quarterdeck.domain.workspace import workspace_id

logger = structlog.get_logger(__name__)

AT_ONCE = 4
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(seconds=30)


@dataclass
class Waiting:
    """A note that lacks something which may come yet."""

    since: datetime
    again_at: datetime
    pause: timedelta = FIRST_PAUSE
    tries: int = 0


class WorkNotes:
    """Safe to run beside another conductor's: it is decided on the task's own stream, so one end is noted once."""

    def __init__(
        self, settings: ConductorSettings, work: OpenWork, journal: Journal, snapshots: Snapshots, clock: Clock
    ) -> None:
        self._settings, self._work, self._journal = settings, work, journal
        self._snapshots, self._clock = snapshots, clock
        self._patterns = Patterns(settings.secrets)
        self._waiting: dict[str, Waiting] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def once(self) -> None:
        ends = list(self._work.ended.ends.values())
        kept = {each.event_id for each in ends}
        self._waiting = {end: each for end, each in self._waiting.items() if end in kept}
        await asyncio.gather(*(self._see_to(each) for each in ends))

    async def _see_to(self, end: LoggedEvent) -> None:
        now = self._clock.now()
        waiting = self._waiting.setdefault(end.event_id, Waiting(now, now))
        if now < waiting.again_at:
            return
        patient = now - waiting.since < timedelta(seconds=self._settings.note_patience_seconds)
        async with self._places:
            try:
                # a worker that hangs would be asked again and again where others have the same
                done = await self._note(end, patient=patient, anywhere=waiting.tries % 2 == 1)
            except QuarterdeckError as error:
                logger.warning("a session's work is not noted yet", session=str(end.stream_id), error=error.message)
                done = False
            except Exception:
                logger.exception("a session's work could not be noted", session=str(end.stream_id))
                done = False
        if done:
            self._work.ended.forget(end)
        else:
            waiting.tries += 1
            waiting.again_at = now + waiting.pause
            waiting.pause = min(2 * waiting.pause, LONGEST_PAUSE)

    async def _note(self, end: LoggedEvent, *, patient: bool, anywhere: bool) -> bool:
        """False: something is not there yet, and may come while there is patience. `anywhere`: any worker is asked."""
        place = await self._journal.read(SESSION, end.stream_id)
        if isinstance(place.state, NoSession) or place.state.task is None:
            return True
        if patient and self._work.commands_of(end.stream_id):
            # they end with the session, a moment later
            return False
        keeper = "" if anywhere else session_state.keeper(place.state)
        home = Place(session_id=end.stream_id, project_id=place.state.project_id, worker_id=keeper or None)
        found = await self._found(place, home, end)
        if found.missing and patient:
            return False
        await self._write(place.state.task.task_id, found, end, place.state.project_id)
        return True

    async def _found(self, place: Read[SessionState], home: Place, end: LoggedEvent) -> SessionWork:
        session_id, before = place.stream_id, end.position
        stored = await self._journal.read(WORKSPACE, workspace_id(session_id))
        forked = any(isinstance(each.event, SessionForked) for each in place.events)
        files = files_of(stored.events, before, forked=forked)
        commands = await self._commands(session_id)
        diff, missing = await self._diff(home, files, commands)
        exports = await self._journal.read(EXPORTS, exports_id(session_id))
        how, reason = _ended(end)
        return SessionWork(
            session_id=session_id,
            ending=end.version,
            how=how,
            reason=shortened(reason, MOST_REASON),
            began_at=place.events[0].envelope.recorded_at,
            ended_at=end.envelope.recorded_at,
            base_commit=files.base_commit,
            base_tree=files.base,
            last_tree=files.last,
            diff=diff,
            commands=commands.told,
            branches=branches_of(exports.events, before),
            missing=shortened(missing, MOST_REASON),
        )

    async def _commands(self, session_id: UUID) -> Commands:
        commands, after = Commands(self._patterns.masked), 0
        while True:
            page = await patiently(partial(self._journal.log.read_session, session_id, after, PAGE))
            commands.read(page)
            if len(page) < PAGE:
                return commands
            after = page[-1].position

    async def _diff(self, home: Place, files: Files, commands: Commands) -> tuple[WorkDiff | None, str]:
        """And what is missing of it."""
        if not files.base:
            return None, ""
        if files.base == files.last:
            return WorkDiff(files=0, lines_added=0, lines_removed=0), ""
        try:
            return _measured(await self._in_time(self._snapshots.measure(home, files.base, files.last, MOST_FILES))), ""
        except QuarterdeckError as error:
            return commands.diff, f"Its lines were not counted. {error.message}"

    async def _in_time(self, asked: Awaitable[DiffMeasure]) -> DiffMeasure:
        seconds = self._settings.measure_seconds
        try:
            return await asyncio.wait_for(asked, seconds)
        except TimeoutError:
            raise UnavailableError(f"No worker measured its files within {seconds:g} s.") from None

    async def _write(self, task_id: UUID, found: SessionWork, end: LoggedEvent, project_id: UUID) -> None:
        while True:
            read = await self._journal.read(TASK, task_id)
            events = task.note_work(read.state, found)
            if not events:
                return
            write = StreamWrite(
                stream_id=task_id,
                expected_version=read.version,
                events=events,
                project_id=project_id,
                session_id=found.session_id,
            )
            try:
                await self._journal.append([write], end)
                return
            except ConcurrencyError:
                continue


def _ended(end: LoggedEvent) -> tuple[WorkEnd, str]:
    match end.event:
        case SessionClosed() as closed:
            return WorkEnd.CLOSED, closed.detail
        case SessionLost() as lost:
            return WorkEnd.LOST, lost.reason
        case SessionProvisioningFailed() as failed:
            return WorkEnd.FAILED, failed.reason
        case _:
            raise TypeError(f"{end.topic} is no end of a session.")


def _measured(found: DiffMeasure) -> WorkDiff:
    largest = (
        WorkFile(
            path=shortened_path(each.path),
            status=each.status.value,
            lines_added=each.lines_added,
            lines_removed=each.lines_removed,
        )
        for each in found.largest
    )
    return WorkDiff(
        files=found.files,
        lines_added=found.lines_added,
        lines_removed=found.lines_removed,
        uncounted=found.uncounted,
        largest=tuple(largest),
    )
