"""Comparing the log with what is on the host: at the start, on a timer, and when a jail is in doubt."""

import asyncio
from contextlib import suppress
from uuid import UUID

import structlog

from quarterdeck.application.journal import Read
from quarterdeck.application.streams import SESSION
from quarterdeck.domain import session, session_events, session_state
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.domain.pausing import Activity
from quarterdeck.domain.point import NOW
from quarterdeck.domain.session_state import OpenSession, ReadySession, SessionState
from quarterdeck.jail.abstract import Jail
from quarterdeck.jail.errors import JailError
from quarterdeck.worker import limits
from quarterdeck.worker.changing import change_shell
from quarterdeck.worker.closing import Closer
from quarterdeck.worker.files import SessionFiles
from quarterdeck.worker.findings import Findings, why_unneeded
from quarterdeck.worker.marks import Marks
from quarterdeck.worker.pausing import Pauser
from quarterdeck.worker.ports import WorkerPorts
from quarterdeck.worker.provisioning import Provisioner
from quarterdeck.worker.queue import Hold
from quarterdeck.worker.restoring import Restorer
from quarterdeck.worker.sessions import HeldSession, Sessions
from quarterdeck.worker.takeover import Takeover
from quarterdeck.worker.task_context import context_of

logger = structlog.get_logger(__name__)

AT_ONCE = 8
REBUILT = "The jail was gone; it was built anew on the session's files."


class Reconciler:
    def __init__(
        self,
        ports: WorkerPorts,
        sessions: Sessions,
        provisioner: Provisioner,
        takeover: Takeover,
        closer: Closer,
        pauser: Pauser,
        findings: Findings,
        restorer: Restorer,
        marks: Marks,
    ) -> None:
        self._findings = findings
        self._turn = asyncio.Lock()
        self._ports, self._sessions, self._provisioner = ports, sessions, provisioner
        self._takeover, self._closer, self._pauser = takeover, closer, pauser
        self._restorer, self._marks = restorer, marks

    async def run(self) -> None:
        """For ever; `once` has been called before."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ports.alarm.wait(), self._ports.settings.reconcile_seconds)
            self._ports.alarm.clear()
            await self.once()

    async def once(self) -> None:
        """One at a time. What cannot be settled now is logged, and tried again the next time."""
        async with self._turn:
            await self._sweep()

    async def _sweep(self) -> None:
        turns = asyncio.Semaphore(AT_ONCE)

        async def settle(session_id: UUID) -> None:
            async with turns:
                try:
                    await self._settle(session_id)
                except QuarterdeckError as error:
                    logger.warning("a session is not settled yet", session=str(session_id), error=error.message)
                except Exception:
                    logger.exception("a session could not be settled", session=str(session_id))

        await asyncio.gather(*(settle(session_id) for session_id in await self._candidates()))

    async def _candidates(self) -> set[UUID]:
        found = {held.session_id for held in self._sessions} | set(self._marks.all())
        found |= set(await self._ports.driver.sessions()) | set(await self._ports.workspaces.sessions())
        found |= set(await self._ports.networks.sessions())
        return {session_id for session_id in found if not self._sessions.is_reserved(session_id)}

    async def _settle(self, session_id: UUID) -> None:
        read = await self._ports.journal.read(SESSION, session_id)
        held = self._sessions.get(session_id)
        if self._sessions.is_reserved(session_id) or (held and held.closing):
            return
        match read.state:
            case ReadySession(worker_id=self._ports.worker_id) as ready if held:
                await self._check(held, read, ready)
            case ReadySession(worker_id=self._ports.worker_id) as ready:
                await self._adopt(read, ready)
            case _:
                await self._remove(read, held)

    async def _check(self, held: HeldSession, read: Read[SessionState], ready: ReadySession) -> None:
        """A session that is held here: does its jail live, and has anything about it changed?"""
        home = await self._provisioner.settings_of(ready.project_id)
        held.follow(home.settings)
        try:
            await held.jail.processes()
        except JailError:
            await self._rebuild(held, read)
        await self._network(held, ready)
        held.commands.let_go(Hold.DOUBT)
        await held.watch.idle()
        await self._go_on(held, ready)

    async def _go_on(self, held: HeldSession, ready: ReadySession) -> None:
        if ready.closing:
            await self._closer.close(held)
        else:
            await self._pauser.settle(held)

    async def _rebuild(self, held: HeldSession, read: Read[SessionState]) -> None:
        held.commands.hold(Hold.DOUBT)
        await held.commands.idle(within=5.0)
        jail, rebuilt = await self._jail(held.session_id, session_state.ready(read.state))
        held.jail = jail
        held.commands.hold(Hold.LEASE)
        held.files.settled = False
        await self._say_adopted(read.stream_id, rebuilt=rebuilt)

    async def _adopt(self, read: Read[SessionState], ready: ReadySession) -> None:
        """A session of this worker's that an earlier process of it held."""
        session_id = read.stream_id
        if await self._ports.workspaces.find_prepared(session_id) is None:
            await self._lose(session_id)
            return
        jail, rebuilt = await self._jail(session_id, ready)
        home = await self._provisioner.settings_of(ready.project_id)
        files = await SessionFiles.load(session_id, self._ports.workspaces, self._ports.journal)
        self._marks.set(session_id)
        held = self._provisioner.hold(session_id, ready.project_id, jail, files, home.settings)
        held.task_environment = (await context_of(self._ports.journal, ready.task)).environment
        # it may have been alone for so long that it froze by itself
        held.commands.hold(Hold.LEASE)
        if ready.pause.activity is not Activity.RUNNING:
            held.commands.hold(Hold.PAUSE)
        await self._say_adopted(session_id, rebuilt=rebuilt)
        await self._network(held, ready)
        await self._takeover.commands(held)
        if files.known.restoring:
            await self._restorer.restore(held)
        await self._go_on(held, ready)

    async def _jail(self, session_id: UUID, ready: ReadySession) -> tuple[Jail, bool]:
        """The session's jail, and whether it had to be built anew."""
        if jail := await self._ports.driver.adopt(session_id):
            return jail, False
        prepared = await self._ports.workspaces.find_prepared(session_id)
        if prepared is None:
            raise JailError("The session's files are gone.", "Close it, and open another.")
        home = await self._provisioner.settings_of(ready.project_id)
        asked = limits.within(self._ports.settings, home.settings.limits, ready.asked)
        spec_of, project_id = self._provisioner.maker.spec_of, ready.project_id
        context = await context_of(self._ports.journal, ready.task)
        spec = spec_of(session_id, prepared, asked, project_id, home.settings, context, ready.jail_driver)
        jail = await self._ports.driver.create(spec)
        await self._give_shell(jail)
        return jail, True

    async def _give_shell(self, jail: Jail) -> None:
        """The directory and the variables that the last command left, which were in the old jail."""
        try:
            if state := await self._ports.workspaces.shell(jail.session_id, NOW):
                await change_shell(jail, state)
        except QuarterdeckError as error:
            logger.warning("a session's shell begins anew", session=str(jail.session_id), error=error.message)

    async def _network(self, held: HeldSession, ready: ReadySession) -> None:
        try:
            held.environment = await self._ports.networks.apply(held.session_id, ready)
        except JailError as error:
            logger.warning("a session has no network", session=str(held.session_id), error=error.message)

    async def _say_adopted(self, session_id: UUID, *, rebuilt: bool) -> None:
        worker_id, detail = self._ports.worker_id, REBUILT if rebuilt else "The jail was found alive."

        def decide(state: SessionState) -> tuple[session_events.SessionEvent, ...]:
            if not isinstance(state, ReadySession):
                return ()
            return session.adopt(state, worker_id=worker_id, rebuilt=rebuilt, detail=detail)

        await self._ports.journal.decide(SESSION, session_id, decide)

    async def _lose(self, session_id: UUID) -> None:
        reason = "The session's files are gone from this worker's host."
        await self._ports.journal.decide(SESSION, session_id, lambda state: session.lose(state, reason))
        await self._takeover.lose_all(session_id, reason)
        await self._destroy(session_id)
        self._marks.clear(session_id)

    async def _remove(self, read: Read[SessionState], held: HeldSession | None) -> None:
        """Nothing that lives needs this here. Unsaved work is kept as a tree first."""
        session_id = read.stream_id
        if held:
            held.commands.close()
            await held.commands.abandon()
            self._sessions.drop(session_id)
        found = await self._left(session_id)
        await self._destroy(session_id)
        await self._say_removed("jail", found, read)
        if await self._ports.asides.is_elsewhere(read):
            await self._takeover.lose_running(session_id, why_unneeded(read.state))
            await self._ports.asides.keep(read)
            await self._ports.workspaces.discard(session_id)
            self._marks.clear(session_id)
        elif isinstance(read.state, OpenSession) and not read.state.came_from:
            # no command ever ran in it; whoever provisions it begins afresh, and the mark counts how often
            await self._ports.workspaces.discard(session_id)
        else:
            await self._takeover.lose_running(session_id, why_unneeded(read.state))
            await self._closer.finish(session_id)
        await self._say_removed("workspace", found, read)

    async def _say_removed(self, kind: str, found: list[str], read: Read[SessionState]) -> None:
        if kind in found:
            logger.info("what no live session needs was removed", kind=kind, session=str(read.stream_id))
            await self._findings.removed(kind, read)

    async def _left(self, session_id: UUID) -> list[str]:
        """What there is of a session on this host."""
        jails, copies = await self._ports.driver.sessions(), await self._ports.workspaces.sessions()
        return [kind for kind, ids in (("jail", jails), ("workspace", copies)) if session_id in ids]

    async def _destroy(self, session_id: UUID) -> None:
        if jail := await self._ports.driver.adopt(session_id):
            await jail.destroy()
        await self._ports.networks.end(session_id)
