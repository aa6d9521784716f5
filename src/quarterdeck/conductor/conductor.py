"""The conductor role: one reader of the log that relays, and a sweep beside it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from quarterdeck.application.background import together
from quarterdeck.application.endings import Endings
from quarterdeck.application.journal import Journal
from quarterdeck.application.patience import patiently
from quarterdeck.application.ports.control import TreeControl
from quarterdeck.application.ports.jobs import JobQueue
from quarterdeck.application.ports.log import Cursors, EventLog, LoggedEvent
from quarterdeck.application.ports.output import LiveOutput, TranscriptStore
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.ports.task_files import TaskFileStore
from quarterdeck.application.ports.workers import WorkerRegistry
from quarterdeck.application.snapshots import Snapshots
from quarterdeck.application.task_synchronizing import TaskSynchronizer
from quarterdeck.conductor import metrics
from quarterdeck.conductor.admission import Admission
from quarterdeck.conductor.budgets import BudgetKeeper
from quarterdeck.conductor.checkpoints import Signing
from quarterdeck.conductor.claims import Claims
from quarterdeck.conductor.open_work import OpenWork
from quarterdeck.conductor.outgoing import Outgoing, Sending
from quarterdeck.conductor.relay import CarryOut, Relay
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.conductor.sweep import Sweep
from quarterdeck.conductor.task_files import TaskFileKeeper
from quarterdeck.conductor.timekeeper import Timekeeper
from quarterdeck.conductor.work_notes import WorkNotes
from quarterdeck.domain.errors import UnavailableError

logger = structlog.get_logger(__name__)

RELAYED = "conductor.relay"
"""Cursor: everything up to here was relayed."""
FLOOR = "conductor.floor"
"""Cursor: nothing that is open lies before here."""
REMEMBER_SECONDS = 1.0
Look = Callable[[], Awaitable[None]]


class Conductor:
    def __init__(
        self,
        settings: ConductorSettings,
        *,
        log: EventLog,
        transcripts: TranscriptStore,
        live: LiveOutput,
        jobs: JobQueue,
        registry: WorkerRegistry,
        cursors: Cursors,
        trees: TreeControl,
        task_files: TaskFileStore,
        clock: Clock,
        signing: Callable[[Journal], Signing] | None = None,
        outgoing: Outgoing | None = None,
        carry_out: CarryOut | None = None,
    ) -> None:
        """`signing`: where this conductor has a key to sign with."""
        self._settings, self._log, self._cursors = settings, log, cursors
        self._work = OpenWork()
        journal = Journal(log, "conductor")
        self._relay = Relay(self._work, journal, jobs, Endings(journal, transcripts, live), carry_out)
        self._admission = Admission(self._work, journal, registry, clock)
        self._timekeeper = Timekeeper(self._work, journal, clock)
        self._claims = Claims(self._work, journal, clock)
        self._notes = WorkNotes(settings, self._work, journal, Snapshots(log, trees), clock)
        self._task_files = TaskFileKeeper(settings, journal, TaskSynchronizer(log, task_files, clock))
        self._budgets = BudgetKeeper(self._work, journal, clock)
        self._sweep = Sweep(settings, self._work, self._relay, journal, registry, clock)
        self._signing = signing(journal) if signing else None
        self._sending = Sending(outgoing, self._work.deliveries, clock) if outgoing else None
        metrics.watch(self._work, lambda: self.position)
        self.caught_up = asyncio.Event()
        """Set when it has read and relayed all that the log held when it began."""
        self.position = 0
        """How far it has read."""

    async def run(self) -> None:
        """Until it is cancelled."""
        tick, every = self._settings.tick_seconds, self._settings.checkpoint_look_seconds
        await together(
            self._read(),
            self._remember_on_a_timer(),
            self._sweep_on_a_timer(),
            self._keep_looking("time", tick, *self._of_time()),
            # beside the rest: a worker may take its time
            self._keep_looking("notes", tick, self._notes.once),
            *([self._keep_looking("signing", every, self._signing.once)] if self._signing else []),
            self._task_files.run(),
            self._send(),
        )

    async def _send(self) -> None:
        await self.caught_up.wait()
        if self._sending:
            await self._sending.run()

    async def _read(self) -> None:
        """Folds everything since the floor, and relays what was not relayed."""
        relayed = await patiently(lambda: self._cursors.get(RELAYED))
        floor = await patiently(lambda: self._cursors.get(FLOOR))
        head, begin = await patiently(self._log.head), min(floor, relayed)
        self._note(begin >= head)
        async with self._log.tail(begin) as batches:
            async for batch in batches:
                for recorded in batch:
                    self._work.apply(recorded)
                    self._task_files.apply(recorded)
                    self._budgets.hear(recorded)
                    if recorded.position > relayed:
                        await self._relay_one(recorded)
                self.position = batch[-1].position
                self._note(batch[-1].position >= head)
                if self.caught_up.is_set():
                    await self._let_in()

    def _note(self, caught_up: bool) -> None:  # noqa: FBT001 - said by the caller's comparison
        if caught_up:
            self.caught_up.set()

    async def _relay_one(self, recorded: LoggedEvent) -> None:
        """An event that cannot be relayed holds up no other: the sweep finds what it asked for."""
        try:
            await self._relay.relay(recorded)
        except Exception:
            metrics.FAILURES.inc()
            logger.exception("an event could not be relayed", position=recorded.position)

    async def _let_in(self) -> None:
        """What fails here is done by the sweep."""
        try:
            await self._admission.settle_if_changed()
            await self._budgets.settle()
            await self._timekeeper.wake_sleepers()
        except Exception:
            logger.exception("waiting sessions could not be let in or woken")

    async def _remember_on_a_timer(self) -> None:
        """Seldom: what is relayed twice after a crash is known by its event's id."""
        written = 0
        while True:
            await asyncio.sleep(REMEMBER_SECONDS)
            relayed, floor = self.position, self._floor
            if relayed > written:
                with suppress(UnavailableError):
                    await self._cursors.put(RELAYED, relayed)
                    await self._cursors.put(FLOOR, floor)
                    written = relayed

    @property
    def _floor(self) -> int:
        snapshots = self._task_files.floor
        return self._work.floor if snapshots is None else min(self._work.floor, snapshots - 1)

    def _of_time(self) -> tuple[Look, ...]:
        return (self._timekeeper.once, self._claims.once, self._budgets.expire, self._budgets.settle)

    async def _keep_looking(self, what: str, every_seconds: float, *looks: Look) -> None:
        """Calls each of them again and again; one that fails holds up no other, and is called again."""
        await self.caught_up.wait()
        while True:
            for look in looks:
                try:
                    await look()
                except UnavailableError as error:
                    logger.warning("a look has to wait", what=what, error=error.message)
                except Exception:
                    logger.exception("a look failed", what=what)
            await asyncio.sleep(every_seconds)

    async def _sweep_on_a_timer(self) -> None:
        await self.caught_up.wait()
        while True:
            try:
                await self._sweep.once()
                await self._admission.settle()
            except UnavailableError as error:
                logger.warning("the sweep has to wait", error=error.message)
                self._sweep.interrupted()
            except Exception:
                logger.exception("the sweep failed")
                self._sweep.interrupted()
            await asyncio.sleep(self._settings.sweep_seconds)
