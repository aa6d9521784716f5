"""Understanding a line: by the same typer app that one-shots go through."""

from typing import Any

import typer
from typer.exceptions import TyperException

from quarterdeck_cli.command_line import Call, understood
from quarterdeck_cli.command_tree import command_of
from quarterdeck_cli.completion.from_typer import grammar_of
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.repl.here import Here
from quarterdeck_cli.repl.line import words_of


class Parser:
    def __init__(self, app: typer.Typer, here: Here) -> None:
        self._root: Any = command_of(app)
        self.grammar = grammar_of(app)
        self._here = here

    def parse(self, line: str) -> Call | None:
        """None where nothing is left to do: an empty line, or one whose answer was printed, as of --help. Raises
        UsageError."""
        words = words_of(line)
        if not words:
            return None
        try:
            found = understood(lambda: self._invoked(words))
        except TyperException as error:
            raise _explained(error) from error
        return self._here.filled(found) if isinstance(found, Call) else None

    def _invoked(self, words: list[str]) -> Any:
        defaults = self._here.defaults(self.grammar)
        return self._root.main(words, prog_name="", standalone_mode=False, default_map=defaults)


def _explained(error: TyperException) -> UsageError:
    context = getattr(error, "ctx", None)
    path = context.command_path.strip() if context else ""
    message = error.format_message().rstrip(".") + "."
    return UsageError(message.replace("?.", "?"), f"`help {path}`".replace(" `", "`") + " explains it.")
