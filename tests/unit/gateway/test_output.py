"""`commandOutput`: recorded, then live; every byte once and in order, whatever is lost on the way."""

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from tests.support.gateway import Running, Socket, counted, running, uuid_of
from tests.support.waiting import eventually

from quarterdeck.application.frames import FrameKind
from quarterdeck.domain.command import CommandLost
from quarterdeck.gateway import live, output

QUERY = """
subscription($id: ID!, $after: Long) {
  commandOutput(commandId: $id, after: $after) {
    __typename
    ... on OutputChunk { kind offset data }
    ... on CaughtUp { offset }
    ... on OutputEnd { offset command { id } }
  }
}
"""


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as served:
        yield served


async def follow(socket: Socket, command: str, after: int = 0, query: str = QUERY) -> None:
    await socket.subscribe(query, {"id": command, "after": after})


async def message(socket: Socket) -> dict[str, Any]:
    received = await socket.receive()
    assert received["type"] == "next", received
    found: dict[str, Any] = received["payload"]["data"]["commandOutput"]
    return found


class Read:
    """What a subscriber has read: contiguous from where it began, or it says so."""

    def __init__(self, after: int = 0) -> None:
        self.start, self.data, self.kinds = after, b"", list[str]()

    async def until(self, socket: Socket, last: str) -> dict[str, Any]:
        """Reads up to a message of this type."""
        while True:
            got = await message(socket)
            self.kinds.append(got["__typename"])
            if got["__typename"] == "OutputChunk" and got["kind"] != "GAP":
                assert got["offset"] == self.start + len(self.data), "a gap or a repetition"
                self.data += base64.b64decode(got["data"])
            if got["__typename"] == last:
                return got

    async def up_to(self, socket: Socket, length: int) -> None:
        while len(self.data) < length:
            await self.until(socket, "OutputChunk")


async def test_the_recorded_part_comes_first_then_the_mark_then_the_live_part(gateway: Running) -> None:
    command, printer = await gateway.running_command()
    await printer.print(b"before ")
    async with gateway.socket() as socket:
        read = Read()
        await follow(socket, command)
        assert await read.until(socket, "CaughtUp") == {"__typename": "CaughtUp", "offset": 7}
        await printer.print(b"after")
        await printer.end()
        end = await read.until(socket, "OutputEnd")
        assert end == {"__typename": "OutputEnd", "offset": 12, "command": {"id": command}}
        assert await socket.receive() == {"id": "1", "type": "complete"}
    assert read.data == b"before after"
    assert read.kinds.count("CaughtUp") == 1


@pytest.mark.parametrize("after", [0, 3, 7, 9, 12])
async def test_a_subscriber_resumes_at_its_offset(gateway: Running, after: int) -> None:
    command, printer = await gateway.running_command()
    await printer.print(b"before ")
    async with gateway.socket() as socket:
        read = Read(after)
        await follow(socket, command, after)
        await printer.print(b"after")
        await printer.end()
        await read.until(socket, "OutputEnd")
    assert read.data == b"before after"[after:]


async def test_frames_that_come_live_and_are_stored_are_sent_once(gateway: Running) -> None:
    command, printer = await gateway.running_command()
    async with gateway.socket() as socket:
        read = Read()
        await follow(socket, command)
        await read.until(socket, "CaughtUp")
        frames = [printer.frame(b"%06d" % number) for number in range(200)]
        for first, second in pairwise(frames):
            await printer.send(first + second, stored=False)
        for frame in frames:
            await printer.store(frame)
        await printer.end()
        await read.until(socket, "OutputEnd")
    assert read.data == b"".join(b"%06d" % number for number in range(200))


async def test_output_that_was_missed_live_is_read_from_the_transcript(gateway: Running) -> None:
    command, printer = await gateway.running_command()
    async with gateway.socket() as socket:
        read = Read()
        await follow(socket, command)
        await read.until(socket, "CaughtUp")
        await printer.print(b"one ")
        missed = printer.frame(b"two ")
        late = printer.frame(b"three ")
        await printer.send(late, stored=False)
        await read.up_to(socket, 4)
        assert read.data == b"one "

        await printer.store(missed)
        await printer.store(late)
        await printer.end()

        await read.until(socket, "OutputEnd")
    assert read.data == b"one two three "


async def test_the_last_output_before_a_pause_arrives_though_it_was_lost_live(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "FIRST_IDLE", 0.02)
    command, printer = await gateway.running_command()
    async with gateway.socket() as socket:
        read = Read()
        await follow(socket, command)
        await read.until(socket, "CaughtUp")
        await printer.print(b"password: ", live=False)
        await read.up_to(socket, 10)
        await printer.end(live=False)
        await read.until(socket, "OutputEnd")
    assert read.data == b"password: "


async def test_a_gap_is_told_once_and_what_follows_it_comes(gateway: Running) -> None:
    command, printer = await gateway.running_command()
    async with gateway.socket() as socket:
        await follow(socket, command)
        read = Read()
        await read.until(socket, "CaughtUp")
        await printer.print(b"one ")
        await printer.send(printer.frame(b"the disk was full", FrameKind.GAP))
        printer.offset += 1000
        await printer.print(b"two")
        await printer.end()
        seen: list[tuple[str, int, bytes]] = []
        while (got := await message(socket))["__typename"] != "OutputEnd":
            seen.append((got["kind"], got["offset"], base64.b64decode(got["data"])))
    assert seen == [("OUTPUT", 0, b"one "), ("GAP", 4, b"the disk was full"), ("OUTPUT", 1004, b"two")]
    assert got["offset"] == 1007


async def test_input_and_resizes_are_no_output(gateway: Running) -> None:
    command, printer = await gateway.running_command()
    await printer.send(printer.frame(b"secret", FrameKind.INPUT))
    await printer.print(b"one ")
    async with gateway.socket() as socket:
        read = Read()
        await follow(socket, command)
        await read.until(socket, "CaughtUp")
        await printer.send(printer.frame(b"secret", FrameKind.INPUT))
        await printer.send(printer.frame(b"\x50\x00\x18\x00", FrameKind.RESIZE))
        await printer.print(b"two")
        await printer.end()
        await read.until(socket, "OutputEnd")
    assert read.data == b"one two"


async def test_a_lost_command_ends_its_output_without_a_last_frame(gateway: Running) -> None:
    command, printer = await gateway.running_command()
    async with gateway.socket() as socket:
        read = Read()
        await follow(socket, command)
        await read.until(socket, "CaughtUp")
        await printer.print(b"all there is")
        await read.up_to(socket, 12)
        await gateway.house.put(uuid_of(command), CommandLost(reason="the worker died"))
        assert (await read.until(socket, "OutputEnd"))["offset"] == 12


async def test_an_ended_command_is_replayed_and_ends(gateway: Running) -> None:
    command, printer = await gateway.running_command()
    await printer.print(b"all there is")
    await printer.end()
    await gateway.house.finish(uuid_of(command), 12)
    for _ in range(2):
        async with gateway.socket() as socket:
            read = Read()
            await follow(socket, command)
            await read.until(socket, "OutputEnd")
        assert read.data == b"all there is"


async def test_an_offset_beyond_the_end_ends_at_once(gateway: Running) -> None:
    command, printer = await gateway.running_command()
    await printer.print(b"short")
    await printer.end()
    await gateway.house.finish(uuid_of(command), 5)
    async with gateway.socket() as socket:
        await follow(socket, command, 1000)
        assert (await message(socket))["__typename"] == "OutputEnd"


async def test_a_command_that_ended_with_output_not_stored_yet_is_waited_for(gateway: Running) -> None:
    command, printer = await gateway.running_command()
    await printer.print(b"stored ")
    late = printer.frame(b"late")
    await gateway.house.finish(uuid_of(command), 11)
    async with gateway.socket() as socket:
        read = Read()
        await follow(socket, command)
        await read.up_to(socket, 7)
        await printer.store(late)
        await printer.end(live=False)
        await read.until(socket, "OutputEnd")
    assert read.data == b"stored late"


async def test_one_subscription_to_live_output_serves_all_followers(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, printer = await gateway.running_command()
    subscribed: list[UUID] = []
    live_output = gateway.house.live
    subscribe = live_output.subscribe

    def counting(command_id: UUID) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        subscribed.append(command_id)
        return subscribe(command_id)

    monkeypatch.setattr(live_output, "subscribe", counting)
    async with gateway.socket() as one, gateway.socket() as two, gateway.socket() as three:
        readers = [(socket, Read()) for socket in (one, two, three)]
        for socket, read in readers:
            await follow(socket, command)
            await read.until(socket, "CaughtUp")
        assert subscribed == [uuid_of(command)]

        await printer.print(b"for all")
        for socket, read in readers:
            await read.up_to(socket, 7)

    await eventually(lambda: counted("quarterdeck_gateway_followed_commands") == 0)


async def test_a_follower_that_fell_behind_catches_up_from_the_transcript(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "WINDOW_BYTES", 64 * 1024)
    command, printer = await gateway.running_command()
    fell_before = counted("quarterdeck_gateway_fell_behind_total")
    async with gateway.socket(max_queue=1) as slow:
        await follow(slow, command)
        read = Read()
        await read.until(slow, "CaughtUp")
        expected = b""
        for number in range(100):
            line = b"%07d\n" % number * 8192
            expected += line
            await printer.print(line)
            await asyncio.sleep(0)
        await printer.end()
        await read.until(slow, "OutputEnd")
    assert read.data == expected
    assert counted("quarterdeck_gateway_fell_behind_total") > fell_before


async def test_unusual_selections_are_executed_and_say_the_same(gateway: Running) -> None:
    command, printer = await gateway.running_command()
    await printer.print(b"hello")
    await printer.end()
    unusual = QUERY.replace("kind offset data", "kind offset data @include(if: true)")
    async with gateway.socket() as socket:
        plain, executed = Read(), Read()
        await follow(socket, command)
        await plain.until(socket, "OutputEnd")
        await socket.receive()
        await follow(socket, command, query=unusual)
        await executed.until(socket, "OutputEnd")
    assert (plain.data, plain.kinds) == (executed.data, executed.kinds)


async def test_large_output_comes_in_pieces_of_bounded_size(gateway: Running) -> None:
    command, printer = await gateway.running_command()
    await printer.print(b"x" * 200_000)
    for _ in range(40):
        await printer.print(b"y" * 10_000)
    await printer.end()
    async with gateway.socket() as socket:
        await follow(socket, command)
        sizes: list[int] = []
        while (got := await message(socket))["__typename"] != "OutputEnd":
            sizes.append(len(base64.b64decode(got["data"])))
    assert sum(sizes) == 600_000
    assert max(sizes) <= 256 * 1024
    assert len(sizes) < 10, "small pieces grow together"


async def test_output_of_a_foreign_command_and_of_none_is_refused_in_the_same_words(gateway: Running) -> None:
    command, _ = await gateway.running_command()
    stranger = await gateway.house.another_user("bob")
    unknown = "Q29tbWFuZDowMWEyMDdhYy1jOWIwLTcyYWEtYWUzOS1jMzUyNzRlMTU2MDY="
    async with gateway.socket(stranger) as socket:
        answers: list[dict[str, Any]] = []
        for each in (command, unknown):
            await follow(socket, each)
            answers.append(await socket.receive())
    assert answers[0]["type"] == "error"
    assert answers[0]["payload"][0]["extensions"]["code"] == "NOT_FOUND"
    assert answers[0] == answers[1]


async def test_a_negative_offset_is_refused(gateway: Running) -> None:
    command, _ = await gateway.running_command()
    async with gateway.socket() as socket:
        await follow(socket, command, -1)
        assert (await socket.receive())["payload"][0]["extensions"]["code"] == "INVALID_INPUT"
