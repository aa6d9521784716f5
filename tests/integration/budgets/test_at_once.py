"""A budget on a real log that the processes of two gateways reserve in at once."""

import asyncio
import multiprocessing
from typing import cast, get_args
from uuid import UUID

from tests.support import budget_process
from tests.support.projecting import Story, story_in
from tests.support.services import Database

from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.budgets import BudgetBook
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.domain.budget import Scope, Terms
from quarterdeck.domain.budget_ledger import Account, LedgerEvent
from quarterdeck.domain.budget_period import Every
from quarterdeck.domain.budget_reservation import ReservationMade

EACH, LIMIT = 50, 60


async def reserve_from_processes(url: str, story: Story) -> list[int]:
    spawn = multiprocessing.get_context("spawn")
    pipes = [spawn.Pipe() for _ in range(2)]
    processes = [
        spawn.Process(target=budget_process.run, args=(url, story.user, story.project, f"p{n}-", EACH, theirs))
        for n, (_, theirs) in enumerate(pipes)
    ]
    for process in processes:
        process.start()
    for ours, _ in pipes:
        assert await asyncio.to_thread(ours.recv) == "ready"
    for ours, _ in pipes:
        ours.send("go")
    let_in = [cast("int", await asyncio.to_thread(ours.recv)) for ours, _ in pipes]
    for process in processes:
        process.join()
    return let_in


async def accounts(story: Story, budget_id: UUID) -> list[Account]:
    """As each event left them, in order."""
    events = [each.event for each in await story.log.read(0, 10_000) if isinstance(each.event, get_args(LedgerEvent))]
    return [each for each in (cast("LedgerEvent", event).account for event in events) if each.budget_id == budget_id]


async def test_a_hundred_reservations_of_two_processes_at_once_never_go_above_the_limit(database: Database) -> None:
    async with story_in(database) as story, asyncio.timeout(60):
        await story.begin()
        book, owner = BudgetBook(Ledgers(story.log, SystemClock())), budget_process.caller(story.user)
        scope = Scope(project_id=story.project)
        narrow = await book.set(owner, scope, Every.ALL_TIME, "UTC", Terms(nano_dollars=LIMIT))
        wide = await book.set(owner, scope, Every.MONTH, "UTC", Terms(nano_dollars=10 * LIMIT))

        let_in = await reserve_from_processes(database.app_url, story)

        assert sum(let_in) == LIMIT
        for each in (narrow, wide):
            history = await accounts(story, each.budget_id)
            assert history[-1].reserved.nano_dollars == LIMIT
            assert history[-1].reservations == LIMIT
            assert max(known.spent.nano_dollars + known.reserved.nano_dollars for known in history) <= LIMIT
        made = [each for each in await story.log.read(0, 10_000) if isinstance(each.event, ReservationMade)]
        assert len(made) == LIMIT
