"""What every live output does."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import uuid4

import pytest

from quarterdeck.adapters.memory.live import MemoryLiveOutput
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.live import NatsLiveOutput
from quarterdeck.application.frames import Frame, FrameKind, encode
from quarterdeck.application.ports.output import LiveOutput


@pytest.fixture(params=["memory", "nats"])
async def live(request: pytest.FixtureRequest) -> AsyncGenerator[LiveOutput, None]:
    if request.param == "memory":
        yield MemoryLiveOutput()
        return
    async with NatsConnection(request.getfixturevalue("nats_url")) as connection:
        await connection.wait_up()
        yield NatsLiveOutput(connection)


async def test_a_subscriber_gets_what_is_published_from_then_on_in_order(live: LiveOutput) -> None:
    command_id = uuid4()
    await live.publish(command_id, b"before")
    async with live.subscribe(command_id) as messages:
        sent = [encode(Frame(FrameKind.OUTPUT, n, n, b"x" * n)) for n in range(1, 50)]
        for each in sent:
            await live.publish(command_id, each)
        assert [await asyncio.wait_for(anext(messages), 5) for _ in sent] == sent


async def test_each_subscriber_gets_everything(live: LiveOutput) -> None:
    command_id = uuid4()
    async with live.subscribe(command_id) as first, live.subscribe(command_id) as second:
        await live.publish(command_id, b"frames")
        assert await asyncio.wait_for(anext(first), 5) == await asyncio.wait_for(anext(second), 5) == b"frames"


async def test_the_output_of_another_command_is_not_seen(live: LiveOutput) -> None:
    command_id = uuid4()
    async with live.subscribe(command_id) as messages:
        await live.publish(uuid4(), b"another's")
        await live.publish(command_id, b"own")
        assert await asyncio.wait_for(anext(messages), 5) == b"own"


async def test_half_a_mebibyte_goes_in_one_message(live: LiveOutput) -> None:
    command_id, large = uuid4(), bytes(512 * 1024)
    async with live.subscribe(command_id) as messages:
        await live.publish(command_id, large)
        assert await asyncio.wait_for(anext(messages), 5) == large


async def test_publishing_to_nobody_is_no_failure(live: LiveOutput) -> None:
    await live.publish(uuid4(), b"unheard")
