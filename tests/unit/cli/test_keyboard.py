"""What is typed while the connection comes and goes: in order, never twice, kept or refused with words."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from tests.support.waiting import eventually

from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import CliError, ConnectionLostError, ProtocolError, ServerFailure
from quarterdeck_cli.running import keyboard
from quarterdeck_cli.running.keyboard import KEPT_BYTES, Keyboard

DETACH = 0x1D
NOT_DELIVERED = ConnectionLostError("The server cannot be reached.", delivered=False)
PERHAPS = ConnectionLostError("The server broke off.", delivered=True)


@dataclass
class Program:
    """What arrived; `failures` are raised first, in order, and None arrives."""

    failures: list[CliError | None] = field(default_factory=list[CliError | None])
    always: CliError | None = None
    arrived: list[bytes] = field(default_factory=list[bytes])
    said: list[str] = field(default_factory=list[str])
    tried: int = 0

    async def takes(self, _client: Client, _command_id: str, data: bytes) -> None:
        self.tried += 1
        await asyncio.sleep(0)
        failure = self.failures.pop(0) if self.failures else self.always
        if failure:
            raise failure
        self.arrived.append(data)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Program:
    made = Program()
    monkeypatch.setattr(keyboard, "send_input", made.takes)
    monkeypatch.setattr(keyboard, "AGAIN_SECONDS", 0.001)
    return made


@asynccontextmanager
async def typing(program: Program) -> AsyncGenerator[tuple[int, "asyncio.Task[bool]"]]:
    read, write = os.pipe()
    board = Keyboard(Client("http://x", None), "c", DETACH, program.said.append)
    task = asyncio.create_task(board.until_detached(read))
    try:
        yield write, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        os.close(read)
        os.close(write)


async def arrived(program: Program, data: bytes) -> None:
    await eventually(lambda: b"".join(program.arrived) == data)


async def tried(program: Program, times: int) -> None:
    await eventually(lambda: program.tried >= times)


async def test_keys_wait_for_the_server_and_arrive_once_and_in_order(program: Program) -> None:
    program.always = NOT_DELIVERED
    async with typing(program) as (write, _):
        os.write(write, b"a")
        await tried(program, 3)
        os.write(write, b"bc")
        program.always = None
        await arrived(program, b"abc")
    assert program.said == [f"What you type is kept until the server answers, up to {KEPT_BYTES:,} bytes."]


async def test_keys_that_may_have_arrived_are_not_sent_again_which_is_said(program: Program) -> None:
    program.failures = [PERHAPS]
    async with typing(program) as (write, _):
        os.write(write, b"lost?")
        await tried(program, 1)
        os.write(write, b"next")
        await arrived(program, b"next")
    assert program.said == ["5 bytes that you typed may have arrived, or not: they are not sent again."]


async def test_more_than_is_kept_is_refused_once_and_in_words(program: Program) -> None:
    program.always = NOT_DELIVERED
    async with typing(program) as (write, _):
        os.write(write, b"x" * KEPT_BYTES)
        await tried(program, 2)
        for _ in range(3):
            os.write(write, b"y")
            await tried(program, program.tried + 2)
        program.always = None
        await arrived(program, b"x" * KEPT_BYTES)
        os.write(write, b"z")
        await arrived(program, b"x" * KEPT_BYTES + b"z")
    assert program.said[1:] == ["More keys are not taken until the server answers."]


async def test_one_can_detach_while_the_server_is_away(program: Program) -> None:
    program.always = NOT_DELIVERED
    async with typing(program) as (write, task):
        os.write(write, b"a")
        await tried(program, 2)
        os.write(write, b"b\x1d")
        assert await asyncio.wait_for(task, 5) is True


async def test_what_was_typed_before_the_detach_key_still_goes(program: Program) -> None:
    async with typing(program) as (write, task):
        os.write(write, b"bye\x1dnot this")
        assert await asyncio.wait_for(task, 5) is True
    assert program.arrived == [b"bye"]


async def test_a_paste_arrives_whole(program: Program) -> None:
    data = bytes(range(1, 29)) * 20_000
    async with typing(program) as (write, _):
        await asyncio.to_thread(lambda: [os.write(write, data[at : at + 4096]) for at in range(0, len(data), 4096)])
        await arrived(program, data)


async def test_keys_for_a_paused_session_go_nowhere_which_is_said(program: Program) -> None:
    program.failures = [ServerFailure("PAUSED", "This session is paused.", "Resume it.")]
    async with typing(program) as (write, task):
        os.write(write, b"a")
        await tried(program, 1)
        os.write(write, b"b\x1d")
        assert await asyncio.wait_for(task, 5) is True
    assert program.said == ["This session is paused. Resume it."]
    assert program.arrived == [b"b"]


@pytest.mark.parametrize("code", ["CONFLICT", "NOT_FOUND"])
async def test_a_command_that_has_ended_needs_no_keys(program: Program, code: str) -> None:
    program.always = ServerFailure(code, "It has ended.")
    async with typing(program) as (write, task):
        os.write(write, b"a")
        assert await asyncio.wait_for(task, 5) is False


async def test_a_worker_that_does_not_answer_is_told_of(program: Program) -> None:
    program.failures = [ServerFailure("UNAVAILABLE", "Worker w1 does not answer.")]
    async with typing(program) as (write, _):
        os.write(write, b"a")
        await tried(program, 1)
        os.write(write, b"b")
        await arrived(program, b"b")
    assert program.said == ["Worker w1 does not answer. 1 bytes that you typed may not have arrived."]


async def test_a_defect_is_raised(program: Program) -> None:
    program.always = ProtocolError("The answer makes no sense.")
    async with typing(program) as (write, task):
        os.write(write, b"a")
        with pytest.raises(ProtocolError):
            await asyncio.wait_for(task, 5)
