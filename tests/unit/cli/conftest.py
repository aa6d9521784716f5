"""`qd` in this process, against a fake gateway."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.world import TOKEN
from tests.support.ready import ReadyPrograms
from tests.support.ready_terminal import ready_programs

from quarterdeck_cli.app import make_app
from quarterdeck_cli.command_tree import command_of
from quarterdeck_cli.plugins import add_plugins


@dataclass(frozen=True)
class Ran:
    """What a call of `qd` did."""

    code: int
    raw: bytes
    raw_err: bytes

    @property
    def out(self) -> str:
        return self.raw.decode()

    @property
    def err(self) -> str:
        return self.raw_err.decode(errors="replace")

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def json_lines(self) -> list[Any]:
        return [json.loads(line) for line in self.raw.splitlines()]


@cache
def _command() -> Any:
    """All of `qd`, which keeps nothing from one call to the next: the REPL has one for all its lines, too."""
    app = make_app()
    add_plugins(app, lambda text: None)
    return command_of(app)


class QdCall:
    """Calls `qd` as a shell would."""

    def __init__(self, capture: pytest.CaptureFixture[bytes]) -> None:
        self._capture = capture

    def __call__(self, *words: str) -> Ran:
        self._capture.readouterr()
        try:
            _command()(list(words), prog_name="qd")
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        captured = self._capture.readouterr()
        return Ran(code, captured.out, captured.err)


@pytest.fixture(scope="session")
def ready_qd() -> Iterator[ReadyPrograms]:
    """`qd` for tests whose subject is not its start: those that start it in a terminal."""
    with ready_programs(("quarterdeck_cli", "typer._adapters", "quarterdeck.audit")) as programs:
        yield programs


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def gateway(world: World) -> Iterator[FakeGateway]:
    with FakeGateway(world) as gateway:
        yield gateway


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has nothing yet, standing in an empty folder."""
    for name in ("QD_URL", "QD_TOKEN", "QD_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QD_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("QD_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("QD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("QD_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLUMNS", "100")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def logged_in(home: Path, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    monkeypatch.setenv("QD_URL", gateway.url)
    monkeypatch.setenv("QD_TOKEN", TOKEN)
    return gateway


@pytest.fixture
def repository(home: Path) -> Path:
    """The working directory, made a git repository."""
    subprocess.run(["git", "init", "-q", str(home)], check=True, capture_output=True)
    return home


@pytest.fixture
def qd(capfdbinary: pytest.CaptureFixture[bytes], home: Path) -> QdCall:
    return QdCall(capfdbinary)
