"""Sessions: opening and closing. A worker does the rest."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from quarterdeck.application.access import has_role, no_project, no_session, permitted
from quarterdeck.application.budget_reservations import session_subject
from quarterdeck.application.dispatch import Doorbell
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.personas import named, rules_now
from quarterdeck.application.points import workspace_at
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import EventLog, StreamWrite
from quarterdeck.application.ports.system import Ids
from quarterdeck.application.requests import IdempotencyKey, Outcome, answered, as_it_is, context_of, perform
from quarterdeck.application.streams import PROJECT, SESSION, SESSION_NETWORK, WORKSPACE
from quarterdeck.domain import project, session, session_network, session_state, workspace
from quarterdeck.domain.budget import Subject
from quarterdeck.domain.errors import LimitExceededError
from quarterdeck.domain.limits import NOTHING_ASKED, LimitsAsked
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.persona import SessionPersona
from quarterdeck.domain.point import Point
from quarterdeck.domain.project import Role
from quarterdeck.domain.session_events import SessionEvent, SessionForked
from quarterdeck.domain.session_network import SessionNetwork, SessionNetworkEvent, session_network_id
from quarterdeck.domain.session_state import EndedSession, NoSession, SessionState
from quarterdeck.domain.session_task import SessionTaskGiven
from quarterdeck.domain.workspace import WorkspaceEvent, WorkspaceState, workspace_id

MAX_WAITING = 1000


class WaitingSessions(Protocol):
    """How many sessions of a project wait for a place, as the read model has it."""

    async def count(self, project_id: UUID, since: int) -> int:
        """Once it has come to position `since`. Raises UnavailableError where that takes too long."""
        ...


@dataclass
class Door:
    """One session of a project is opened at a time, so that each counts the one before.

    It is a process's own: of several gateways, two may let one in at the same moment.
    """

    last: int
    """Position up to which sessions may have been opened."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True)
class Work:
    """What a session is opened for, and what is written to its task in the same append."""

    given: SessionTaskGiven
    write: Callable[[UUID], StreamWrite] | None = None
    """By the session's id. None: nothing. Where it conflicts, nothing is opened and ConcurrencyError is raised."""


@dataclass(frozen=True)
class Sessions:
    log: EventLog
    ids: Ids
    doorbell: Doorbell
    waiting: WaitingSessions
    ledgers: Ledgers
    max_waiting: int = MAX_WAITING
    """Of one project: another one is refused."""
    doors: dict[UUID, Door] = field(default_factory=dict[UUID, Door])

    async def open(
        self,
        caller: Caller,
        project_id: UUID,
        *,
        ref: str | None = None,
        title: str = "",
        limits: LimitsAsked = NOTHING_ASKED,
        persona: str | SessionPersona | None = None,
        fork: SessionForked | None = None,
        work: Work | None = None,
        key: IdempotencyKey | None = None,
    ) -> Outcome[SessionState]:
        """Opens a session. It waits until there is a place for it, and is ready when a worker has provisioned it.
        Raises BudgetExhaustedError where a budget that would cover it is used up.

        `persona`: one of the project's by its name, as it is now; or as another session has it.
        """
        if (earlier := await answered(self.log, caller, key)) is not None:
            return await as_it_is(self.log, SESSION, earlier)
        home = (await PROJECT.load(self.log, project_id)).state
        permitted(caller, home, Role.DEVELOPER, no_project())
        usable = project.usable(home)
        if isinstance(persona, str):
            persona = await named(self.log, project_id, usable, persona)
        subject = Subject(
            project_id=project_id,
            users=frozenset({caller.user_id}),
            persona=persona.name if persona else "",
            task_id=work.given.task_id if work else None,
        )
        await self.ledgers.check(subject)
        door = await self._door(project_id)
        async with door.turn:
            await self._check_room(project_id, usable, door.last)
            outcome = await self._open(
                caller,
                project_id,
                ref=usable.default_branch if ref is None else ref,
                title=title,
                limits=limits,
                persona=persona,
                fork=fork,
                work=work,
                key=key,
            )
            door.last = max(door.last, outcome.position)
        await self.doorbell.ring(outcome.recorded, outcome.state)
        return outcome

    async def _open(
        self,
        caller: Caller,
        project_id: UUID,
        *,
        ref: str,
        title: str,
        limits: LimitsAsked,
        persona: SessionPersona | None,
        fork: SessionForked | None,
        work: Work | None,
        key: IdempotencyKey | None,
    ) -> Outcome[SessionState]:
        session_id = self.ids.new()
        further = tuple(each for each in (fork, work and work.given) if each)

        def decide(state: SessionState) -> tuple[SessionEvent, ...]:
            opened = session.open_session(
                state,
                project_id=project_id,
                owner_id=caller.user_id,
                ref=ref,
                title=title,
                asked=limits,
                persona=persona,
            )
            return (*opened, *further)

        return await perform(
            self.log,
            SESSION,
            session_id,
            decide,
            caller=caller,
            context=context_of(caller, project_id=project_id, session_id=session_id),
            key=key,
            also=[work.write(session_id)] if work and work.write else [],
            new=True,
        )

    async def fork(
        self,
        caller: Caller,
        source_id: UUID,
        point: Point,
        *,
        title: str | None = None,
        key: IdempotencyKey | None = None,
    ) -> Outcome[SessionState]:
        """Opens a session with the files, the working directory and the exports that another had at a point.

        It has the other's persona as that one has it, retired or not: to be without it would loosen what holds.
        """
        await self.project_of(caller, source_id, Role.DEVELOPER)
        source = session_state.existing((await SESSION.load(self.log, source_id)).state)
        found = await workspace_at(self.log, source_id, point)
        fork = SessionForked(
            source_session_id=source_id,
            point=point,
            base_commit=found.base_commit,
            tree=found.tree,
            worker_id=session.files_at(source),
        )
        return await self.open(
            caller,
            source.project_id,
            ref=source.ref,
            title=source.title if title is None else title,
            limits=source.asked,
            persona=source.persona,
            fork=fork,
            work=Work(source.task) if source.task else None,
            key=key,
        )

    async def restore(
        self, caller: Caller, session_id: UUID, point: Point, key: IdempotencyKey | None = None
    ) -> Outcome[WorkspaceState]:
        """Asks for the files, the working directory and the exports to be as they were at a point."""
        project_id = await self.project_of(caller, session_id, Role.DEVELOPER)
        place = session_state.ready((await SESSION.load(self.log, session_id)).state)
        session.awake(place)
        found = await workspace_at(self.log, session_id, point)

        def decide(state: WorkspaceState) -> tuple[WorkspaceEvent, ...]:
            return workspace.request_restore(state, point=point, tree=found.tree)

        outcome = await perform(
            self.log,
            WORKSPACE,
            workspace_id(session_id),
            decide,
            caller=caller,
            context=context_of(caller, project_id=project_id, session_id=session_id),
            key=key,
        )
        await self.doorbell.ring(outcome.recorded, place)
        return outcome

    async def close(self, caller: Caller, session_id: UUID, key: IdempotencyKey | None = None) -> Outcome[SessionState]:
        """Asks for the end. What runs in it is cancelled; its files are kept as a last snapshot."""
        return await self._steer(caller, session_id, session.request_close, key)

    async def pause(
        self, caller: Caller, session_id: UUID, reason: str = "", key: IdempotencyKey | None = None
    ) -> Outcome[SessionState]:
        """Asks for everything in it to be frozen, until it is resumed."""
        return await self._steer(caller, session_id, lambda state: session.request_pause(state, reason), key)

    async def resume(
        self, caller: Caller, session_id: UUID, key: IdempotencyKey | None = None
    ) -> Outcome[SessionState]:
        place = (await SESSION.load(self.log, session_id)).state
        if isinstance(place, EndedSession):
            # it would be made anew
            await self.project_of(caller, session_id, Role.DEVELOPER)
            await self.ledgers.check(session_subject(session_id, place, caller.user_id))
        return await self._steer(caller, session_id, session.request_resume, key)

    async def _steer(
        self,
        caller: Caller,
        session_id: UUID,
        decide: Callable[[SessionState], tuple[SessionEvent, ...]],
        key: IdempotencyKey | None,
    ) -> Outcome[SessionState]:
        project_id = await self.project_of(caller, session_id, Role.DEVELOPER)
        context = context_of(caller, project_id=project_id, session_id=session_id)
        outcome = await perform(self.log, SESSION, session_id, decide, caller=caller, context=context, key=key)
        await self.doorbell.ring(outcome.recorded, outcome.state)
        return outcome

    async def change_network(
        self,
        caller: Caller,
        session_id: UUID,
        rules: tuple[NetworkRule, ...] | None,
        key: IdempotencyKey | None = None,
    ) -> Outcome[SessionNetwork]:
        """Where the session may connect to from now on; None: where its project's sessions may.

        Who runs sessions can take away; to give more than the session has now is for owners.
        """
        place = (await SESSION.load(self.log, session_id)).state
        if isinstance(place, NoSession):
            raise no_session()
        home = permitted(caller, (await PROJECT.load(self.log, place.project_id)).state, Role.DEVELOPER, no_session())
        session_state.running(place)
        persona = await rules_now(self.log, place.persona)

        def decide(state: SessionNetwork) -> tuple[SessionNetworkEvent, ...]:
            return session_network.change(
                state,
                rules,
                session_id=session_id,
                project=home.settings.network,
                persona=persona,
                may_widen=has_role(caller, home, Role.OWNER),
            )

        context = context_of(caller, project_id=place.project_id, session_id=session_id)
        stream_id = session_network_id(session_id)
        outcome = await perform(self.log, SESSION_NETWORK, stream_id, decide, caller=caller, context=context, key=key)
        await self.doorbell.ring(outcome.recorded, place)
        return outcome

    async def project_of(self, caller: Caller, session_id: UUID, role: Role) -> UUID:
        """The session's project, if the caller has `role` in it."""
        state = (await SESSION.load(self.log, session_id)).state
        if isinstance(state, NoSession):
            raise no_session()
        home = (await PROJECT.load(self.log, state.project_id)).state
        permitted(caller, home, role, no_session())
        return state.project_id

    async def _door(self, project_id: UUID) -> Door:
        if project_id not in self.doors:
            # Another process may have opened some just before.
            head = await self.log.head()
            self.doors.setdefault(project_id, Door(head))
        return self.doors[project_id]

    async def _check_room(self, project_id: UUID, home: project.Project, since: int) -> None:
        if await self.waiting.count(project_id, since) >= self.max_waiting:
            raise LimitExceededError(
                f"{self.max_waiting:,} sessions wait for a place in project {home.name} already.",
                "Close some that are not needed with `qd session close ID`, or try again later.",
            )
