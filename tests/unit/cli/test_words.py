"""Text, exit codes, plug-ins and the like: what needs no server."""

from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import typer
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli import app, command_line, plugins, reference
from quarterdeck_cli.exitcodes import MEANINGS, ExitCode, table
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import duration, lately, plain, size, when

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü 漢字", "plain ü 漢字"),
        ("a\nb\tc", "a⏎b c"),
        ("\x1b]52;c;x\x07", r"\x1b]52;c;x\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\udcff", r"\udcff"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_foreign_text_cannot_steer_a_terminal(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_figures_are_written_for_people() -> None:
    assert [duration(ms) for ms in (None, 1250, 185_000, 7_384_000)] == ["", "1.25 s", "3:05", "2:03:04"]
    assert [size(count) for count in (None, 12, 2048, 3 << 30)] == ["", "12 B", "2.0 KiB", "3.0 GiB"]
    assert (when(None), when("nonsense")) == ("", "nonsense")


def test_lists_tell_the_time_of_today_and_the_day_of_before() -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    noon, before = "2026-11-23T12:00:00+00:00", "2026-11-20T12:00:00+00:00"

    assert lately(noon, now) == when(noon).split()[1]
    assert lately(before, now) == when(before).split()[0]
    assert lately(None, now) == ""


def test_every_exit_code_has_a_meaning_and_stands_in_the_reference() -> None:
    assert set(MEANINGS) == set(ExitCode)
    assert table() in (ROOT / "docs/reference/exit-codes.md").read_text("utf-8")


class Greeter:
    def add_to(self, app: typer.Typer) -> None:
        async def greet(qd: Qd, name: str) -> int:
            """Says hello."""
            qd.out.line(f"hello {name}")
            return 3

        command_line.command(app, "greet")(greet)


greeter = Greeter()
not_a_plugin = 5


def load_from_here(entry: EntryPoint) -> object:
    return globals()[entry.attr]


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, f"{__name__}:{value}", plugins.GROUP)


def test_a_plugin_adds_its_commands(
    capfd: pytest.CaptureFixture[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EntryPoint, "load", load_from_here)
    made = app.make_app()
    said: list[str] = []

    plugins.add_plugins(made, said.append, [entry("greeter", "greeter")])

    with pytest.raises(SystemExit) as leaving:
        made(["greet", "ann"])
    assert (leaving.value.code, capfd.readouterr().out, said) == (3, "hello ann\n", [])


def test_a_broken_plugin_is_named_and_left_out() -> None:
    made, said = app.make_app(), list[str]()
    missing = EntryPoint("gone", "no.such.module:plugin", plugins.GROUP)

    plugins.add_plugins(made, said.append, [missing, EntryPoint("odd", "json:dumps", plugins.GROUP)])

    assert "gone (no.such.module:plugin) is left out" in said[0]
    assert "has no add_to(app)" in said[1]


def test_the_audit_plugin_is_installed(qd: QdCall) -> None:
    assert "verify" in qd("audit", "--help").out


def test_every_command_has_a_help_text(qd: QdCall) -> None:
    text = qd("--help").out

    for name in ("login", "run", "attach", "replay", "export", "project", "session", "events", "token", "audit"):
        assert f"\n  {name}" in text


def test_the_reference_of_the_commands_is_what_their_help_says() -> None:
    assert reference.PAGE.read_text("utf-8") == reference.page(), "run `python -m quarterdeck_cli.reference`"
