"""A process that reserves as a gateway does: many callers at once."""

import asyncio
from multiprocessing.connection import Connection
from uuid import UUID

from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.budget_reservations import Asked, Reservations
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.ports.callers import Caller
from quarterdeck.domain.budget_ledger import Amount
from quarterdeck.domain.errors import LimitExceededError


def caller(user_id: UUID) -> Caller:
    return Caller(user_id=user_id, user_name="ada", token_id=user_id, scopes=("*",), correlation_id=user_id)


async def reserve(desk: Reservations, user_id: UUID, project_id: UUID, request: str, nano: int) -> bool:
    """False where there was no room."""
    asked = Asked(project_id=project_id, request_id=request, amount=Amount(nano_dollars=nano))
    try:
        await desk.reserve(caller(user_id), asked)
    except LimitExceededError:
        return False
    return True


async def reserve_all(log: PostgresEventLog, user_id: UUID, project_id: UUID, name: str, count: int, nano: int) -> int:
    """How many of `count` at once were let in, who reserve so much each."""
    desk = Reservations(Ledgers(log, SystemClock()))
    answers = await asyncio.gather(*(reserve(desk, user_id, project_id, f"{name}{n}", nano) for n in range(count)))
    return sum(answers)


def run(url: str, user_id: UUID, project_id: UUID, name: str, count: int, nano: int, pipe: Connection) -> None:
    """The process: says that it is ready, waits for a word, and sends how many were let in."""

    async def main() -> int:
        async with PostgresEventLog(url, SystemClock(), remember=True) as log:
            await log.head()
            pipe.send("ready")
            await asyncio.to_thread(pipe.recv)
            return await reserve_all(log, user_id, project_id, name, count, nano)

    pipe.send(asyncio.run(main()))
