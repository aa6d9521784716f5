"""A log whose tails look seldom, so that more events come together, but not after an event that leads to more."""

import asyncio
from uuid import uuid4

from tests.support.services import Database

from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import CommandCancelRequested, CommandLost

CONTEXT = Context(actor=Actor(kind=ActorKind.USER, id="ada"), correlation_id=uuid4())
FIRST, SECOND = CommandCancelRequested(), CommandLost(reason="gone")


async def append(log: PostgresEventLog, event: CommandCancelRequested | CommandLost) -> None:
    await log.append([StreamWrite(stream_id=uuid4(), expected_version=0, events=(event,))], CONTEXT)


async def test_a_tail_looks_again_at_once_after_an_event_that_leads_to_more(database: Database) -> None:
    seldom = PostgresEventLog(
        database.app_url, SystemClock(), pause_seconds=3600, unpaused=frozenset({CommandCancelRequested.TOPIC})
    )
    async with asyncio.timeout(30), seldom as log, log.tail(0) as batches:
        found = list[object]()
        for event in (FIRST, SECOND):
            await append(log, event)
            found += [each.event for each in await anext(batches)]
    assert found == [FIRST, SECOND]
