"""The typer app: the commands that stand alone, and every noun with its own."""

from importlib.metadata import version
from typing import Annotated

import typer

from quarterdeck_cli.command_line import Call, Json, command, group, run_synchronously, without_verb
from quarterdeck_cli.commands import (
    alone,
    attach,
    away,
    completion,
    edit,
    export,
    login,
    pending,
    replay,
    run,
    search,
    snapshots,
    web,
)
from quarterdeck_cli.commands.help import help_of
from quarterdeck_cli.manner import ContextName, Plain, Quiet, manner_of
from quarterdeck_cli.nouns import NOUNS

PLAIN_WORDS = {"allow_interspersed_args": False}
"""What follows the first word belongs to the command that is run, options and all."""


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's signature of a callback
    if wanted:
        typer.echo(f"qd {version('quarterdeck')}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and leave.")
]


def make_app() -> typer.Typer:
    """The app without plug-ins."""
    app = group("Run commands in jailed copies of your repositories, and see, steer and replay what ran.", alone=True)

    @app.callback(invoke_without_command=True)
    def main(
        context: typer.Context,
        *,
        version: Version = False,
        as_json: Json = False,
        context_name: ContextName = None,
        quiet: Quiet = False,
        plain: Plain = False,
    ) -> None:
        given = {"json": as_json, "context_name": context_name, "quiet": quiet, "plain": plain}
        if context.invoked_subcommand is None:
            run_synchronously(Call(alone.alone, {"as_json": as_json}, manner_of(given)))
        elif misplaced := next((name for name, is_given in given.items() if is_given), None):
            raise typer.BadParameter("write it after the command", param_hint=f"--{misplaced.removesuffix('_name')}")

    command(app, "help")(help_of(app))
    command(app, "login")(login.log_in)
    command(app, "logout")(login.log_out)
    command(app, "whoami")(login.who_am_i)
    command(app, "web")(web.web)
    command(app, "run", context_settings=PLAIN_WORDS)(run.run)
    command(app, "attach")(attach.attach_to)
    command(app, "edit")(edit.edit_file)
    command(app, "diff")(snapshots.diff)
    command(app, "replay")(replay.replay)
    command(app, "export")(export.export)
    command(app, "search")(search.search)
    command(app, "away")(away.while_away)
    command(app, "sync")(pending.sync)
    command(app, "completion")(completion.print_completion)
    _add_nouns(app)
    return app


def _add_nouns(app: typer.Typer) -> None:
    made: dict[str, typer.Typer] = {"": app}
    for path, (help_text, verbs) in NOUNS.items():
        above, _, name = path.rpartition(" ")
        alone = next((function for verb, function in verbs if not verb), None)
        made[path] = noun = group(help_text, alone=alone is not None)
        for verb, function in verbs:
            if verb:
                command(noun, verb)(function)
        if alone:
            without_verb(noun, alone)
        made[above].add_typer(noun, name=name)
