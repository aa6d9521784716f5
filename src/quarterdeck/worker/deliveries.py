"""Taking jobs from the queue. A job says where to look; what to do is in the log."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from uuid import UUID

import structlog

from quarterdeck.application.background import end
from quarterdeck.application.endings import Endings
from quarterdeck.application.job_traces import processing
from quarterdeck.application.journal import Read
from quarterdeck.application.ports.jobs import Delivery, JobKind
from quarterdeck.application.streams import COMMAND, PROJECT, SESSION
from quarterdeck.domain.command import CommandState, RequestedCommand, RunningCommand
from quarterdeck.domain.errors import QuarterdeckError, UnavailableError
from quarterdeck.domain.project import Project
from quarterdeck.domain.session_state import EndedSession, ReadySession
from quarterdeck.worker.closing import Closer
from quarterdeck.worker.commands import CommandRunner
from quarterdeck.worker.metrics import JOB_SECONDS, JOBS
from quarterdeck.worker.pausing import Pauser
from quarterdeck.worker.ports import WorkerPorts
from quarterdeck.worker.provisioning import Provisioner
from quarterdeck.worker.restoring import Restorer
from quarterdeck.worker.sessions import HeldSession, Sessions
from quarterdeck.worker.takeover import asked

logger = structlog.get_logger(__name__)

WORKING_SECONDS = 3.0
NO_ROOM_SECONDS = 1.0


class Deliveries:
    def __init__(
        self,
        ports: WorkerPorts,
        sessions: Sessions,
        provisioner: Provisioner,
        runner: CommandRunner,
        closer: Closer,
        pauser: Pauser,
        restorer: Restorer,
        endings: Endings,
    ) -> None:
        self._ports, self._sessions, self._provisioner = ports, sessions, provisioner
        self._runner, self._closer, self._pauser = runner, closer, pauser
        self._restorer, self._endings = restorer, endings
        self._tasks: set[asyncio.Task[None]] = set()
        self._arrived: asyncio.Queue[tuple[Delivery, asyncio.Task[Read[CommandState]]]] = asyncio.Queue()

    async def run(self) -> None:
        """For ever."""
        admitting = asyncio.create_task(self._admit_in_order(), name="admission")
        try:
            async with self._ports.jobs.consume(self._ports.worker_id) as deliveries:
                async for delivery in deliveries:
                    self._take(delivery)
        finally:
            await end([admitting, *self._tasks])

    def _take(self, delivery: Delivery) -> None:
        """Commands are read side by side and admitted in the order they came; the rest has no order to keep."""
        if delivery.job.kind is JobKind.RUN_COMMAND:
            reading = asyncio.create_task(self._ports.journal.read(COMMAND, delivery.job.subject_id))
            self._arrived.put_nowait((delivery, reading))
        else:
            self._spawn(self._handle(delivery))

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _admit_in_order(self) -> None:
        while True:
            delivery, reading = await self._arrived.get()
            try:
                with processing(delivery) as span:
                    await self._admit(delivery, await reading, span.traceparent)
            except Exception:
                logger.exception("a command could not be admitted", command=str(delivery.job.subject_id))
                await delivery.retry(_pause(delivery.attempt))

    async def _admit(self, delivery: Delivery, read: Read[CommandState], traceparent: str | None) -> None:
        if not isinstance(read.state, RequestedCommand):
            await delivery.done()
            return
        held = self._sessions.get(read.state.request.session_id)
        if delivery.attempt > self._ports.settings.max_attempts:
            reason = f"It could not be started in {self._ports.settings.max_attempts} attempts."
            self._spawn(self._settle(delivery, self._endings.refused(read.stream_id, reason, "Run it again.")))
        elif held is None or held.closing:
            self._spawn(self._settle(delivery, self._homeless(delivery, read.stream_id, read.state)))
        elif read.state.cancelling:
            self._spawn(self._settle(delivery, self._endings.never_ran(read.stream_id, held.files.tree)))
        else:
            held.commands.submit(asked(read, read.state.request, traceparent))
            JOBS.labels(delivery.job.kind.value, "done").inc()
            await delivery.done()

    async def _homeless(self, delivery: Delivery, command_id: UUID, state: RequestedCommand) -> None:
        """The session is not (yet, or any more) held here."""
        place = (await self._ports.journal.read(SESSION, state.request.session_id)).state
        match place:
            case EndedSession():
                next_step = "Open another with `qd session open`."
                await self._endings.refused(command_id, f"The session has ended ({place.how}).", next_step)
            case ReadySession(worker_id=self._ports.worker_id):
                raise _LaterError
            case _:
                # the relay publishes it again when the session is ready, to the worker that has it
                logger.info("a command for a session of another worker", command=str(command_id))

    async def _handle(self, delivery: Delivery) -> None:
        job = delivery.job
        if delivery.attempt > self._ports.settings.max_attempts and job.kind is not JobKind.PROVISION_SESSION:
            logger.error("a job is put aside", kind=job.kind.value, subject=str(job.subject_id))
            await delivery.done()
            return
        match job.kind:
            case JobKind.PROVISION_SESSION:
                await self._settle(delivery, self._provision(job.subject_id))
            case JobKind.MIRROR_PROJECT:
                await self._settle(delivery, self._mirror(job.subject_id))
            case JobKind.CANCEL_COMMAND:
                await self._settle(delivery, self._cancel(job.subject_id))
            case JobKind.PAUSE_SESSION | JobKind.RESUME_SESSION:
                await self._settle(delivery, self._steer(job.subject_id))
            case JobKind.CLOSE_SESSION:
                await self._settle(delivery, self._close(job.subject_id))
            case JobKind.RESTORE_WORKSPACE:
                await self._settle(delivery, self._restore(job.subject_id))
            case JobKind.CHANGE_NETWORK:
                await self._settle(delivery, self._change_network(job.subject_id))
            case JobKind.RUN_COMMAND:
                raise AssertionError("admitted elsewhere")

    async def _settle(self, delivery: Delivery, work: Coroutine[object, object, None]) -> None:
        """Does the work, says meanwhile that it is being done, and settles the delivery by how it went."""
        working = asyncio.create_task(_say_working(delivery))
        kind, outcome = delivery.job.kind.value, "again"
        try:
            with processing(delivery), JOB_SECONDS.labels(kind).time():
                await work
            outcome = "done"
            await delivery.done()
        except _NoRoomError:
            await delivery.retry(0)
        except _LaterError:
            await delivery.retry(_pause(delivery.attempt))
        except UnavailableError as error:
            logger.warning("a job has to wait", kind=delivery.job.kind.value, error=error.message)
            await delivery.retry(_pause(delivery.attempt))
        except QuarterdeckError as error:
            outcome = "not needed"
            logger.warning("a job is not needed any more", kind=delivery.job.kind.value, error=error.message)
            await delivery.done()
        except Exception:
            logger.exception("a job failed", kind=delivery.job.kind.value, subject=str(delivery.job.subject_id))
            await delivery.retry(_pause(delivery.attempt))
        finally:
            JOBS.labels(kind, outcome).inc()
            await end([working])

    async def _provision(self, session_id: UUID) -> None:
        """The conductor sends what there is room for, but a session that has just ended takes a moment to go."""
        while not await self._provisioner.provision(session_id):
            if not await self._sessions.room(NO_ROOM_SECONDS):
                raise _NoRoomError

    async def _mirror(self, project_id: UUID) -> None:
        """Ahead of the first session. A failure shows when one is opened."""
        home = (await self._ports.journal.read(PROJECT, project_id)).state
        if isinstance(home, Project):
            await self._ports.workspaces.mirror(project_id, home.repository)

    async def _cancel(self, command_id: UUID) -> None:
        match (await self._ports.journal.read(COMMAND, command_id)).state:
            case RequestedCommand(request=request):
                held = self._sessions.get(request.session_id)
                if held:
                    held.commands.withdraw(command_id)
                await self._endings.never_ran(command_id, held.files.tree if held else "")
            case RunningCommand(request=request, worker_id=self._ports.worker_id):
                await self._runner.cancel(self._held(request.session_id), command_id)
            case _:
                pass

    async def _steer(self, session_id: UUID) -> None:
        place = (await self._ports.journal.read(SESSION, session_id)).state
        if isinstance(place, ReadySession) and place.worker_id == self._ports.worker_id:
            await self._pauser.settle(self._held(session_id))

    async def _close(self, session_id: UUID) -> None:
        place = (await self._ports.journal.read(SESSION, session_id)).state
        if isinstance(place, ReadySession) and place.worker_id == self._ports.worker_id:
            await self._closer.close(self._held(session_id))

    async def _restore(self, session_id: UUID) -> None:
        place = (await self._ports.journal.read(SESSION, session_id)).state
        if isinstance(place, ReadySession) and place.worker_id == self._ports.worker_id:
            await self._restorer.restore(self._held(session_id))

    async def _change_network(self, session_id: UUID) -> None:
        place = (await self._ports.journal.read(SESSION, session_id)).state
        if isinstance(place, ReadySession) and place.worker_id == self._ports.worker_id and not place.closing:
            held = self._held(session_id)
            held.environment = await self._ports.networks.apply(session_id, place)

    def _held(self, session_id: UUID) -> HeldSession:
        if held := self._sessions.get(session_id):
            return held
        raise _LaterError


class _NoRoomError(Exception):
    """This worker is full: perhaps another is not."""


class _LaterError(Exception):
    """The session is this worker's, and is still being taken over."""


async def _say_working(delivery: Delivery) -> None:
    while True:
        await asyncio.sleep(WORKING_SECONDS)
        with suppress(UnavailableError):
            await delivery.working()


def _pause(attempt: int) -> float:
    return min(0.25 * 2.0 ** min(attempt, 10), 10.0)
