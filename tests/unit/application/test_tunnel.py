"""A byte stream over messages that may be lost."""

import asyncio
from collections.abc import Awaitable

import pytest

from quarterdeck.application.tunnel import CHUNK, WINDOW, Kind, TunnelEnd
from quarterdeck.domain.errors import UnavailableError


class Bus:
    """Between two ends. What is in `lost`, counted from 0, does not arrive."""

    def __init__(self, *lost: int) -> None:
        self.lost = lost
        self.sent: list[bytes] = []
        self.here = TunnelEnd(self._to_there)
        self.there = TunnelEnd(self._to_here)

    async def _to_there(self, message: bytes) -> None:
        self.sent.append(message)
        if len(self.sent) - 1 not in self.lost:
            self.there.feed(message)

    async def _to_here(self, message: bytes) -> None:
        self.here.feed(message)


async def test_bytes_come_in_order_and_the_end_after_them() -> None:
    bus = Bus()
    await bus.here.write(b"a" * CHUNK + b"b")
    await bus.here.end()

    assert [await bus.there.read(), await bus.there.read(), await bus.there.read()] == [b"a" * CHUNK, b"b", b""]


async def test_the_other_direction_goes_on_after_one_has_ended() -> None:
    bus = Bus()
    await bus.here.end()
    await bus.there.write(b"still")

    assert await bus.there.read() == b""
    assert await bus.here.read() == b"still"


async def test_a_writer_waits_for_a_reader_that_is_slow() -> None:
    bus = Bus()
    writing = asyncio.create_task(_all(bus.here.write(bytes(WINDOW + 3 * CHUNK))))
    await asyncio.sleep(0)

    assert not writing.done()
    assert sum(len(message) for message in bus.sent) < WINDOW + CHUNK
    taken = 0
    while taken < WINDOW + 3 * CHUNK:
        taken += len(await bus.there.read())
    await writing


async def test_a_lost_part_breaks_the_stream() -> None:
    bus = Bus(0)
    await bus.here.write(b"one")
    await bus.here.write(b"two")

    with pytest.raises(UnavailableError, match="a part was lost"):
        await bus.there.read()


async def test_what_came_before_a_break_is_read_first() -> None:
    bus = Bus()
    await bus.here.write(b"one")
    await bus.here.close()

    assert await bus.there.read() == b"one"
    with pytest.raises(UnavailableError, match="the other side broke off"):
        await bus.there.read()


async def test_a_writer_that_waits_hears_of_the_break() -> None:
    bus = Bus()
    writing = asyncio.create_task(_all(bus.here.write(bytes(WINDOW + CHUNK))))
    await asyncio.sleep(0)

    await bus.there.close()

    with pytest.raises(UnavailableError):
        await writing


@pytest.mark.parametrize("message", [b"", b"\x00", bytes([Kind.DATA]) + (7).to_bytes(8, "big")])
async def test_what_is_no_message_of_it_breaks_it(message: bytes) -> None:
    bus = Bus()

    bus.there.feed(message)

    with pytest.raises(UnavailableError):
        await bus.there.read()


async def _all(work: Awaitable[None]) -> None:
    await work
