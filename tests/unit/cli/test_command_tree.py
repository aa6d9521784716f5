"""The commands of an app, built when they are asked for."""

from typing import Any

import pytest
import typer
from typer.main import get_command

from quarterdeck_cli.app import make_app
from quarterdeck_cli.command_tree import command_of

OWN = ("name", "help", "epilog", "short_help", "hidden", "deprecated", "no_args_is_help", "context_settings")


def greet(name: str, times: int = 1) -> None:
    """Say hello."""
    typer.echo(f"hello {name} " * times)


def sink(ship: str | int) -> None:
    """Cannot be built."""


def fleet() -> typer.Typer:
    app, nameless, noun = typer.Typer(), typer.Typer(), typer.Typer(help="A noun.", no_args_is_help=True)
    app.command()(greet)
    app.command("sink")(sink)
    nameless.command("wave_to")(greet)
    noun.command("verb")(greet)
    app.add_typer(nameless)
    app.add_typer(noun, name="noun")
    return app


def told(command: Any) -> dict[str, Any]:
    """All that a command and those below it are and say."""
    own = {name: str(getattr(command, name)) for name in OWN}
    options = [(each.opts, each.required, str(each.default)) for each in command.params]
    inner = {name: told(each) for name, each in getattr(command, "commands", {}).items()}
    return {"own": own, "help": command.get_help(command.context_class(command)), "options": options, "inner": inner}


def test_they_are_those_that_typer_builds() -> None:
    assert told(command_of(make_app())) == told(get_command(make_app()))


def test_what_is_not_asked_for_is_not_built(capsys: pytest.CaptureFixture[str]) -> None:
    command_of(fleet())(["greet", "ann"], standalone_mode=False)

    assert capsys.readouterr().out == "hello ann \n"
    with pytest.raises(AssertionError, match="Union types"):
        command_of(fleet())(["sink", "her"], standalone_mode=False)


def test_commands_of_a_group_without_a_name_are_those_of_the_group_above() -> None:
    commands = command_of(fleet()).commands

    assert list(commands) == ["greet", "sink", "wave_to", "noun"]
    assert commands["noun"].commands["verb"] is commands["noun"].commands["verb"]
