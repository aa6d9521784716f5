"""`qd` alone on a real terminal, keystroke by keystroke, against a gateway of its own."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.support.fake_gateway import FakeCommand, FakeGateway, World
from tests.support.fake_gateway.tasks import add_task
from tests.support.fake_gateway.world import TOKEN
from tests.unit.cli.conftest import QdCall
from tests.unit.cli.repl.conftest import Started

from quarterdeck_cli import ids

pytestmark = pytest.mark.xdist_group("terminal")
PROMPT = b"\x1b[?2004h"
"""What each prompt begins with: that pasted text be told from what is typed."""


def test_a_terminal_that_answers_late_types_nothing(started: Started, session: dict[str, Any]) -> None:
    screen = started()
    screen.tells_its_background = False
    screen.shows("1 open session", "● up", "\u276f")

    screen.tell_background()
    screen.type("session sho")

    assert "rgb" not in screen.shows("\u276f session sho", "show")


def test_a_sitting(started: Started, world: World, session: dict[str, Any], tmp_path: Path) -> None:
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

    world.programs["for i in 1; do\ngreet\ndone"] = prints
    for line in ("!for i in 1; do", "greet"):
        screen.type(f"{line}\r")
        screen.shows(f"{line}\n")
    screen.type("done\r")
    screen.shows("… greet\n", "… done\nahoy from the jail\n✗ 3 deck:main")

    screen.type("\x12gree")
    screen.shows("(reverse-i-search)`gree':", "!greet")
    screen.type("\x07")
    screen.shows("deck:main", gone="reverse-i-search")

    screen.resize(60, 20)
    screen.type("help us")
    screen.shows("help us", "● up")
    prompts = screen.raw.count(PROMPT)
    screen.type("\x03")
    # between two prompts the terminal itself takes Ctrl-D for its own
    screen.reads_until(lambda: screen.raw.count(PROMPT) > prompts)
    screen.type("\x04")
    assert screen.ended() == 0

    kept = (tmp_path / "state" / "history").read_text()
    assert "+!greet\n" in kept
    assert b"\x1b]11;?" in screen.raw


def test_paths_that_come_from_the_server_are_offered_when_they_come(
    started: Started, world: World, session: dict[str, Any]
) -> None:
    hold = {"name": "hold", "path": "hold", "kind": "FOLDER", "size": 0, "object": "ab" * 20}
    tree = {"tree": "ab" * 20, "path": "", "total": 1, "endCursor": None, "entries": [hold]}
    session["tree"] = tree
    short = ids.short(session["id"])
    screen = started()
    screen.shows("● up")
    screen.type(f"use {short}\r")
    screen.shows("deck:main ⟨")

    screen.type("!cat ")
    screen.shows("hold/")
    screen.type("\x03exit\r")
    assert screen.ended() == 0


def test_the_prompt_follows_the_session_in_use_though_the_read_model_is_late(
    started: Started, world: World, gateway: FakeGateway, session: dict[str, Any]
) -> None:
    short = ids.short(session["id"])
    session["state"] = "OPENING"
    screen = started()
    screen.shows("● up")
    screen.type(f"use {short}\r")
    screen.shows(f"{short[-4:]} opening⟩")

    world.late[session["id"]], session["state"] = "OPENING", "READY"
    happened = world.append("SessionProvisioned", session["uuid"], session)
    assert gateway.loop is not None
    asyncio.run_coroutine_threadsafe(happened, gateway.loop).result(10)
    screen.shows(f"{short[-4:]}⟩")
    screen.type("\x03exit\r")
    assert screen.ended() == 0


def test_a_session_that_was_opened_is_ready_though_the_read_model_is_late(started: Started, world: World) -> None:
    world.add_project("deck", "/deck")

    async def late() -> None:
        world.late.update({each["id"]: "OPENING" for each in world.sessions})

    world.before_answers["openSession"] = late
    screen = started()
    screen.shows("● up")
    screen.type("session open -p deck\r")
    screen.shows("Run something in it", "deck:main ⟨")
    assert "opening⟩" not in screen.text
    screen.type("exit\r")
    assert screen.ended() == 0


def test_the_connection_is_told_and_comes_back(started: Started, world: World, session: dict[str, Any]) -> None:
    with FakeGateway(world) as gateway:
        screen = started(QD_URL=gateway.url)
        screen.shows("● up")

    screen.shows("connecting", gone="● up")
    screen.type("session list\r")
    screen.shows("does not answer", "Mend the sails")
    screen.type("worker list\r")
    screen.shows("cannot be reached", "✗ 69 ")

    with FakeGateway(world, gateway.port):
        screen.shows("● up")
        screen.type("worker list\r")
        screen.shows("No worker is known", "● up")
        screen.type("exit\r")
        assert screen.ended() == 0


def test_what_is_changed_without_a_server_waits_and_is_sent_beside_the_prompt(
    started: Started, world: World, session: dict[str, Any], repository: Path
) -> None:
    """Begun with a server, gone on without, begun anew without, and sent by itself."""
    session["project"]["repository"] = str(repository)
    for title in ("Fix the pump", "Order a seal"):
        add_task(world, session["project"], title)
    with FakeGateway(world) as gateway:
        screen = started(QD_URL=gateway.url)
        screen.shows("● up", "deck:main")
        # fetched in the background, and by no command
        screen.type("task show fix")
        screen.shows("open  deck  Fix the pump")
        screen.type("\x15")
    screen.type("task note T-1 'half way'\r")
    screen.shows("It waits to be sent", "1 waiting")
    screen.type("\x04")
    assert screen.ended() == 0

    screen = started(QD_URL=gateway.url)
    screen.shows(
        "cannot be reached", "From moments ago", "Mend the sails", "1 change made offline", "deck:main", "1 waiting"
    )
    screen.type("task list\r")
    screen.shows("Order a seal")
    screen.type("task edit T-2 --title 'Order two'\r")
    screen.shows("2 waiting", "○ offline")
    world.failures["editTask"] = {"code": "CONFLICT", "message": "The title was changed since.", "field": "title"}
    with FakeGateway(world, gateway.port):
        screen.shows("● up", "1 not taken: pending", "1 sent", gone="waiting")
        assert [name for name, _ in world.calls if name == "noteTaskProgress"] == ["noteTaskProgress"]
        screen.type("task list\r")
        screen.shows("ID   STATUS", gone="1 sent")
        screen.type("pending\r")
        text = screen.shows("The title was changed since.")
        assert text.count("does not answer") == 2
        screen.type("exit\r")
        assert screen.ended() == 0


def test_plain_has_no_menu_no_toolbar_and_no_colour(started: Started, session: dict[str, Any]) -> None:
    screen = started(QD_PLAIN="1", NO_COLOR="1")
    screen.shows("qd \u276f")

    screen.type("session list\r")
    text = screen.shows("id ", ", project deck, state ready")

    assert "● up" not in text
    assert b"\x1b[38;" not in screen.raw
    screen.type("exit\r")
    assert screen.ended() == 0


def test_another_log_in_is_another_server_for_all_that_follows(
    started: Started, qd: QdCall, gateway: FakeGateway, session: dict[str, Any]
) -> None:
    other = World()
    hull = other.add_project("hull", "/hull")
    for title in ("Scrub the deck", "Caulk"):
        other.add_session(hull, title=title)
    with FakeGateway(other) as second:
        for name, server in (("away", second), ("home", gateway)):
            assert qd("login", "--url", server.url, "--token", TOKEN, "--context", name).code == 0
        screen = started(QD_URL=None, QD_TOKEN=None, QD_DATA_DIR=None)
        screen.shows("Mend the sails", "● up", "1 session")
        screen.type("session show sai")
        screen.shows("ready  deck  main  Mend the sails")

        screen.type("\x15context use away\r")
        screen.shows("away")
        screen.type("session list\r")
        screen.shows("Scrub the deck", "2 sessions")
        screen.type("session show scr")
        screen.shows("ready  hull  main  Scrub the deck")
        screen.type("\x15exit\r")
        assert screen.ended() == 0
