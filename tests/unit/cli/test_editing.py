"""qd edit and qd file: nothing is overwritten unseen, and no work is lost."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.world import Json
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli import ids
from quarterdeck_cli.editing import merging
from quarterdeck_cli.editing.choices import Choice, understood

Editor = Callable[[str], Path]
Answers = list[str]


@pytest.fixture
def session(world: World, logged_in: FakeGateway) -> Json:
    return world.add_session(world.add_project("p", "/p"))


@pytest.fixture
def editor(home: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """An editor that does what a piece of Python says with `file`, and counts its calls in `calls`."""

    def make(does: str) -> Path:
        script = home.parent / "editor.py"
        calls = home.parent / "calls"
        script.write_text(
            "import os, pathlib, sys, time\n"
            f"calls = pathlib.Path({str(calls)!r})\n"
            "file = pathlib.Path(sys.argv[1])\n"
            "calls.write_text((calls.read_text() if calls.exists() else '') + '.')\n"
            f"count = len(calls.read_text())\n{does}\n"
        )
        monkeypatch.setenv("VISUAL", f"{sys.executable} '{script}'")
        return calls

    return make


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What the user answers, in order; then nobody is there any more."""
    given: Answers = []

    async def ask(question: str) -> str:
        return given.pop(0) + "\n" if given else ""

    monkeypatch.setattr("quarterdeck_cli.editing.choices.ask_on_terminal", ask)
    return given


def copies(home: Path) -> list[bytes]:
    return [path.read_bytes() for path in (home.parent / "config" / "edits").rglob("*") if path.is_file()]


def test_what_the_editor_leaves_is_written_and_no_copy_stays(
    qd: QdCall, world: World, session: Json, editor: Editor, home: Path
) -> None:
    world.files["src/a.py"] = b"one\n"
    editor("assert file.name == 'a.py'; file.write_text(file.read_text() + 'two\\n')")

    ran = qd("edit", "src/a.py", "-s", ids.short(session["id"]))

    assert (ran.code, ran.err) == (0, "src/a.py is written; the files are efefefefefef.\n")
    assert world.files["src/a.py"] == b"one\ntwo\n"
    assert copies(home) == []


def test_a_file_that_is_not_there_yet_is_made(qd: QdCall, world: World, session: Json, editor: Editor) -> None:
    editor("file.write_text('new')")

    assert qd("file", "edit", "new", "-s", session["id"], "--json").json["saves"] == 1
    assert world.files["new"] == b"new"


def test_a_file_that_is_left_as_it_was_is_not_written(qd: QdCall, world: World, session: Json, editor: Editor) -> None:
    world.files["f"] = b"x"
    editor("pass")

    assert "left as it was" in qd("edit", "f", "-s", session["id"]).err
    assert "writeFile" not in dict(world.calls)


def test_each_save_is_written_while_the_editor_runs(
    qd: QdCall, world: World, session: Json, editor: Editor, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck_cli.editing.editor.LOOK_SECONDS", 0.01)
    world.files["f"] = b"0"
    world.tell_writes = seen = home.parent / "seen"
    editor(
        "file.write_text('1')\n"
        f"seen = pathlib.Path({str(seen)!r})\n"
        "while not seen.exists(): time.sleep(0.01)\n"
        "file.write_text('2')"
    )

    assert qd("edit", "f", "-s", session["id"], "--json").json["saves"] == 2
    assert world.files["f"] == b"2"


CONFLICT = "if count == 1: file.write_text('a\\nmine\\nc\\n')"


def conflict(world: World, theirs: bytes | None = b"a\ntheirs\nc\n") -> None:
    """The file changes in the session between its reading and its first writing."""
    world.files["f"] = b"a\nb\nc\n"
    world.meanwhile.append(("f", theirs))


def test_theirs_is_kept_when_the_user_says_so(
    qd: QdCall,
    world: World,
    session: Json,
    editor: Editor,
    answers: Answers,
    home: Path,
) -> None:
    conflict(world)
    editor(CONFLICT)
    answers += ["what?", "t"]

    assert qd("edit", "f", "-s", session["id"]).code == 0
    assert world.files["f"] == b"a\ntheirs\nc\n"
    assert copies(home) == []


def test_mine_replaces_what_the_user_was_told_of(
    qd: QdCall, world: World, session: Json, editor: Editor, answers: Answers
) -> None:
    conflict(world)
    editor(CONFLICT)
    answers.append("mine")

    assert qd("edit", "f", "-s", session["id"]).code == 0
    assert world.files["f"] == b"a\nmine\nc\n"


def test_a_file_that_changes_again_while_the_user_decides_is_asked_about_again(
    qd: QdCall, world: World, session: Json, editor: Editor, answers: Answers
) -> None:
    conflict(world)
    world.meanwhile.append(("f", b"later\n"))
    editor(CONFLICT)
    answers += ["m", "t"]

    assert qd("edit", "f", "-s", session["id"]).code == 0
    assert world.files["f"] == b"later\n"


def test_both_are_brought_together_in_the_editor_and_marks_are_never_sent_unasked(
    qd: QdCall, world: World, session: Json, editor: Editor, answers: Answers
) -> None:
    conflict(world)
    calls = editor(
        CONFLICT + "\nif count == 2: (file.parent / 'kept').write_bytes(file.read_bytes())"
        "\nif count == 3: calls.with_name('marks').write_bytes(file.read_bytes()); file.write_text('a\\nboth\\nc\\n')"
    )
    answers += ["e", "e"]

    assert qd("edit", "f", "-s", session["id"]).code == 0
    assert world.files["f"] == b"a\nboth\nc\n"
    assert calls.with_name("marks").read_text() == (
        "a\n<<<<<<< yours\nmine\n||||||| as you opened it\nb\n=======\ntheirs\n>>>>>>> in the session\nc\n"
    )
    assert not any(b"<<<<" in data.encode() for _, asked in world.calls for data in [str(asked)])


def test_a_file_that_is_gone_can_be_made_anew(
    qd: QdCall, world: World, session: Json, editor: Editor, answers: Answers
) -> None:
    conflict(world, theirs=None)
    editor(CONFLICT)
    answers.append("m")

    assert qd("edit", "f", "-s", session["id"]).code == 0
    assert world.files["f"] == b"a\nmine\nc\n"


@pytest.mark.parametrize("given", [[], ["q"]])
def test_where_nobody_decides_nothing_is_changed_and_the_copy_is_kept(
    qd: QdCall,
    world: World,
    session: Json,
    editor: Editor,
    answers: Answers,
    home: Path,
    given: Answers,
) -> None:
    conflict(world)
    editor(CONFLICT)
    answers += given

    ran = qd("edit", "f", "-s", session["id"])

    assert ran.code == 75
    assert world.files["f"] == b"a\ntheirs\nc\n"
    assert copies(home) == [b"a\nmine\nc\n"]
    assert "Your copy is kept: " in ran.err
    assert "Send it: `qd file put COPY f -s " in ran.err


def test_a_save_whose_answer_was_lost_is_not_taken_for_anothers(
    qd: QdCall, world: World, session: Json, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck_cli.client.FIRST_PAUSE", 0.001)
    world.files["f"] = b"0"
    world.cut_answers = ["writeFile"]
    editor("file.write_text('1')")

    assert qd("edit", "f", "-s", session["id"]).code == 0
    assert world.files["f"] == b"1"


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("file.write_text('half'); sys.exit(3)", "The editor ended with exit code 3"),
        ("file.write_text('half'); os.kill(os.getpid(), 9)", "The editor ended with signal 9"),
    ],
)
def test_an_editor_that_crashes_leaves_the_copy(
    qd: QdCall, world: World, session: Json, editor: Editor, home: Path, does: str, said: str
) -> None:
    world.files["f"] = b"whole"
    editor(does)

    ran = qd("edit", "f", "-s", session["id"])

    assert ran.code == 75
    assert said in ran.err
    assert world.files["f"] == b"whole"
    assert copies(home) == [b"half"]


def test_a_server_that_is_gone_at_the_end_leaves_the_copy(
    qd: QdCall, world: World, session: Json, editor: Editor, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck_cli.client.FIRST_PAUSE", 0.001)
    world.files["f"] = b"whole"
    world.failures["writeFile"] = {"code": "LIMIT_EXCEEDED", "message": "The session has 0 bytes left to write."}
    editor("file.write_text('mine')")

    ran = qd("edit", "f", "-s", session["id"])

    assert ran.code == 75
    assert "0 bytes left" in ran.err
    assert copies(home) == [b"mine"]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"a\0b", "is binary"), (b"x" * (1024 * 1024 + 1), "up to 1.0 MiB can be edited"), (b"link:x", "is a link")],
)
def test_what_cannot_be_edited_is_said_before_the_editor_starts(
    qd: QdCall, world: World, session: Json, editor: Editor, content: bytes, said: str
) -> None:
    world.files["f"] = content
    calls = editor("pass")

    ran = qd("edit", "f", "-s", session["id"])

    assert ran.code == 2
    assert said in ran.err
    assert not calls.exists()


@pytest.mark.parametrize(
    ("value", "said"), [("nonexistent-editor -w", "no program nonexistent-editor"), ("'", "quote")]
)
def test_an_editor_that_is_not_there_is_named(
    qd: QdCall, session: Json, monkeypatch: pytest.MonkeyPatch, value: str, said: str
) -> None:
    monkeypatch.setenv("VISUAL", value)

    ran = qd("edit", "f", "-s", session["id"])

    assert ran.code == 78
    assert said in ran.err


def test_without_a_session_it_is_the_only_one_that_is_open(
    qd: QdCall, world: World, session: Json, repository: Path
) -> None:
    world.projects[0]["repository"] = str(repository)
    world.files["f"] = b"x\n"
    assert qd("file", "cat", "f").raw == b"x\n"

    world.add_session(world.projects[0])
    ran = qd("file", "cat", "f")

    assert ran.code == 2
    assert "2 sessions are open in this project" in ran.err


def test_a_file_is_fetched_whole_and_replaces_another_only_with_force(
    qd: QdCall, world: World, session: Json, home: Path
) -> None:
    content = bytes(range(256)) * 4000
    world.files["deep/pic"] = content

    fetched = qd("file", "get", "deep/pic", "-s", session["id"])
    again = qd("file", "get", "deep/pic", "-s", session["id"])

    assert (home / "pic").read_bytes() == content
    assert (fetched.err, again.code) == ("Wrote pic, 1000.0 KiB.\n", 2)
    world.files["deep/pic"] = b"other"
    assert qd("file", "get", "deep/pic", "-s", session["id"], "--force", "--json").json["bytes"] == 5
    assert (home / "pic").read_bytes() == b"other"


def test_a_file_is_sent_and_replaces_another_only_with_force(
    qd: QdCall, world: World, session: Json, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "tool").write_bytes(b"#!/bin/sh\n")
    (home / "tool").chmod(0o755)

    assert qd("file", "put", "tool", "bin/tool", "-s", session["id"]).code == 0
    assert world.calls[-1][1]["executable"] is True
    (home / "tool").write_bytes(b"other")
    refused = qd("file", "put", "tool", "bin/tool", "-s", session["id"])

    assert refused.code == 75
    assert "replace it with --force" in refused.err
    assert qd("file", "put", "tool", "bin/tool", "-s", session["id"], "--force", "--json").json["changed"] is True
    assert world.files["bin/tool"] == b"other"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"piped")))
    assert qd("file", "put", "-", "in", "-s", session["id"]).code == 0
    assert world.files["in"] == b"piped"


@pytest.mark.parametrize("words", [("put", "missing"), ("put", "-")])
def test_what_cannot_be_sent_is_said(qd: QdCall, session: Json, words: tuple[str, ...]) -> None:
    assert qd("file", *words, "-s", session["id"]).code == 2


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("t", Choice.THEIRS),
        ("Mine\n", Choice.MINE),
        ("e", Choice.MERGE),
        ("merge", Choice.MERGE),
        ("q", Choice.LEAVE),
        ("", None),
        ("yes", None),
    ],
)
def test_an_answer_is_understood_or_asked_for_again(text: str, choice: Choice | None) -> None:
    assert understood(text) is choice


@pytest.mark.parametrize(
    ("mine", "theirs", "merged", "marked"),
    [
        (b"A\nb\nc\n", b"a\nb\nC\n", b"A\nb\nC\n", False),
        (b"same\n", b"same\n", b"same\n", False),
        (b"a\nX\nc\n", b"a\nY\nc\n", None, True),
        (b"a\nb\nc\n<<<<<<< HEAD\n", b"a\nb\nc\n", b"a\nb\nc\n<<<<<<< HEAD\n", False),
    ],
)
def test_changes_of_two_are_merged_by_lines(mine: bytes, theirs: bytes, merged: bytes | None, marked: bool) -> None:
    found = merging.merge(mine, b"a\nb\nc\n", theirs)

    assert merged is None or found == merged
    assert merging.is_marked(found) is marked
