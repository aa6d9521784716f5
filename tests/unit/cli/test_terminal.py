"""qd on a real pseudo-terminal: raw mode, keys, sizes, detaching, Ctrl-C and what is left behind."""

import os
import re
import signal
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import psutil
import pyte
import pytest
from tests.support.fake_gateway import FakeCommand, FakeGateway, World
from tests.support.fake_gateway.world import TOKEN, Ending, Json
from tests.support.product import QD
from tests.support.ready import ReadyPrograms
from tests.support.ready_terminal import on_ready_terminal

from quarterdeck_cli import ids
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.running.screen import ScreenState
from quarterdeck_cli.running.terminal import key_name, parse_key

pytestmark = pytest.mark.xdist_group("terminal")

Child = Any
"""A pexpect.spawn over bytes: its stub leaves most types open."""
Spawn = Callable[..., Child]
LFLAG = 3


@pytest.fixture
def session(world: World) -> Json:
    return world.add_session(world.add_project("p", "/p"))


@pytest.fixture
def spawn(home: Path, gateway: FakeGateway, ready_qd: ReadyPrograms) -> Iterator[Spawn]:
    """Starts `qd` on a terminal of 100 x 30."""
    started: list[Child] = []
    environment = {**os.environ, "QD_URL": gateway.url, "QD_TOKEN": TOKEN, "TERM": "xterm-256color", "COLUMNS": ""}
    del environment["COLUMNS"]

    def start(*words: str) -> Child:
        child: Child = on_ready_terminal(ready_qd, QD, ["qd", *words], environment, dimensions=(30, 100), timeout=60)
        started.append(child)
        return child

    yield start
    for child in started:
        child.close(force=True)


def ended(child: Child) -> int:
    """Waits for the end; the exit code."""
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus is not None
    return int(child.exitstatus)


def lflag(child: Child) -> int:
    return int(termios.tcgetattr(child.child_fd)[LFLAG])


async def interactive(command: FakeCommand) -> int:
    """Says its size and echoes keys; Ctrl-D ends it."""
    await command.prints(b"\x1b[2J\x1b[Hready\r\n")
    while data := await command.reads():
        if data == b"\x04":
            return 5
        await command.prints(b"<" + data.hex().encode() + b">")
    return 0


async def waits(command: FakeCommand) -> int:
    await command.prints(b"running\n")
    await command.until(lambda: False)
    return 0


def test_keys_go_to_the_program_also_ctrl_c_and_the_exit_code_comes_back(
    spawn: Spawn, world: World, session: Json
) -> None:
    world.programs["sh"] = interactive
    child = spawn("run", "-s", session["id"], "--tty", "sh")
    child.expect_exact("Ctrl-] detaches")
    child.expect_exact("ready")

    child.send("é")
    child.expect_exact("<c3a9>")
    child.send("\x03")
    child.expect_exact("<03>")
    child.send("\x04")

    assert ended(child) == 5
    assert world.commands[0].asked["terminal"] == {"columns": 100, "rows": 30}


def test_the_terminal_is_raw_meanwhile_and_as_before_afterwards(spawn: Spawn, world: World, session: Json) -> None:
    world.programs["sh"] = interactive
    child = spawn("run", "-s", session["id"], "--tty", "sh")
    cooked = lflag(child)
    child.expect_exact("ready")

    assert not lflag(child) & (termios.ECHO | termios.ICANON | termios.ISIG)
    child.kill(signal.SIGTERM)

    assert ended(child) == 143
    assert lflag(child) == cooked
    assert world.commands[0].cancelled


def test_a_resize_reaches_the_command(spawn: Spawn, world: World, session: Json) -> None:
    world.programs["sh"] = interactive
    child = spawn("run", "-s", session["id"], "--tty", "sh")
    child.expect_exact("ready")
    child.send("x")
    child.expect_exact("<78>")

    child.setwinsize(40, 120)
    child.expect(pexpect.TIMEOUT, timeout=0.01)
    while (120, 40) not in world.commands[0].sizes:
        child.expect(pexpect.TIMEOUT, timeout=0.02)
    child.send("\x04")

    assert ended(child) == 5


def test_the_detach_key_leaves_the_command_running_and_attach_finds_it_again(
    spawn: Spawn, world: World, session: Json
) -> None:
    world.programs["sh"] = interactive
    child = spawn("run", "-s", session["id"], "--tty", "sh")
    cooked = lflag(child)
    child.expect_exact("ready")
    child.send("a")
    child.expect_exact("<61>")

    child.send("b\x1d")

    assert ended(child) == 0
    assert b"qd attach" in child.before
    assert lflag(child) == cooked
    assert not world.commands[0].complete

    again = spawn("attach", str(world.commands[0].uuid))
    again.expect_exact("ready")
    again.expect_exact("<62>")
    again.send("\x04")
    assert ended(again) == 5


def test_keys_that_are_typed_while_the_session_is_paused_are_refused_in_words_and_detaching_works(
    spawn: Spawn, world: World, session: Json
) -> None:
    world.programs["sh"] = interactive
    child = spawn("run", "-s", session["id"], "--tty", "sh")
    child.expect_exact("ready")
    session["state"] = "PAUSED"

    child.send("a")

    child.expect_exact("This session is paused.")
    child.send("\x1d")
    assert ended(child) == 0


def test_what_a_program_once_asked_the_terminal_is_not_asked_again_by_attaching(
    spawn: Spawn, world: World, session: Json
) -> None:
    async def asks(command: FakeCommand) -> int:
        await command.prints(b"\x1b[?2004h\x1b[c\x1b[6n\x1b]11;?\x07old")
        await command.until(lambda: world.watchers == 2 and world.caught_up == 2)
        await command.prints(b"new\x1b[6nasked")
        await command.reads()
        return 0

    world.programs["ask"] = asks
    first = spawn("run", "-s", session["id"], "--tty", "ask")
    first.expect_exact("\x1b[c\x1b[6n\x1b]11;?\x07old")

    second = spawn("attach", str(world.commands[0].uuid))

    second.expect_exact("\x1b[?2004hold")
    second.expect_exact("new\x1b[6nasked")
    second.send("q")
    assert ended(second) == 0


def test_a_screen_drawn_by_the_program_arrives_as_it_was_drawn(spawn: Spawn, world: World, session: Json) -> None:
    async def draws(command: FakeCommand) -> int:
        await command.prints(b"\x1b[?1049h\x1b[2J\x1b[5;10Hhere\nbelow\x1b[1;1Htop")
        await command.reads()
        return 0

    world.programs["draw"] = draws
    child = spawn("run", "-s", session["id"], "--tty", "draw")
    child.expect_exact("top")
    screen = pyte.Screen(100, 30)
    pyte.ByteStream(screen).feed((child.before or b"") + b"top")
    child.send("q")

    assert ended(child) == 0
    assert screen.display[4].rstrip() == " " * 9 + "here"
    assert screen.display[5].rstrip() == " " * 13 + "below"
    assert screen.display[0].startswith("top")


async def in_full_screen(command: FakeCommand) -> int | Ending:
    """Sets all that can be set, and echoes sizes; it ends without tidying up, by its first key."""
    await command.prints(b"\x1b[?1049h\x1b[?1002;1006h\x1b[?2004h\x1b[?25l\x1b[>1u\x1b[?1h\x1b=\x1b[2;9r\x1b[31mfull")
    await command.reads()
    return Ending(signal="KILL")


TIDY = [b"\x1b[" + each for each in (b"?1049l", b"?1002l", b"?1006l", b"?2004l", b"?25h", b"<9u", b"?1l", b"0m")]


@pytest.mark.parametrize(
    ("does", "what", "code"),
    [("send", "\x1d", 0), ("kill", signal.SIGTERM, 143), ("kill", signal.SIGHUP, 0), ("send", "q", 137)],
    ids=["detaching", "SIGTERM", "SIGHUP", "the program is killed"],
)
def test_however_one_leaves_a_full_screen_program_the_terminal_is_as_a_shell_expects_it(
    spawn: Spawn, world: World, session: Json, does: str, what: object, code: int
) -> None:
    world.programs["vim"] = in_full_screen
    child = spawn("run", "-s", session["id"], "--tty", "vim")
    cooked = lflag(child)
    child.expect_exact("full")

    getattr(child, does)(what)

    assert ended(child) == code
    after = child.before or b""
    assert [each for each in TIDY if each not in after] == []
    assert b"\x1b]" not in after.replace(b"\x1b]8;;\x1b\\", b"")
    assert lflag(child) == cooked


def test_what_was_said_over_a_full_screen_is_said_again_below_it(spawn: Spawn, world: World, session: Json) -> None:
    async def draws(command: FakeCommand) -> int:
        await command.prints(b"\x1b[?1049hfull")
        await command.reads()
        await command.reads()
        await command.prints(b"\x1b[?1049l")
        return 0

    world.programs["vim"] = draws
    child = spawn("run", "-s", session["id"], "--tty", "vim")
    child.expect_exact("full")
    world.cut_answers.append("sendInput")
    child.send("x")
    child.expect_exact("1 bytes that you typed may have arrived, or not")

    child.send("q")

    assert ended(child) == 0
    assert b"1 bytes that you typed may have arrived, or not" in (child.before or b"").split(b"\x1b[?1049l")[-1]


def test_one_that_is_stopped_gives_the_terminal_back_and_takes_it_again(
    spawn: Spawn, world: World, session: Json
) -> None:
    world.programs["vim"] = in_full_screen
    child = spawn("run", "-s", session["id"], "--tty", "vim")
    cooked = lflag(child)
    child.expect_exact("full")

    child.kill(signal.SIGTSTP)
    child.expect_exact("\x1b[?1049l")
    while psutil.Process(child.pid).status() != psutil.STATUS_STOPPED:
        child.expect(pexpect.TIMEOUT, timeout=0.02)
    assert lflag(child) == cooked
    child.kill(signal.SIGCONT)
    child.expect_exact("\x1b[?1049h")
    while world.commands[0].sizes[-1:] != [(100, 30)]:
        child.expect(pexpect.TIMEOUT, timeout=0.02)

    assert world.commands[0].sizes == [(100, 29), (100, 30)]
    assert not lflag(child) & termios.ICANON
    child.send("q")
    assert ended(child) == 137


def test_a_program_reaches_neither_the_clipboard_nor_the_title_of_who_types_into_it(
    spawn: Spawn, world: World, session: Json
) -> None:
    async def is_hostile(command: FakeCommand) -> int:
        await command.prints(b"a\x1b]52;c;ZXZpbA==\x07\x1b]0;t\x07\x1bP$qm\x1b\\\x1b[21tb\x1b[cc")
        await command.reads()
        return 0

    world.programs["evil"] = is_hostile
    child = spawn("run", "-s", session["id"], "--tty", "evil")
    child.expect_exact("ab\x1b[cc")
    child.send("q")
    assert ended(child) == 0


def test_what_a_command_without_a_terminal_prints_is_made_harmless_on_ours(
    spawn: Spawn, world: World, session: Json
) -> None:
    async def is_hostile(command: FakeCommand) -> int:
        await command.prints(b"a\x1b]52;c;ZXZpbA==\x07\x1b[6n\x1b[31mb\n")
        await command.prints(b"err\x1b[21t\n", "ERROR")
        return 0

    world.programs["evil"] = is_hostile
    child = spawn("run", "-s", session["id"], "evil")

    assert ended(child) == 0
    assert b"a\x1b[31mb\r\nerr\r\n" in (child.before or b"")


@pytest.mark.parametrize(
    ("answer", "code", "cancelled"), [("y\r", 130, True), ("detach\r", 0, False), ("\x03", 130, True)]
)
def test_ctrl_c_asks_first(
    spawn: Spawn, world: World, session: Json, answer: str, code: int, *, cancelled: bool
) -> None:
    world.programs["wait"] = waits
    child = spawn("run", "-s", session["id"], "wait")
    child.expect_exact("running")

    child.send("\x03")
    child.expect_exact("Cancel the command? [y/N/detach]")
    child.send(answer)

    assert ended(child) == code
    assert world.commands[0].cancelled is cancelled


def test_one_that_prints_nothing_is_asked_about_on_a_line_without_progress(
    spawn: Spawn, world: World, session: Json
) -> None:
    async def is_silent(command: FakeCommand) -> int:
        await command.until(lambda: False)
        return 0

    world.programs["silent"] = is_silent
    child = spawn("run", "-s", session["id"], "silent")
    child.expect_exact("Waiting for the command to start")
    child.send("\x03")
    child.expect_exact("[y/N/detach]")

    child.send("d\r")

    assert ended(child) == 0
    assert b"Waiting" not in (child.before or b"")
    assert b"Detached" in (child.before or b"")


def test_the_wait_for_a_command_ends_when_it_starts_also_where_it_prints_nothing(
    spawn: Spawn, world: World, session: Json
) -> None:
    async def is_silent(command: FakeCommand) -> int:
        await command.until(lambda: False)
        return 0

    world.programs["silent"] = is_silent
    child = spawn("run", "-s", session["id"], "silent")
    child.expect_exact("Waiting for the command to start")

    child.expect_exact("\x1b[?25h")  # the progress line hides the cursor and shows it again at its end
    assert not world.commands[0].complete


def test_no_goes_on_and_output_waits_for_the_answer(spawn: Spawn, world: World, session: Json) -> None:
    world.programs["wait"] = waits
    child = spawn("run", "-s", session["id"], "wait")
    child.expect_exact("running")
    child.send("\x03")
    child.expect_exact("[y/N/detach]")

    child.send("\r")
    child.send("\x03")
    child.expect_exact("[y/N/detach]")
    child.send("y\r")

    assert ended(child) == 130


def test_a_progress_line_is_shown_while_a_session_is_opened_and_ctrl_c_closes_it(
    spawn: Spawn, world: World, session: Json
) -> None:
    world.provisioning = "never"
    child = spawn("run", "-p", "p", "ls")
    child.expect_exact("Opening a session in p")
    child.expect(re.compile(rb"."))

    child.send("\x03")

    assert ended(child) == 130
    assert [s["state"] for s in world.sessions if s is not session] == ["CLOSED"]


def test_a_table_fits_a_terminal_of_60_columns(spawn: Spawn, world: World, session: Json) -> None:
    session["title"] = "a title that is much longer than the terminal is wide " * 3
    child = spawn("session", "list")
    child.setwinsize(30, 60)

    assert ended(child) == 0
    lines = re.sub(rb"\x1b\[[0-9;]*m", b"", child.before or b"").decode().split("\r\n")
    assert max(map(len, lines)) <= 60
    assert lines[1].startswith(f"{ids.short(session['id'])}  p        ready")
    assert "a title" in lines[1]
    assert lines[1].endswith("…")


def test_ids_are_whole_also_where_columns_must_give_way(spawn: Spawn, world: World, session: Json) -> None:
    session["project"]["name"] = "a project with a long name"
    session["ref"] = "feature/with/a/long/name"
    child = spawn("session", "list")
    child.setwinsize(30, 60)

    assert ended(child) == 0
    lines = re.sub(rb"\x1b\[[0-9;]*m", b"", child.before or b"").decode().split("\r\n")
    assert max(map(len, lines)) <= 60
    assert lines[1].startswith(f"{ids.short(session['id'])}  a pro")


def test_notes_are_broken_between_words(spawn: Spawn, world: World, session: Json) -> None:
    child = spawn("run", "-s", "12345678", "ls")
    child.setwinsize(30, 60)

    assert ended(child) == 66
    lines = re.sub(rb"\x1b\[[0-9;]*m", b"", child.before or b"").decode().split("\r\n")
    assert max(map(len, lines)) <= 60
    assert lines[0].startswith("error: No session among the last 1")


def test_raw_bytes_are_not_exported_to_a_terminal(spawn: Spawn, world: World, session: Json) -> None:
    child = spawn("export", "--format", "raw", str(world.add_command(session, {"text": "x"}).uuid))

    assert ended(child) == 2
    assert b"steer a terminal" in (child.before or b"")


@pytest.mark.parametrize(("name", "key"), [("ctrl-]", 0x1D), ("^b", 2), ("Ctrl-A", 1), ("ctrl-\\", 0x1C)])
def test_a_detach_key_is_named_as_people_write_it(name: str, key: int) -> None:
    assert parse_key(name) == key
    assert parse_key(key_name(key)) == key


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="no key to detach with"):
        parse_key("q")


def test_leaving_a_full_screen_program_gives_the_old_screen_back() -> None:
    screen = ScreenState()
    screen.printed(b"\x1b[?10")
    screen.printed(b"49hfull screen")
    assert screen.undo().startswith(b"\x1b[?1049l")

    screen.printed(b"\x1b[?1049l")
    assert not screen.undo().startswith(b"\x1b[?1049l")
