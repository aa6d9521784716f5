"""The parts of the REPL that need no terminal: lines, history, toolbar, theme, Ctrl-C, what is known."""

import asyncio
import os
import signal
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import pytest
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from quarterdeck_cli.app import make_app
from quarterdeck_cli.commands.sessions import show_session
from quarterdeck_cli.connection import Logins
from quarterdeck_cli.ending import end
from quarterdeck_cli.errors import ServerFailure, UsageError
from quarterdeck_cli.ids import global_id
from quarterdeck_cli.known import fetch
from quarterdeck_cli.known.folders import KEPT, Folders
from quarterdeck_cli.known.stored import StoredKnown
from quarterdeck_cli.offline.memory import Memory
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.repl.background import AnswersDropped, understood
from quarterdeck_cli.repl.here import Here
from quarterdeck_cli.repl.history import LONGEST, History, is_kept
from quarterdeck_cli.repl.interrupting import interruptible
from quarterdeck_cli.repl.line import words_of
from quarterdeck_cli.repl.parsing import Parser
from quarterdeck_cli.repl.prompt import prompt_of
from quarterdeck_cli.repl.refresher import Refresher
from quarterdeck_cli.repl.status import Link, Status
from quarterdeck_cli.repl.toolbar import fitted, segments
from quarterdeck_cli.repl.unfinished import is_unfinished
from quarterdeck_cli.theme import Theme, chosen

if TYPE_CHECKING:
    from quarterdeck_cli.client import Client
    from quarterdeck_cli.output import Output

SESSION = global_id("Session", UUID(int=0x4F2A))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("session list", ["session", "list"]),
        ("qd session list", ["session", "list"]),
        ("  run -- 'a b' c ", ["run", "--", "a b", "c"]),
        ("!ls -la 'x y' | wc", ["run", "--", "ls -la 'x y' | wc"]),
        ("use project deck", ["use", "--project", "deck"]),
        ("use 4f2a", ["use", "4f2a"]),
        ("", []),
        ("# a note", []),
        ("task note T-1 \\\n 'a\nb'", ["task", "note", "T-1", "a\nb"]),
        ("task note T-1 '#1 is done'", ["task", "note", "T-1", "#1 is done"]),
    ],
)
def test_a_line_is_the_words_of_a_one_shot(line: str, words: list[str]) -> None:
    assert words_of(line) == words


@pytest.mark.parametrize(
    ("line", "wrong"), [("run 'x", "No closing quotation"), ("!", "no command after"), ("! ", "no")]
)
def test_a_line_that_is_none_is_refused_with_what_to_do(line: str, wrong: str) -> None:
    with pytest.raises(UsageError, match=wrong) as refused:
        words_of(line)
    assert refused.value.next_step


@pytest.mark.parametrize(
    ("text", "goes_on"),
    [
        ("task note T-1 'it", True),
        ('task note T-1 "it\nis', True),
        ("task note T-1 it \\", True),
        ("task note T-1 it\\\\", False),
        ("task note T-1 'it'", False),
        ("# it's a note", False),
        ("", False),
        ("!for i in 1 2; do", True),
        ("!for i in 1 2; do\necho $i\ndone", False),
        ("!echo 'a", True),
        ("!cat <<X\nhi", True),
        ("!cat <<X\nhi\nX", False),
        ("!ls \\", True),
        ("!ls )", False),
        ("!ls", False),
    ],
)
def test_a_line_that_is_not_finished_goes_on_below(text: str, goes_on: bool) -> None:
    assert is_unfinished(text) is goes_on


def test_what_is_read_to_see_whether_it_goes_on_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rc").write_text(f"touch {tmp_path}/ran")
    monkeypatch.setenv("BASH_ENV", str(tmp_path / "rc"))
    assert not is_unfinished(f"!touch {tmp_path}/ran; echo $(touch {tmp_path}/ran)")
    assert not (tmp_path / "ran").exists()

    monkeypatch.setenv("PATH", str(tmp_path))
    assert not is_unfinished("!for i in 1 2; do")


def test_a_line_is_understood_by_the_app_of_the_one_shots() -> None:
    call = Parser(make_app(), Here()).parse("session show 4f2a --json --quiet")

    assert call is not None
    assert call.function is show_session
    assert call.arguments == {"session": "4f2a", "as_json": True}
    assert call.manner.quiet


def test_the_session_in_use_is_meant_where_one_is_needed_and_none_is_named() -> None:
    parser = Parser(make_app(), Here(session_id=SESSION))

    def session_of(line: str) -> object:
        call = parser.parse(line)
        assert call is not None
        return call.arguments.get("session")

    assert session_of("!ls") == SESSION
    assert session_of("run -- ls") == SESSION
    assert session_of("session show") == SESSION
    assert session_of("port list") == SESSION
    assert session_of("run -s 4f2a -- ls") == "4f2a"
    assert session_of("run -p deck -- ls") is None
    assert session_of("run --persona p -- ls") is None
    assert session_of("session show 4f2a") == "4f2a"
    assert session_of("events list") is None


@pytest.mark.parametrize(
    ("line", "message", "next_step"),
    [
        ("sesion list", "Did you mean 'session'", "`help` explains it."),
        ("session opn", "Did you mean 'open'?", "`help session` explains it."),
        ("session show", "Missing argument 'SESSION'.", "`help session show` explains it."),
        ("session open --titel x", "--title", "`help session open` explains it."),
        ("task list --limit many", "--limit", "`help task list` explains it."),
    ],
)
def test_what_is_not_understood_says_what_was_meant_and_where_to_look(line: str, message: str, next_step: str) -> None:
    with pytest.raises(UsageError) as refused:
        Parser(make_app(), Here()).parse(line)
    assert message in refused.value.message
    assert refused.value.next_step == next_step


def test_help_of_a_command_leaves_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert Parser(make_app(), Here()).parse("session fork --help") is None
    assert "Open a session with the files" in capsys.readouterr().out


@pytest.mark.parametrize(
    "line",
    [
        "login --token abc",
        "login --token=abc",
        "qd login 7f3kd",
        "run -e API_KEY=1234 -- x",
        "!export GITHUB_TOKEN=x",
        "!curl -H 'Authorization: Bearer x'",
        "!git clone https://me:pw@example.org/a",
        "!echo qd_01a2181a72c47770bb74",
        "!x sk-ant-api03-abcdefghij",
        "!mysql --password hunter2",
        "!echo ghp_abcdefghijklmnop",
        "!db password: hunter2",
        " session list",
    ],
)
def test_a_line_with_a_secret_is_not_kept(line: str) -> None:
    assert not is_kept(line)


@pytest.mark.parametrize(
    "line",
    ["session list", "login https://deck.example", "token issue ci --scope x", "!make tokens", "login", "!ls -p x"],
)
def test_other_lines_are(line: str) -> None:
    assert is_kept(line)


def test_the_history_is_the_users_own_and_does_not_grow_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "state" / "history"
    kept = History(path)
    kept.append_string("session list")
    kept.append_string("login --token abc")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [*History(path).load_history_strings()] == ["session list"]
    path.write_text("\n# 2026-01-01\n+line\n" * (LONGEST // 10))
    again = [*History(path).load_history_strings()]
    assert path.stat().st_size <= LONGEST
    assert set(again) == {"line"}


STATUS = Status(link=Link.UP, position=12345, running=2, sessions=1, alerts=3, spent_today="1.20", unread=4)


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (200, " ● up  3 alerts  2 running  1 session  $1.20 today  4 new  at 12,345"),
        (60, " ● up  3 alerts  2 running  1 session  $1.20 today  4 new"),
        (30, " ● up  3 alerts  2 running"),
        (5, ""),
    ],
)
def test_the_toolbar_keeps_what_matters_most_where_there_is_little_room(width: int, text: str) -> None:
    assert "".join(part for _, part in fitted([*segments(STATUS)], width)) == text


def test_the_toolbar_says_that_the_server_is_gone_in_words_and_not_by_colour_alone() -> None:
    assert "".join(text for _, text in fitted([*segments(Status(link=Link.OFFLINE))], 80)) == " ○ offline"


def test_what_plugins_say_cannot_move_the_cursor() -> None:
    assert fitted([("", "a\x1b[2Jb\n")], 80)[-1] == ("", "a\\x1b[2Jb⏎")


def test_the_prompt_tells_where_one_is_and_how_the_last_command_ended() -> None:
    here = Here(project="deck", ref="main", session_id=SESSION, state="paused", code=3)

    assert (
        "".join(each[1] for each in prompt_of(here, width=100, is_utf8=True)) == "✗ 3 deck:main ⟨4f2a paused⟩ \u276f "
    )
    assert "".join(each[1] for each in prompt_of(here, width=60, is_utf8=False)) == "exit 3 deck [4f2a paused] > "
    assert "".join(each[1] for each in prompt_of(Here(), width=60, is_utf8=False)) == "qd > "


@pytest.mark.parametrize(
    ("answer", "theme"),
    [
        (b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?1;2c", Theme.LIGHT),
        (b"\x1b]11;rgb:1e/1e/2e\x07", Theme.DARK),
        (b"\x1b]11;rgba:fdfd/f6f6/e3e3/ffff\x07", Theme.LIGHT),
        (b"\x1b[?1;2c", Theme.DARK),
        (b"", Theme.DARK),
    ],
)
def test_the_theme_is_that_of_the_background(answer: bytes, theme: Theme) -> None:
    assert understood(answer) is theme


def test_what_a_terminal_answers_late_is_nothing_typed() -> None:
    keys: list[KeyPress] = []
    parser = AnswersDropped(keys.append)

    parser.feed("se\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62css\x1b]11;rgba:1e/1e/2e/ff\x07\x1b[A")

    assert [key.key for key in keys] == ["s", "e", "s", "s", Keys.Up]


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({"NO_COLOR": "1", "QD_THEME": "light"}, Theme.NONE),
        ({"QD_THEME": "light", "COLORFGBG": "15;0"}, Theme.LIGHT),
        ({"COLORFGBG": "15;0"}, Theme.DARK),
        ({"COLORFGBG": "0;default;15"}, Theme.LIGHT),
        ({"COLORFGBG": "default;default"}, None),
        ({}, None),
    ],
)
def test_the_theme_may_be_told_by_the_environment(environment: dict[str, str], theme: Theme | None) -> None:
    assert chosen(environment) == theme


def test_a_theme_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="QD_THEME is 'pink'"):
        chosen({"QD_THEME": "pink"})


async def test_ctrl_c_ends_the_command_and_not_the_repl() -> None:
    begun = asyncio.Event()

    async def forever() -> int:
        begun.set()
        await asyncio.Event().wait()
        return 0

    working = asyncio.ensure_future(interruptible(forever()))
    await begun.wait()
    os.kill(os.getpid(), signal.SIGINT)

    assert await working == 130
    assert signal.getsignal(signal.SIGINT) is not None


async def test_the_end_of_the_repl_ends_the_command() -> None:
    working = asyncio.ensure_future(interruptible(asyncio.sleep(60)))
    await asyncio.sleep(0)
    working.cancel()

    with pytest.raises(asyncio.CancelledError):
        await working


async def test_what_swallows_its_cancellation_is_ended_all_the_same() -> None:
    async def stubborn() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await end(task)

    assert task.cancelled()


async def test_who_is_cancelled_while_it_ends_what_it_began_has_ended_it_all_the_same() -> None:
    told, cleaned = asyncio.Event(), asyncio.Event()

    async def cleans_up() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            told.set()
            with suppress(asyncio.CancelledError):
                await cleaned.wait()

    task = asyncio.create_task(cleans_up())
    await asyncio.sleep(0)
    ending = asyncio.create_task(end(task))
    await told.wait()
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending

    assert task.cancelled()


def test_folders_are_known_to_other_processes_until_a_command_may_have_changed_them(tmp_path: Path) -> None:
    memory, folders = Memory(tmp_path / "x.sqlite"), Folders()
    for number in range(KEPT + 1):
        folders.learn("4f2a", f"{number}/", ("a", "b/"))
    memory.keep_folders(folders.names)

    known = StoredKnown(memory.path)
    assert known.paths("4f2a", f"{KEPT}/") == ("a", "b/")
    assert known.paths("4f2a", "0/") == ()
    folders.forget()
    memory.keep_folders(folders.names)
    assert known.paths("4f2a", f"{KEPT}/") == ()


def test_a_session_is_named_by_its_short_id() -> None:
    assert Here(session_id=SESSION).session == "00004f2a"


class LateReads:
    """A client whose read models come to what is heard of only where somebody waits for it."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.refuses = False

    async def query(self, _document: str, variables: dict[str, Any]) -> dict[str, Any]:
        if self.refuses:
            raise ServerFailure("UNAVAILABLE", "The read model has not come to that.")
        self.asked.append(variables["waitFor"])
        return {"sessions": {"edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}}


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Kinds in the order in which they were fetched."""
    told: list[str] = []

    def kind(name: str) -> fetch.Kind:
        async def note(_client: "Client", _project: str | None) -> int:
            told.append(name)
            return len(told)

        return fetch.Kind(note, ())

    monkeypatch.setattr(fetch, "KINDS", {name: kind(name) for name in ("task", "alert")})
    return told


def refresher_at(position: int, tmp_path: Path, *stale: str) -> Refresher:
    qd = Qd(cast("Output", None), Logins())
    made = Refresher(qd, StoredKnown(tmp_path / "x.sqlite"), Here(), lambda: None, lambda: None)
    made.status = Status(position=position)
    made.stale = set(stale)
    return made


async def test_what_becomes_stale_while_others_are_fetched_waits_for_its_own_news(
    tmp_path: Path, fetched: list[str]
) -> None:
    client, refresher = LateReads(), refresher_at(5, tmp_path, "task")

    class Heard(LateReads):
        async def query(self, _document: str, variables: dict[str, Any]) -> dict[str, Any]:
            refresher.status = Status(position=6)
            refresher.refetch({"task", "alert"})
            return await client.query(_document, variables)

    await refresher.fetch_stale(cast("Client", Heard()))
    assert (client.asked, fetched, refresher.stale) == ([5], ["task"], {"task", "alert"})

    await refresher.fetch_stale(cast("Client", client))
    assert client.asked == [5, 6]
    assert sorted(fetched[1:]) == ["alert", "task"]
    assert refresher.stale == set()


async def test_what_the_read_models_have_not_come_to_is_fetched_as_it_is_and_once_more(
    tmp_path: Path, fetched: list[str]
) -> None:
    client, refresher = LateReads(), refresher_at(5, tmp_path, "task")
    client.refuses = True
    await refresher.fetch_stale(cast("Client", client))
    assert (fetched, refresher.stale) == (["task"], {"task"})

    client.refuses = False
    await refresher.fetch_stale(cast("Client", client))
    assert (client.asked, fetched, refresher.stale) == ([5], ["task", "task"], set())
