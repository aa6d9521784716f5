"""The plug-in by itself."""

import typer
from prompt_toolkit.key_binding import KeyBindings
from qd_plugin_crew import Crew, as_csv

from quarterdeck_cli.completion.from_typer import grammar_of
from quarterdeck_cli.plugins import Plugin
from quarterdeck_cli.repl.status import Status


def test_it_is_a_plugin_with_commands() -> None:
    app = typer.Typer()
    crew = Crew()
    assert isinstance(crew, Plugin)

    crew.add_to(app)

    assert {"list", "hail"} <= set(grammar_of(app).commands["crew"].commands)


def test_it_binds_a_key_and_says_nothing_while_it_knows_nobody() -> None:
    keys = KeyBindings()
    Crew().bind(keys)

    assert [[key.value for key in binding.keys] for binding in keys.bindings] == [["f2"]]
    assert Crew().segment(Status()) == ""
    assert Crew().entries("session") == []


def test_answers_are_rows() -> None:
    assert as_csv([{"id": "1", "title": "a,b", "more": {}}]) == 'id,title\n1,"a,b"'
    assert as_csv([]) == ""
