"""`qd` alone on a real terminal, keystroke by keystroke, against a gateway of its own."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pyte
import pytest
from tests.support.fake_gateway import FakeCommand, FakeGateway, World
from tests.support.fake_gateway.world import TOKEN

from quarterdeck_cli import ids

_spawn: Any = vars(pexpect)["spawn"]
WITHIN = 30.0


class Screen:
    """A program on a terminal, and what the terminal shows."""

    def __init__(self, child: Any, columns: int, rows: int) -> None:
        self.child = child
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def shows(self, *wanted: str, gone: str = "\0") -> str:
        """Reads on until all of it is on the screen, and `gone` is not."""
        until = time.monotonic() + WITHIN
        while not all(each in self.text for each in wanted) or gone in self.text:
            assert time.monotonic() < until, f"{wanted} is not shown:\n{self.text}"
            self._take()
        return self.text

    def _take(self) -> None:
        try:
            part = self.child.read_nonblocking(65536, timeout=0.2)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            raise AssertionError(f"It ended:\n{self.text}") from None
        self.raw += part
        self._stream.feed(part)
        if b"\x1b[6n" in part:
            self.child.send(f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R")
        if b"\x1b]11;?" in part:
            self.child.send(b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62c")

    def type(self, text: str) -> None:
        self.child.send(text)

    def resize(self, columns: int, rows: int) -> None:
        self.child.setwinsize(rows, columns)
        self.screen.resize(rows, columns)

    def ended(self) -> int:
        self.child.expect(pexpect.EOF)
        self.child.wait()
        return int(self.child.exitstatus)


@pytest.fixture
def session(world: World) -> dict[str, Any]:
    return world.add_session(world.add_project("deck", "/deck"), title="Mend the sails")


@pytest.fixture
def started(home: Path, gateway: FakeGateway, tmp_path: Path) -> Iterator[Any]:
    children: list[Any] = []

    def start(columns: int = 100, rows: int = 30, **more: str) -> Screen:
        environment = {
            **{name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR", "COLORFGBG"}},
            "QD_URL": gateway.url,
            "QD_TOKEN": TOKEN,
            "QD_STATE_DIR": str(tmp_path / "state"),
            "QD_CACHE_DIR": str(tmp_path / "cache"),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            **more,
        }
        child = _spawn(
            sys.executable, ["-m", "quarterdeck_cli"], env=environment, dimensions=(rows, columns), timeout=WITHIN
        )
        children.append(child)
        return Screen(child, columns, rows)

    yield start
    for child in children:
        child.close(force=True)


def test_a_sitting(started: Any, world: World, session: dict[str, Any], tmp_path: Path) -> None:
    """Open, complete, use, run with live output, Ctrl-C, errors, history, resize, leave."""
    short = ids.short(session["id"])
    screen = started()
    screen.shows("1 open session", "Mend the sails", "● up", "1 session")

    screen.type("session sho")
    screen.shows("show")
    screen.type("\t sails")
    screen.shows(f"{short}", "ready  deck  main  Mend the sails")
    screen.type("\x15")

    screen.type(f"use {short}\r")
    screen.shows(f"deck:main ⟨{short[-4:]}⟩ \u276f")

    async def prints(command: FakeCommand) -> int:
        await command.prints(b"ahoy from the jail\n")
        return 3

    world.programs["greet"] = prints
    screen.type("!greet\r")
    screen.shows("ahoy from the jail", "✗ 3 deck:main")

    screen.type("sesion list\r")
    screen.shows(
        "error: No such command 'sesion'. Did you mean 'session'", "next:  `help` explains it.", "✗ 2 deck:main"
    )
    screen.type("session list\r")
    screen.shows("ID        PROJECT  STATE", f"{short}  deck     ready")

    async def waits(command: FakeCommand) -> int:
        await command.prints(b"it waits\n")
        await command.until(lambda: False)
        return 0

    world.programs["wait"] = waits
    screen.type("!wait\r")
    screen.shows("it waits")
    screen.type("\x03")
    screen.shows("Cancel the command? [y/N/detach]")
    screen.type("\x03")
    screen.shows("✗ 130 deck:main")

    screen.type("\x12gree")
    screen.shows("(reverse-i-search)`gree':", "!greet")
    screen.type("\x07")
    screen.shows("deck:main", gone="reverse-i-search")

    screen.resize(60, 20)
    screen.type("help us")
    screen.shows("help us", "● up")
    screen.type("\x03")
    screen.type("\x04")
    assert screen.ended() == 0

    kept = (tmp_path / "state" / "history").read_text()
    assert "+!greet\n" in kept
    assert b"\x1b]11;?" in screen.raw


def test_the_connection_is_told_and_comes_back(started: Any, world: World, session: dict[str, Any]) -> None:
    with FakeGateway(world) as gateway:
        screen = started(QD_URL=gateway.url)
        screen.shows("● up")

    screen.shows("connecting", gone="● up")
    screen.type("session list\r")
    screen.shows("cannot be reached", "✗ 69 ")

    with FakeGateway(world, gateway.port):
        screen.shows("● up")
        screen.type("session list\r")
        screen.shows("Mend the sails", "● up")


def test_plain_has_no_menu_no_toolbar_and_no_colour(started: Any, session: dict[str, Any]) -> None:
    screen = started(QD_PLAIN="1", NO_COLOR="1")
    screen.shows("qd \u276f")

    screen.type("session list\r")
    text = screen.shows("id ", ", project deck, state ready")

    assert "● up" not in text
    assert b"\x1b[38;" not in screen.raw
    screen.type("exit\r")
    assert screen.ended() == 0
