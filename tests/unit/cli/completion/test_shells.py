"""Completion in the real shells, and how long one Tab takes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pexpect
import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.budgets import add_budget
from tests.support.fake_gateway.tasks import add_task
from tests.support.fake_gateway.world import TOKEN
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli.completion import kept
from quarterdeck_cli.ids import global_id
from quarterdeck_cli.known.stored import StoredKnown
from quarterdeck_cli.offline.memory import Memory
from quarterdeck_cli.offline.nodes import found_in
from quarterdeck_cli.offline.owner import file_of

_spawn: Any = vars(pexpect)["spawn"]
SESSION = {
    "id": global_id("Session", UUID(int=0x4F2A91CC)),
    "title": "Mend the sails; $(touch pwned)",
    "ownerName": "ann",
    "ref": "main",
    "state": "READY",
    "openedAt": "2026-11-23T08:00:00+00:00",
    "project": {"id": global_id("Project", UUID(int=1)), "name": "deck"},
}
STARTS = {
    "bash": (["--norc", "--noprofile", "-i"], 'eval "$(qd completion bash)"'),
    "zsh": (["-f", "-i"], 'autoload -Uz compinit && compinit -u -d $HOME/dump; eval "$(qd completion zsh)"'),
    "fish": (["--no-config", "-i"], "qd completion fish | source"),
}


@pytest.fixture
def environment(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Of somebody whose cache knows a session, and whom no server answers."""
    monkeypatch.setenv("QD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("QD_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("QD_TOKEN", "secret")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    Memory(file_of()).keep(found_in(SESSION, None))
    (home / "deck house").mkdir()
    (home / "deck house" / "log.txt").touch()
    return {**os.environ, "TERM": "xterm", "LANG": "C.UTF-8", "PS1": "$ "}


@pytest.fixture(params=[*STARTS])
def shell(request: pytest.FixtureRequest, environment: dict[str, str], home: Path) -> Iterator[Any]:
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"there is no {name} here")
    arguments, begin = STARTS[name]
    child = _spawn(name, arguments, env=environment, dimensions=(30, 200), timeout=30, encoding="utf-8", cwd=str(home))
    child.sendline(f"{begin}; echo rea''dy")
    child.expect_exact("ready")
    yield child
    child.close(force=True)


def test_the_shell_completes_commands_options_ids_and_paths(shell: Any, home: Path) -> None:
    for typed, done in [
        ("qd session snaps\t", "snapshots"),
        ("qd session open --perso\t", "--persona"),
        ("qd session show 4f\t", "4f2a91cc"),
        ("qd run --session=4f\t", "--session=4f2a91cc"),
        ("qd budget set --every we\t", "week"),
    ]:
        shell.send(typed)
        shell.expect_exact(done)
        shell.send("\x15")
    assert not (home / "pwned").exists()


def test_a_tab_reads_the_cache_alone_and_is_fast(environment: dict[str, str]) -> None:
    program = [sys.executable, "-m", "quarterdeck_cli", "__complete", "fish", "qd session show sails"]

    def call() -> subprocess.CompletedProcess[str]:
        return subprocess.run(program, env=environment, capture_output=True, text=True, check=True, timeout=30)

    assert call().stdout == "4f2a91cc\tready  deck  main  Mend the sails; $(touch pwned)\n"
    before = os.times()
    for _ in range(5):
        assert call().stderr == ""
    after = os.times()
    # processor time, since others work on this machine
    used = after.children_user + after.children_system - before.children_user - before.children_system
    assert used / 5 < 0.15


def test_what_a_tab_needs_imports_neither_the_app_nor_a_transport(environment: dict[str, str]) -> None:
    program = """if True:
        import sys
        sys.argv = ['qd', '__complete', 'bash', 'qd ses']
        from quarterdeck_cli.__main__ import main
        try:
            main()
        except SystemExit:
            print(sorted({'typer', 'gql', 'aiohttp', 'rich', 'asyncio'} & set(sys.modules)))
    """
    kept.grammar()
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)

    assert done.stdout == "session\n[]\n"


def test_the_grammar_is_made_anew_when_something_was_installed(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "session" in kept.grammar().commands
    path = tmp_path / "cache" / "grammar.json"
    before = path.stat().st_mtime_ns
    kept.grammar()
    assert path.stat().st_mtime_ns == before

    (tmp_path / "more-packages").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "more-packages"), *sys.path])
    assert "session" in kept.grammar().commands
    assert path.stat().st_mtime_ns != before
    path.write_bytes(b"{")
    assert "session" in kept.grammar().commands


def test_another_users_objects_are_not_offered(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    mine = file_of()
    assert StoredKnown(mine).entries("session") != ()
    monkeypatch.setenv("QD_TOKEN", "another")

    assert file_of() != mine
    assert StoredKnown(file_of()).entries("session") == ()
    assert not file_of().exists()


def test_a_tab_knows_what_one_shots_have_listed(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    project = world.add_project("deck", "/deck")
    world.add_session(project, title="sails")
    task = add_task(world, project, "Fix the pump")
    for words in (("session", "list"), ("task", "list", "-p", "deck"), ("budget", "list", "-p", "deck")):
        assert qd(*words).code == 0
    known = StoredKnown(file_of())
    assert [each.description for each in known.entries("session")] == ["ready  deck  main  sails"]
    assert [each.word for each in known.entries("project")] == ["deck"]
    assert [(each.word, each.description) for each in known.entries("task")] == [("T-1", "open  deck  Fix the pump")]

    task["status"] = "DONE"
    qd("task", "list", "-p", "deck")
    known.look_again()
    assert known.entries("task") == ()


def test_a_list_takes_out_what_it_would_have_shown_and_nothing_of_other_places(
    qd: QdCall, logged_in: FakeGateway, world: World
) -> None:
    project = world.add_project("deck", "/deck")
    for home in (project, project, None):
        add_budget(world, home)

    def known() -> int:
        return len(StoredKnown(file_of()).entries("budget"))

    assert qd("budget", "list", "-p", "deck").code == 0
    assert known() == 2
    assert qd("budget", "list", "--all-projects").code == 0
    assert known() == 3
    del world.budgets[0]
    assert qd("budget", "list", "-p", "deck").code == 0
    assert known() == 2


def test_of_a_command_no_more_is_kept_than_is_offered(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    session = world.add_session(world.add_project("deck", "/deck"))
    world.add_command(session, {"text": "x" * 5000})
    assert qd("command", "list", "-s", session["id"]).code == 0

    assert [len(each.description) for each in StoredKnown(file_of()).entries("command")] == [len("queued  ") + 80]
    assert b"x" * 201 not in b"".join(path.read_bytes() for path in file_of().parent.iterdir())


@pytest.mark.parametrize("damage", [b"", b"no database" * 1000])
def test_a_file_that_cannot_be_read_offers_nothing(damage: bytes, environment: dict[str, str]) -> None:
    file_of().write_bytes(damage)

    assert StoredKnown(file_of()).entries("session") == ()
    assert StoredKnown(file_of()).paths("4f2a91cc", "src/") == ()


def test_the_file_is_the_one_that_commands_write(
    qd: QdCall, gateway: FakeGateway, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a token, a context, another one by name, and one that shares a log-in."""
    monkeypatch.delenv("QD_DATA_DIR")

    def written(*words: str) -> set[Path]:
        for path in tmp_path.glob("state/offline/*"):
            path.unlink()
        assert qd("project", "list", *words).code == 0
        return set(tmp_path.glob("state/offline/*.sqlite"))

    for name in ("first", "second"):
        assert qd("login", "--url", gateway.url, "--token", TOKEN, "--context", name).code == 0
    assert qd("context", "add", "shared", "--like", "first").code == 0
    assert written() == {file_of()}
    assert written("--context", "shared") == {file_of("shared")} == {file_of("first")}
    monkeypatch.setenv("QD_CONTEXT", "shared")
    assert written() == {file_of()}
    monkeypatch.setenv("QD_TOKEN", TOKEN)
    assert written() == {file_of()} != {file_of("shared")}
    monkeypatch.setenv("QD_URL", f"{gateway.url}/")
    assert written() == {file_of()}


def test_an_unknown_shell_is_refused(qd: QdCall) -> None:
    assert qd("completion", "csh").code == 2
    assert "complete -c qd" in qd("completion", "fish").out
