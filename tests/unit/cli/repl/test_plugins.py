"""Plug-ins: the example, as it is installed, and broken ones."""

import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.support.fake_gateway import FakeGateway
from tests.support.fake_gateway.world import TOKEN
from tests.unit.cli.repl.conftest import Started

from quarterdeck_cli.plugins import GROUP, Plugins, add_plugins

pytestmark = pytest.mark.xdist_group("terminal")

EXAMPLE = Path(__file__).parents[4] / "docs/examples/qd-plugin-crew"


@pytest.fixture
def installed(tmp_path: Path) -> str:
    """A path on which the example is found as if pip had installed it."""
    info = tmp_path / "site" / "qd_plugin_crew-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: qd-plugin-crew\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text(
        f"[{GROUP}]\ncrew = qd_plugin_crew:plugin\nbroken = qd_plugin_crew:nothing\n"
    )
    return os.pathsep.join([str(info.parent), str(EXAMPLE / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])


def test_the_examples_own_test_passes(installed: str) -> None:
    environment = {**os.environ, "PYTHONPATH": installed}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLE / "tests")]

    done = subprocess.run(command, env=environment, cwd=EXAMPLE, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_its_commands_and_renderer_work_as_one_shots(
    installed: str, home: Path, gateway: FakeGateway, session: dict[str, Any]
) -> None:
    environment = {**os.environ, "PYTHONPATH": installed, "QD_URL": gateway.url, "QD_TOKEN": TOKEN}

    def qd(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "quarterdeck_cli", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert qd("crew", "list", "--quiet").stdout == "ann\n"
    rendered = qd("session", "list", "--render", "csv")
    assert rendered.stdout.splitlines()[0].startswith("id,")
    assert "Mend the sails" in rendered.stdout
    assert "The plug-in broken (qd_plugin_crew:nothing) is left out: AttributeError" in rendered.stderr
    unknown = qd("session", "list", "--render", "pdf")
    assert unknown.returncode == 2
    assert "No plug-in has a renderer 'pdf'.\nnext:  There are: csv." in unknown.stderr


def test_it_adds_to_the_prompt(installed: str, started: Started, session: dict[str, Any]) -> None:
    screen = started(PYTHONPATH=installed)
    screen.shows("● up", "The plug-in broken")

    screen.type("\x1bOQ")
    screen.shows("crew list")
    screen.type("\r")
    screen.shows("NAME  SESSIONS", "1 aboard")
    screen.type("crew hail an")
    screen.shows("1 open")
    screen.type("\t")
    screen.shows("crew hail ann")
    screen.type("\r\r")
    screen.shows("Ahoy, ann!")
    assert screen.text.count("The plug-in broken") == 1


class Odd:
    """Loads, and breaks later."""

    def __init__(self) -> None:
        self.asked = 0

    def add_to(self, app: typer.Typer) -> None:
        """Nothing."""

    def segment(self, status: object) -> str:
        self.asked += 1
        raise RuntimeError("no wind")

    def entries(self, kind: str) -> object:
        self.asked += 1
        return 5


odd = Odd()


@pytest.mark.parametrize(("part", "kind", "wrong"), [("segment", str, "no wind"), ("entries", list, "it gives int")])
def test_a_part_that_breaks_later_is_named_once_and_left_out(part: str, kind: type[object], wrong: str) -> None:
    said: list[str] = []
    plugins = add_plugins(typer.Typer(), said.append, [EntryPoint("odd", f"{__name__}:odd", GROUP)])
    before = odd.asked

    assert [*plugins.ask(part, kind, "x")] == []
    assert [*plugins.ask(part, kind, "x")] == []

    assert odd.asked == before + 1
    [told] = said
    assert told.startswith(f"The plug-in odd goes on without its {part}: ")
    assert wrong in told


def test_a_part_that_is_not_there_is_not_missed() -> None:
    assert [*Plugins(print).ask("segment", str)] == []
