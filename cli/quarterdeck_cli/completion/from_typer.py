"""The grammar of a typer app."""

from collections.abc import Iterator
from typing import Any, Final

import typer

from quarterdeck_cli.command_tree import command_of
from quarterdeck_cli.completion.grammar import Command, Parameter

OBJECTS: Final = {
    "SESSION": "session",
    "PROJECT": "project",
    "COMMAND": "command",
    "TASK": "task",
    "ALERT": "alert",
    "SILENCE": "silence",
    "BUDGET": "budget",
    "TOKEN": "token",
    "WORKER": "worker",
    "PATH": "path",
    "FILE": "file",
    "PATH_OR_URL": "file",
}
"""Kinds of objects by what a value is called in the help; else they are called the same."""
OWN: Final = {
    ("persona", "NAME"): "persona",
    ("report", "NAME"): "report",
    ("alert rule", "NAME"): "rule",
    ("session compare", "A"): "session",
    ("session compare", "B"): "session",
    ("task status", "STATUS"): "status",
    ("task add", "STATUS"): "status",
    ("task list", "STATUS"): "status",
    ("command signal", "SIGNAL"): "signal",
    ("login", "TOKEN"): "",
    ("run", "COMMAND"): "path",
    ("task start", "COMMAND"): "",
}
"""Where that depends on the command, or begins its name."""
WORDS: Final = {
    "status": ("open", "in-progress", "in-review", "done", "dropped"),
    "signal": ("INT", "TERM", "KILL", "HUP", "QUIT", "USR1", "USR2", "STOP", "CONT"),
}
"""Kinds that are a few words."""


def grammar_of(app: typer.Typer) -> Command:
    return _command(command_of(app), "")


def _command(command: Any, path: str) -> Command:
    inner: dict[str, Any] | None = getattr(command, "commands", None)
    parameters = [(each, _parameter(each, path)) for each in command.params if not getattr(each, "hidden", False)]
    return Command(
        help=command.get_short_help_str(120),
        options=(*(read for _, read in parameters if read.names), Parameter(names=("--help",), help="Explain this.")),
        arguments=tuple(read for _, read in parameters if not read.names),
        plain_words=not command.allow_interspersed_args and inner is None,
        commands={name: _command(each, f"{path} {name}".strip()) for name, each in (inner or {}).items()},
    )


def _parameter(parameter: Any, path: str) -> Parameter:
    is_option = parameter.param_type_name == "option"
    flag = is_option and parameter.is_flag
    takes = "" if flag else (parameter.metavar or parameter.name or "").strip("[].").upper()
    of = _kind(parameter, path, takes)
    return Parameter(
        names=(*parameter.opts, *parameter.secondary_opts) if is_option else (),
        help=getattr(parameter, "help", None) or "",
        takes=takes,
        of=of,
        choices=tuple(_choices(parameter)) or WORDS.get(of, ()),
        many=parameter.nargs == -1 or bool(getattr(parameter, "multiple", False)),
    )


def _kind(parameter: Any, path: str, takes: str) -> str:
    for (begin, called), kind in OWN.items():
        if called == takes and path.startswith(begin):
            return kind
    if parameter.name in {"persona", "project", "session"}:
        return str(parameter.name)
    return OBJECTS.get(takes, takes.lower())


def _choices(parameter: Any) -> Iterator[str]:
    for choice in parameter.type_descriptor.choices or ():
        yield str(getattr(choice, "value", choice))
