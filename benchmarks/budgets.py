"""Reservations in one hot budget by many callers at once, in one gateway and in two that write to the same log."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import uvloop

from benchmarks.database import disk
from benchmarks.row import Row
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.budget_reservations import Asked, Reservations
from quarterdeck.application.budgets import BudgetBook
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import Context, EventLog, StreamWrite
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.budget import Scope, Terms
from quarterdeck.domain.budget_ledger import Amount
from quarterdeck.domain.budget_period import Every
from quarterdeck.domain.budget_reservation import ReservationSettled
from quarterdeck.domain.project import ProjectCreated, ProjectSettings

CALLERS, EACH = 100, 20
USER, PROJECT = uuid4(), uuid4()
CALLER = Caller(user_id=USER, user_name="ada", token_id=USER, scopes=("*",), correlation_id=USER)
CONTEXT = Context(actor=Actor(kind=ActorKind.USER, id=str(USER)), correlation_id=USER, project_id=PROJECT)


async def run() -> list[Row]:
    return await asyncio.to_thread(_run)


def _run() -> list[Row]:
    with disk() as server:
        return uvloop.run(_measure(server.urls.app))


async def _measure(url: str) -> list[Row]:
    async with AsyncExitStack() as stack:
        logs = [await stack.enter_async_context(PostgresEventLog(url, SystemClock(), remember=True)) for _ in range(2)]
        # as a gateway has one open: what is remembered is kept current by it
        for log in logs:
            await stack.enter_async_context(log.tail(0))
        await _begin(logs[0])
        desks = [Reservations(Ledgers(log, SystemClock())) for log in logs]
        plain = await _at_once(lambda _: _append(logs[0]))
        one = await _at_once(lambda _: _reserve(desks[0]))
        two = await _at_once(lambda number: _reserve(desks[number % 2]))
        alone = sorted([await _timed(_reserve(desks[0])) for _ in range(200)])
    return [
        Row(name="reserve in a hot budget, one caller, p50", value=alone[100] * 1000, unit="ms"),
        *_rows(f"{CALLERS} callers at once", one, plain, 250),
        *_rows(f"{CALLERS} callers at once in two gateways", two, plain, 500),
    ]


def _rows(name: str, measured: Sequence[float], peer: Sequence[float], limit: int) -> list[Row]:
    p50, p99 = (measured[len(measured) * percent // 100] * 1000 for percent in (50, 99))
    median = peer[len(peer) // 2] * 1000
    return [
        Row(
            name=f"reserve in a hot budget, {name}, p50",
            value=p50,
            unit="ms",
            peer="append to a stream of one's own, as many at once",
            peer_value=median,
        ),
        Row(
            name=f"reserve in a hot budget, {name}, p99", value=p99, unit="ms", limit=f"<= {limit} ms", met=p99 <= limit
        ),
    ]


async def _begin(log: EventLog) -> None:
    """A project with a budget that all are let in by, and one more that covers the same."""
    created = ProjectCreated(
        name="it", repository="/srv/it", default_branch="main", owner_id=USER, settings=ProjectSettings()
    )
    await log.append([StreamWrite(stream_id=PROJECT, expected_version=0, events=(created,))], CONTEXT)
    book = BudgetBook(Ledgers(log, SystemClock()))
    for every in (Every.DAY, Every.MONTH):
        await book.set(CALLER, Scope(project_id=PROJECT), every, "UTC", Terms(nano_dollars=10**15))


async def _at_once(call: Callable[[int], Awaitable[object]]) -> list[float]:
    """Seconds that each call took, sorted: callers who call again as soon as they are answered."""

    async def caller(number: int) -> list[float]:
        return [await _timed(call(number)) for _ in range(EACH)]

    taken = await asyncio.gather(*(caller(number) for number in range(CALLERS)))
    return sorted(each for times in taken for each in times)


async def _timed(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def _reserve(desk: Reservations) -> UUID:
    asked = Asked(project_id=PROJECT, request_id=str(uuid4()), amount=Amount(nano_dollars=1000))
    return (await desk.reserve(CALLER, asked)).id


async def _append(log: EventLog) -> None:
    event = ReservationSettled(spent=Amount(nano_dollars=1000))
    await log.append([StreamWrite(stream_id=uuid4(), expected_version=0, events=(event,))], CONTEXT)
