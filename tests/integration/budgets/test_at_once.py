"""A budget on a real log that the processes of two gateways reserve in at once."""

import asyncio
import multiprocessing
from itertools import accumulate
from typing import cast
from uuid import UUID

from tests.support import budget_process
from tests.support.projecting import Story, story_in
from tests.support.services import Database

from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.budgets import BudgetBook
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.domain.budget import Scope, Terms
from quarterdeck.domain.budget_ledger import BudgetReserved
from quarterdeck.domain.budget_period import Every
from quarterdeck.domain.budget_reservation import ReservationMade

EACH, LIMIT = 50, 60


async def reserve_from_processes(url: str, story: Story) -> list[int]:
    spawn = multiprocessing.get_context("spawn")
    pipes = [spawn.Pipe() for _ in range(2)]
    processes = [
        spawn.Process(target=budget_process.run, args=(url, story.user, story.project, f"p{n}-", EACH, n + 1, theirs))
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


async def reservations(story: Story, budget_id: UUID) -> list[BudgetReserved]:
    events = [each.event for each in await story.log.read(0, 10_000)]
    return [each for each in events if isinstance(each, BudgetReserved) and each.account.budget_id == budget_id]


async def test_a_hundred_reservations_of_two_processes_at_once_never_go_above_the_limit(database: Database) -> None:
    async with story_in(database) as story, asyncio.timeout(60):
        await story.begin()
        book, owner = BudgetBook(Ledgers(story.log, SystemClock())), budget_process.caller(story.user)
        scope = Scope(project_id=story.project)
        narrow = await book.set(owner, scope, Every.ALL_TIME, "UTC", Terms(nano_dollars=LIMIT))
        wide = await book.set(owner, scope, Every.MONTH, "UTC", Terms(nano_dollars=10 * LIMIT))

        let_in = await reserve_from_processes(database.app_url, story)

        made = [each.event for each in await story.log.read(0, 10_000) if isinstance(each.event, ReservationMade)]
        assert len(made) == sum(let_in)
        # of those who want two, none is let in for the last one
        assert sum(each.amount.nano_dollars for each in made) in {LIMIT - 1, LIMIT}
        for each in (narrow, wide):
            reserved = await reservations(story, each.budget_id)
            # each one stands on the one before, whichever process posted that
            assert [event.account.reserved for event in reserved] == list(
                accumulate(event.amount for event in reserved)
            )
            assert len(reserved) == reserved[-1].account.reservations == sum(let_in)
