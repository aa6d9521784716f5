"""What every command has beside its own options: `--quiet` and `--plain`, how it prints, and `--context`, as whom."""

import inspect
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

PLAIN_VARIABLE = "QD_PLAIN"

Quiet = Annotated[bool, typer.Option("--quiet", help="The answer alone, without notes; of a table, its first column.")]
Plain = Annotated[bool, typer.Option("--plain", help="Lines to be read aloud: no tables, colours, progress or pager.")]
ContextName = Annotated[
    str | None, typer.Option("--context", metavar="NAME", help="The log-in to use: see `qd context`.")
]
Render = Annotated[
    str | None, typer.Option("--render", metavar="NAME", help="Print what --json prints by a renderer of a plug-in.")
]


@dataclass(frozen=True)
class Manner:
    quiet: bool = False
    plain: bool = False
    context: str | None = None
    """The log-in to use, whatever else is chosen."""
    render: str | None = None


ORDINARY = Manner()


def _option(name: str, annotation: Any, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


MANNER = {
    "context_name": _option("context_name", ContextName, None),
    "quiet": _option("quiet", Quiet, default=False),
    "plain": _option("plain", Plain, default=False),
}
RENDER = _option("render", Render, None)
"""For commands that have `--json`."""


def manner_of(given: Mapping[str, Any]) -> Manner:
    """From what was given of MANNER, and the environment."""
    return Manner(
        quiet=given.get("quiet", False),
        plain=given.get("plain", False) or bool(os.environ.get(PLAIN_VARIABLE)),
        context=given.get("context_name"),
        render=given.get("render"),
    )
