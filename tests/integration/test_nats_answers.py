"""Whoever asks a worker that stops is told so, and waits for no answer that nobody gives."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import msgspec
import pytest
from tests.support.waiting import eventually

from quarterdeck.adapters.nats.answers import Answers
from quarterdeck.adapters.nats.asking import ask
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.failures import Failure
from quarterdeck.domain.errors import UnavailableError

AT_ONCE = 20.0
"""Far less than who asks would wait."""
PATIENCE = 600.0


class Question(msgspec.Struct):
    number: int


class Reply(msgspec.Struct):
    number: int | None = None
    failure: Failure | None = None


def failed(failure: Failure) -> Reply:
    return Reply(failure=failure)


@dataclass
class Ends:
    asking: NatsConnection
    answering: NatsConnection
    prefix: str

    async def ask(self, number: int) -> int | None:
        return (await ask(self.asking, self.prefix, "w1", "echo", Question(number), Reply, PATIENCE)).number


@pytest.fixture
async def ends(nats_url: str) -> AsyncIterator[Ends]:
    async with NatsConnection(nats_url) as one, NatsConnection(nats_url) as other:
        await one.wait_up()
        await other.wait_up()
        yield Ends(one, other, f"t{uuid4().hex}")


async def test_who_asks_when_it_has_stopped_hears_so_at_once(ends: Ends) -> None:
    async def echo(asked: Question) -> Reply:
        return Reply(number=asked.number)

    async with asyncio.timeout(AT_ONCE):
        for number in range(200):
            async with Answers(ends.answering, failed) as answers:
                await answers.give(f"{ends.prefix}.w1.echo", Question, echo)
                assert await ends.ask(number) == number
            with pytest.raises(UnavailableError):
                await ends.ask(number)


async def test_who_asks_as_it_stops_is_answered_or_hears_so_at_once(ends: Ends) -> None:
    answered = 0

    async def echo(asked: Question) -> Reply:
        nonlocal answered
        answered += 1
        await asyncio.sleep(0)
        return Reply(number=asked.number)

    async with asyncio.timeout(AT_ONCE):
        async with Answers(ends.answering, failed) as answers:
            await answers.give(f"{ends.prefix}.w1.echo", Question, echo)
            asked = [asyncio.ensure_future(ends.ask(number)) for number in range(500)]
            await eventually(lambda: answered)
        heard = await asyncio.gather(*asked, return_exceptions=True)
    said = [each for each in heard if not isinstance(each, int)]
    assert all(isinstance(each, UnavailableError) for each in said)
    assert all(each == number for number, each in enumerate(heard) if isinstance(each, int))


async def test_what_is_under_way_when_it_stops_is_told_so(ends: Ends) -> None:
    begun, never = asyncio.Event(), asyncio.Event()

    async def wait(_: Question) -> Reply:
        begun.set()
        await never.wait()
        return Reply()

    async with asyncio.timeout(AT_ONCE):
        async with Answers(ends.answering, failed) as answers:
            await answers.give(f"{ends.prefix}.w1.echo", Question, wait)
            asked = asyncio.ensure_future(ends.ask(1))
            await begun.wait()
        with pytest.raises(UnavailableError, match="The worker stops"):
            await asked
