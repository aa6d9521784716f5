"""Budgets: setting, removing and answering them. Those of a project are its owners', those over all the admins'."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from quarterdeck.application.access import ADMIN, no_project, no_session, no_task, permitted
from quarterdeck.application.ledger_pages import Pages, Place, place_of
from quarterdeck.application.ledgers import Decided, Ledgers
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import Context, EventLog, StreamWrite
from quarterdeck.application.requests import IdempotencyKey, acceptance, answered, context_of
from quarterdeck.application.streams import PERSONA, PROJECT, SESSION, TASK, USER
from quarterdeck.domain import budget, budget_ledger, persona, project
from quarterdeck.domain.base import Recorded
from quarterdeck.domain.budget import Budget, BudgetEvent, Budgets, Covers, Scope, Terms
from quarterdeck.domain.budget_ledger import Answer
from quarterdeck.domain.budget_period import Every
from quarterdeck.domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from quarterdeck.domain.events import Event
from quarterdeck.domain.identity import NoUser
from quarterdeck.domain.persona import NoPersona
from quarterdeck.domain.project import Role
from quarterdeck.domain.session_state import NoSession
from quarterdeck.domain.task import NoTask


@dataclass(frozen=True, kw_only=True)
class Changed:
    budget_id: UUID
    position: int
    """0 where nothing was new."""


@dataclass(frozen=True)
class BudgetBook:
    ledgers: Ledgers

    @property
    def log(self) -> EventLog:
        return self.ledgers.log

    async def set(
        self,
        caller: Caller,
        scope: Scope,
        every: Every,
        time_zone: str,
        terms: Terms,
        key: IdempotencyKey | None = None,
    ) -> Changed:
        """A new budget; the one of this scope and kind of period is revised."""
        await self._permit(caller, scope.project_id)
        await self._check_subject(scope)
        work = _Set(
            self.ledgers, caller, scope.project_id, key, scope=scope, every=every, time_zone=time_zone, terms=terms
        )
        return await self.ledgers.post(work)

    async def remove(
        self, caller: Caller, project_id: UUID | None, identifier: UUID, key: IdempotencyKey | None = None
    ) -> Changed:
        """What it holds goes on. What is spent stays in its ledger, should it be set again."""
        await self._permit(caller, project_id, budget.no_budget())
        return await self.ledgers.post(_Remove(self.ledgers, caller, project_id, key, identifier=identifier))

    async def answer(
        self,
        caller: Caller,
        project_id: UUID | None,
        identifier: UUID,
        given: Answer,
        *,
        nano_dollars: int | None = None,
        tokens: int | None = None,
        reason: str = "",
        key: IdempotencyKey | None = None,
    ) -> Changed:
        """`nano_dollars`, `tokens`: what it is raised to; None: that limit stays."""
        await self._permit(caller, project_id, budget.no_budget())
        raised = (nano_dollars, tokens) != (None, None)
        if raised is not (given is Answer.RAISE):
            raise InvalidInputError(
                "An amount goes with raising it, and with nothing else.",
                "Say how many dollars or tokens it is raised to.",
                field="usd",
            )
        work = _Answer(
            self.ledgers,
            caller,
            project_id,
            key,
            identifier=identifier,
            given=given,
            nano_dollars=nano_dollars,
            tokens=tokens,
            reason=reason,
        )
        return await self.ledgers.post(work)

    async def _permit(self, caller: Caller, project_id: UUID | None, missing: NotFoundError | None = None) -> None:
        if project_id is not None:
            home = (await PROJECT.load(self.log, project_id)).state
            project.usable(permitted(caller, home, Role.OWNER, missing or no_project()))
        elif ADMIN not in caller.roles:
            raise missing or ForbiddenError(
                "A budget over all projects is for admins.", "Set one of a project: name the project."
            )

    async def _check_subject(self, scope: Scope) -> None:
        """That there is such a one, and that it is the project's."""
        match scope.covers:
            case Covers.EVERYTHING:
                pass
            case Covers.USER:
                await self._check_user(scope.project_id, UUID(scope.subject))
            case Covers.PERSONA:
                named = scope.project_id and persona.is_name(scope.subject)
                stream_id = persona.persona_id(scope.project_id, scope.subject) if named and scope.project_id else None
                if stream_id and isinstance((await PERSONA.load(self.log, stream_id)).state, NoPersona):
                    raise NotFoundError("There is no such persona.", "List a project's with `qd persona list`.")
            case Covers.SESSION:
                place = (await SESSION.load(self.log, UUID(scope.subject))).state
                if isinstance(place, NoSession) or place.project_id != scope.project_id:
                    raise no_session()
            case Covers.TASK:
                task = (await TASK.load(self.log, UUID(scope.subject))).state
                if isinstance(task, NoTask) or task.project_id != scope.project_id:
                    raise no_task()

    async def _check_user(self, project_id: UUID | None, user_id: UUID) -> None:
        home = (await PROJECT.load(self.log, project_id)).state if project_id else None
        if isinstance(home, project.Project) and user_id in home.members:
            return
        if isinstance((await USER.load(self.log, user_id)).state, NoUser):
            raise NotFoundError("There is no such user.", "Name a member of the project.")


@dataclass
class _Change(ABC):
    """A change of one list of budgets, and of the ledger of now of the budget that it changes."""

    ledgers: Ledgers
    caller: Caller
    project_id: UUID | None
    key: IdempotencyKey | None
    _earlier: UUID | None = field(default=None, init=False)

    @property
    def context(self) -> Context:
        return context_of(self.caller, project_id=self.project_id)

    async def prepare(self, *, look: bool) -> None:
        del look
        self._earlier = await answered(self.ledgers.log, self.caller, self.key)

    @abstractmethod
    def changed(self, known: Budgets) -> Budget | None:
        """The budget as it will be; None: it will not be."""

    @abstractmethod
    def events(self, known: Budgets) -> tuple[BudgetEvent, ...]: ...

    @abstractmethod
    def post(self, pages: Pages, place: Place) -> None:
        """To the ledger of now."""

    @abstractmethod
    def identify(self) -> UUID: ...

    def streams(self) -> Collection[UUID]:
        return ()

    async def places(self, books: Sequence[Budgets], now: datetime) -> Iterable[Place]:
        after = self.changed(books[0])
        return [place_of(after, now)] if after else []

    def decide(self, pages: Pages, now: datetime) -> Decided[Changed]:
        changed = Changed(budget_id=self.identify(), position=0)
        if self._earlier is not None:
            return Decided(changed)
        book = pages.book(self.project_id)
        events, after = self.events(book.state), self.changed(book.state)
        if after is not None:
            self.post(pages, place_of(after, now))
        writes = acceptance(self.caller, self.key, changed.budget_id)
        if events:
            listed = StreamWrite(
                stream_id=budget.budgets_id(self.project_id),
                expected_version=book.version,
                events=cast("tuple[Event, ...]", events),
                project_id=self.project_id or budget.ALL_PROJECTS,
            )
            writes.append(listed)
        return Decided(changed, writes)

    def done(self, result: Changed, recorded: Sequence[Recorded[Event]]) -> Changed:
        self.ledgers.forget(self.project_id)
        return replace(result, position=recorded[-1].position if recorded else 0)


@dataclass
class _Set(_Change):
    scope: Scope = field(kw_only=True)
    every: Every = field(kw_only=True)
    time_zone: str = field(kw_only=True)
    terms: Terms = field(kw_only=True)

    def identify(self) -> UUID:
        return budget.budget_id(self.scope, self.every)

    def events(self, known: Budgets) -> tuple[BudgetEvent, ...]:
        return budget.set_budget(known, self.scope, self.every, self.time_zone, self.terms)

    def changed(self, known: Budgets) -> Budget | None:
        self.events(known)
        return Budget(
            id=self.identify(), scope=self.scope, every=self.every, time_zone=self.time_zone, terms=self.terms
        )

    def post(self, pages: Pages, place: Place) -> None:
        pages.post(place, budget_ledger.apply_terms(pages.account(place), self.terms))


@dataclass
class _Remove(_Change):
    identifier: UUID = field(kw_only=True)

    def identify(self) -> UUID:
        return self.identifier

    def events(self, known: Budgets) -> tuple[BudgetEvent, ...]:
        return budget.remove(known, self.identifier)

    def changed(self, known: Budgets) -> Budget | None:
        return None

    def post(self, pages: Pages, place: Place) -> None:
        """Nothing: what was counted stays counted."""


@dataclass
class _Answer(_Change):
    identifier: UUID = field(kw_only=True)
    given: Answer = field(kw_only=True)
    nano_dollars: int | None = field(kw_only=True)
    tokens: int | None = field(kw_only=True)
    reason: str = field(kw_only=True)

    def identify(self) -> UUID:
        return self.identifier

    def events(self, known: Budgets) -> tuple[BudgetEvent, ...]:
        after = self.changed(known)
        return budget.set_budget(known, after.scope, after.every, after.time_zone, after.terms)

    def changed(self, known: Budgets) -> Budget:
        before = budget.existing(known, self.identifier)
        terms = before.terms
        if self.nano_dollars is not None:
            terms = replace(terms, nano_dollars=self.nano_dollars)
        if self.tokens is not None:
            terms = replace(terms, tokens=self.tokens)
        return replace(before, terms=terms)

    def post(self, pages: Pages, place: Place) -> None:
        assert place.budget
        account = pages.account(place)
        pages.post(place, budget_ledger.answer(account, self.given, self.reason, place.budget.terms))
