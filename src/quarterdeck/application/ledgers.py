"""Posting to budgets' ledgers: whoever posts at the same moment is decided on together, one after the other.

A round reads the last event of each ledger once, decides for each waiting caller on what the one before has left, and
appends the events of all, each under its own caller's name, at the versions that were read: in one append, as each
decision stands on those before it. Where another process was first, the round is decided anew. So a ledger that is
wanted by a hundred callers costs a few commits, and none of them ever counts on what is not in the log.
"""

import asyncio
import random
import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import structlog

from quarterdeck.application import budget_words
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ledger_pages import Pages, Place, UnreadableLedgerError, account_of, place_of
from quarterdeck.application.ports.log import Context, EventLog, LoggedEvent, StreamWrite
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.streams import BUDGETS, Loaded
from quarterdeck.domain import budget
from quarterdeck.domain.base import Recorded
from quarterdeck.domain.budget import Budget, Budgets, Subject
from quarterdeck.domain.budget_ledger import Account
from quarterdeck.domain.errors import QuarterdeckError, UnavailableError
from quarterdeck.domain.events import Event

logger = structlog.get_logger(__name__)

PATIENCE_SECONDS = 20.0
"""How long a caller is decided on again, where others keep coming first."""
LONGEST_PAUSE = 0.01
FEWEST, MOST = 8, 512
"""Callers in a round."""
LOOKED_SECONDS = 1.0
"""How old a list of budgets may be that only what is opened or run is checked against."""
ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Decided(Generic[ResultT]):
    """`writes` go beside what was noted on the pages. With `refusal` they are appended, and then it is raised."""

    result: ResultT
    writes: Sequence[StreamWrite] = ()
    refusal: QuarterdeckError | None = None


class Posting(Protocol[ResultT]):
    """What a caller wants of the ledgers."""

    @property
    def project_id(self) -> UUID | None: ...
    @property
    def context(self) -> Context: ...

    async def prepare(self, *, look: bool) -> None:
        """Loads what it decides on besides, for each round. `look`: also what it expects to be new."""
        ...

    def streams(self) -> Collection[UUID]:
        """Which it expects to be new: where one is there, it has to look."""
        ...

    async def places(self, books: Sequence[Budgets], now: datetime) -> Iterable[Place]:
        """Which ledgers it may post to. `books`: the budgets of its project, and those over all."""
        ...

    def decide(self, pages: Pages, now: datetime) -> Decided[ResultT]:
        """At once: nothing else is decided meanwhile. Raises what it is refused with."""
        ...

    def done(self, result: ResultT, recorded: Sequence[Recorded[Event]]) -> ResultT:
        """The answer, once it is in the log."""
        ...


@dataclass(eq=False)
class _Waiting:
    work: Posting[Any]
    answer: "asyncio.Future[Any]"
    deadline: float
    look: bool = False
    """Something is there that it expected to be new, or it wants to be sure that nothing is."""
    alone: bool = False
    """Something in its round could not be stored: its turn is a round of its own."""

    def fail(self, error: BaseException) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)

    def give(self, result: object) -> None:
        if not self.answer.done():
            self.answer.set_result(result)


@dataclass(frozen=True)
class _Decision:
    waiting: _Waiting
    what: Decided[Any]
    writes: Sequence[StreamWrite]

    @property
    def events(self) -> int:
        return sum(len(write.events) for write in self.writes)

    def answer(self, recorded: Sequence[Recorded[Event]]) -> None:
        if self.what.refusal:
            self.waiting.fail(self.what.refusal)
        else:
            self.waiting.give(self.waiting.work.done(self.what.result, recorded))


@dataclass
class Ledgers:
    log: EventLog
    clock: Clock
    _waiting: list[_Waiting] = field(default_factory=list[_Waiting])
    _share: int = MOST
    _conflicts: int = 0
    """Rounds in a row that another process was faster in."""
    _round: "asyncio.Task[None] | None" = None
    _books: dict[UUID, Loaded[Budgets]] = field(default_factory=dict[UUID, Loaded[Budgets]])
    _looked: dict[UUID, float] = field(default_factory=dict[UUID, float])

    async def post(self, work: Posting[ResultT]) -> ResultT:
        """Raises what the decision raises, and UnavailableError where the log does not answer: then nothing counts."""
        answer: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(work, answer, time.monotonic() + PATIENCE_SECONDS))
        if self._round is None or self._round.done():
            # a task of its own: a caller that goes away takes no other with it
            self._round = asyncio.create_task(self._run(), name="ledgers")
        return await answer

    async def check(self, subject: Subject) -> None:
        """Raises BudgetExhaustedError where a budget that covers it is used up."""
        books = [await self._look(each) for each in (subject.project_id, None)]
        places = [place_of(each, self.clock.now()) for each in budget.covering(books, subject)]
        last = await self.log.last([each.ledger_id for each in places])
        for event in last.values():
            account = account_of(event)
            if account and account.pauses:
                raise budget_words.exhausted(account)

    async def paused(self, project_id: UUID | None) -> list[tuple[Budget, Account]]:
        """The budgets of a project, or those over all, that are used up in their period of now."""
        known = (await BUDGETS.load(self.log, budget.budgets_id(project_id))).state
        now = self.clock.now()
        places = [place_of(each, now) for each in known.by_id.values()]
        last = await self.log.last([each.ledger_id for each in places])
        accounts = {stream_id: _readable(event) for stream_id, event in last.items()}
        found = [(known.by_id[each.budget_id], accounts.get(each.ledger_id)) for each in places]
        return [(each, account) for each, account in found if account and account.pauses]

    def forget(self, project_id: UUID | None) -> None:
        """The list of its budgets was just changed: the next check looks at it anew."""
        self._looked.pop(budget.budgets_id(project_id), None)

    async def _look(self, project_id: UUID | None) -> Budgets:
        stream_id = budget.budgets_id(project_id)
        if time.monotonic() - self._looked.get(stream_id, float("-inf")) > LOOKED_SECONDS:
            await self._load(stream_id)
        return self._books[stream_id].state

    async def _load(self, stream_id: UUID) -> None:
        began = time.monotonic()
        loaded = await BUDGETS.load(self.log, stream_id)
        if stream_id not in self._books or loaded.version >= self._books[stream_id].version:
            self._books[stream_id], self._looked[stream_id] = loaded, began

    async def _run(self) -> None:
        while turn := self._take():
            try:
                await self._decide(turn)
            except Exception as error:  # noqa: BLE001 - it is told to those who wait, and the next round goes on
                for each in turn:
                    each.fail(error)
            if self._conflicts:
                pause = LONGEST_PAUSE * min(self._conflicts, 5)
                await asyncio.sleep(random.uniform(0, pause))  # noqa: S311 - so that two processes take turns

    def _take(self) -> list[_Waiting]:
        """Whose turn it is: fewer at once where others write as well, as the log then moves on sooner."""
        self._waiting = [each for each in self._waiting if not each.answer.done()]
        count = 1 if self._waiting and self._waiting[0].alone else self._share
        turn, self._waiting = self._waiting[:count], self._waiting[count:]
        return turn

    async def _decide(self, turn: list[_Waiting]) -> None:
        turn = await self._prepared(turn)
        pages, known = await self._pages(turn)
        now, taken = self.clock.now(), set[UUID]()
        decided: list[_Decision] = []
        again: list[_Waiting] = []
        for each in turn:
            try:
                if not each.look and not known.isdisjoint(each.work.streams()):
                    raise ConcurrencyError("It may have been asked for before.")
                what = each.work.decide(pages, now)
                own = {write.stream_id for write in what.writes}
                if not own.isdisjoint(taken):
                    raise ConcurrencyError("Another one of this round writes there.")
            except ConcurrencyError:
                each.look = True
                pages.drop()
                again.append(each)
                continue
            except QuarterdeckError as error:
                pages.drop()
                each.fail(error)
                continue
            taken |= own
            writes = [replace(write, context=each.work.context) for write in (*pages.take(), *what.writes)]
            decided.append(_Decision(each, what, writes))
        await self._append(decided, again)
        self._again(again)

    async def _append(self, decided: "list[_Decision]", again: list[_Waiting]) -> None:
        """All of the round or nothing: each decision stands on those before it."""
        try:
            writes = [write for each in decided for write in each.writes]
            recorded = await self.log.append(writes, decided[0].waiting.work.context) if writes else ()
        except ConcurrencyError:
            again += [each.waiting for each in decided]
            self._conflicts += 1
            self._share = max(FEWEST, len(decided) // 2)
            return
        except UnavailableError:
            raise
        except QuarterdeckError as error:
            # one of them cannot be stored, which is not the others' fault
            for each in decided:
                if len(decided) == 1:
                    each.waiting.fail(error)
                each.waiting.alone = True
            again += [each.waiting for each in decided if len(decided) > 1]
            return
        self._conflicts, self._share = 0, min(2 * self._share, MOST)
        for each in decided:
            own, recorded = recorded[: each.events], recorded[each.events :]
            each.answer(own)

    def _again(self, again: list[_Waiting]) -> None:
        """They go before those who came later."""
        for each in again:
            if time.monotonic() > each.deadline:
                each.fail(ConcurrencyError("These budgets change too fast to post to.", "Try again."))
        self._waiting[:0] = again

    async def _prepared(self, turn: list[_Waiting]) -> list[_Waiting]:
        results = await asyncio.gather(*(each.work.prepare(look=each.look) for each in turn), return_exceptions=True)
        ready: list[_Waiting] = []
        for each, result in zip(turn, results, strict=True):
            if isinstance(result, BaseException):
                each.fail(result)
            else:
                ready.append(each)
        return ready

    async def _pages(self, turn: Sequence[_Waiting]) -> tuple[Pages, set[UUID]]:
        """The lists and the ledgers, as they are together at one moment; and which streams there are, of those that are
        expected to be new."""
        new = {stream_id for each in turn if not each.look for stream_id in each.work.streams()}
        wanted = {budget.budgets_id(each.work.project_id) for each in turn} | {budget.budgets_id(None)}
        for stream_id in wanted - self._books.keys():
            await self._load(stream_id)
        while True:
            ledgers = await self._ledgers_of(turn)
            last = await self.log.last([*wanted, *ledgers, *new])
            stale = [each for each in wanted if each in last and last[each].version > self._books[each].version]
            if not stale:
                break
            for stream_id in stale:
                await self._load(stream_id)
        known = {each: (last[each].version, account_of(last[each])) for each in ledgers if each in last}
        return Pages({each: self._books[each] for each in wanted}, known), new & last.keys()

    async def _ledgers_of(self, turn: Sequence[_Waiting]) -> set[UUID]:
        """What cannot say where it posts to is refused by its own decision."""
        now, ledgers = self.clock.now(), set[UUID]()
        for each in turn:
            ids = (budget.budgets_id(each.work.project_id), budget.budgets_id(None))
            with suppress(QuarterdeckError):
                places = await each.work.places([self._books[stream_id].state for stream_id in ids], now)
                ledgers |= {place.ledger_id for place in places}
        return ledgers


def _readable(event: LoggedEvent) -> Account | None:
    """None for one that cannot be read: it lets nothing be reserved, and what runs goes on."""
    try:
        return account_of(event)
    except UnreadableLedgerError as error:
        logger.warning("a budget's ledger cannot be read", position=event.position, error=error.message)
        return None
