"""Completion in the real shells, and how long one Tab takes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli.completion import kept
from quarterdeck_cli.known.file import FileKnown
from quarterdeck_cli.known.place import known_file
from quarterdeck_cli.known.protocol import Entry

_spawn: Any = vars(pexpect)["spawn"]
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
    known = FileKnown(known_file())
    known.learn("session", [Entry("4f2a91cc", "ready  deck  main  Mend the sails; $(touch pwned)", live=True)])
    known.save()
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
    mine = known_file()
    monkeypatch.setenv("QD_TOKEN", "another")

    assert known_file() != mine
    assert FileKnown(known_file()).entries("session") == ()


def test_an_unknown_shell_is_refused(qd: QdCall) -> None:
    assert qd("completion", "csh").code == 2
    assert "complete -c qd" in qd("completion", "fish").out
