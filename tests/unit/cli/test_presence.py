"""Being told that somebody else types into the same terminal."""

import asyncio
from typing import Any, cast

import pytest

from quarterdeck_cli.api.events import Event
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import CliError
from quarterdeck_cli.running.presence import AGAIN_SECONDS, TOPIC, Presence, mark


class Server:
    """Answers who typed last."""

    def __init__(self) -> None:
        self.typist: dict[str, Any] | CliError | None = None
        self.asked = asyncio.Semaphore(0)

    async def query(self, name: str, _variables: dict[str, Any]) -> dict[str, Any]:
        assert name == "command_typist"
        self.asked.release()
        if isinstance(self.typist, CliError):
            raise self.typist
        return {"command": {"typist": self.typist}}


class Heard:
    topic = TOPIC


def somebody(name: str, token: str = "", *, is_you: bool = False) -> dict[str, Any]:
    return {"name": name, "tokenName": token, "isYou": is_you}


class Terminal:
    def __init__(self) -> None:
        self.server, self.said = Server(), list[str]()
        self.presence = Presence(cast("Client", self.server), "c", self.said.append)

    async def after(self, typist: dict[str, Any] | CliError | None) -> list[str]:
        """What has been said once somebody typed."""
        self.server.typist = typist
        self.presence.heard(cast("Event", Heard()))
        await self.server.asked.acquire()
        await asyncio.sleep(0)
        said, self.said[:] = [*self.said], []
        return said


async def test_it_is_said_who_typed_before_one_came_and_who_types_now_but_not_that_one_does_oneself() -> None:
    terminal = Terminal()
    terminal.server.typist = somebody("ann", "qd on laptop")
    watching = asyncio.create_task(terminal.presence.watch())
    await terminal.server.asked.acquire()

    assert await terminal.after(somebody("bob")) == ["ann (qd on laptop) typed here last.", "bob types here, too."]
    assert await terminal.after(somebody("me", is_you=True)) == []
    assert await terminal.after(somebody("ann", "robot")) == ["ann (robot) types here, too."]
    assert await terminal.after(CliError("no")) == []
    assert await terminal.after(None) == []
    assert await terminal.after(somebody("\x1b[2Jeve", "\x07")) == [r"\x1b[2Jeve (\x07) types here, too."]
    watching.cancel()


async def test_two_who_type_by_turns_are_told_of_each_other_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    watching = asyncio.create_task(terminal.presence.watch())
    await terminal.server.asked.acquire()

    assert await terminal.after(somebody("ann")) == ["ann types here, too."]
    assert await terminal.after(somebody("ann")) == []
    later = asyncio.get_running_loop().time() + AGAIN_SECONDS
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: later)
    assert await terminal.after(somebody("ann")) == ["ann types here, too."]
    watching.cancel()


@pytest.mark.parametrize(("columns", "at", "text"), [(80, 59, " ann types here, too. "), (10, 1, " ann type…")])
def test_a_mark_stands_in_the_corner_and_leaves_the_cursor_where_it_is(columns: int, at: int, text: str) -> None:
    assert mark("ann types here, too.", columns).decode() == f"\x1b7\x1b[1;{at}H\x1b[0;7m{text}\x1b[0m\x1b8"
