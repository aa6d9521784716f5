"""Where `qd` prints: answers on standard output, all else on standard error."""

import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, cast

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from quarterdeck_cli.api import plain as builtins_of
from quarterdeck_cli.columns import GAP, widths
from quarterdeck_cli.errors import CliError, UsageError
from quarterdeck_cli.manner import ORDINARY, Manner
from quarterdeck_cli.paging import paged, pager
from quarterdeck_cli.plugins import installed
from quarterdeck_cli.state_words import mark
from quarterdeck_cli.text import ago, plain

NARROWEST = 60
UNBOUNDED = 100_000
STYLES = {"good": "green", "bad": "bold red", "waits": "yellow", "": ""}
"""The terminal's own colours, which suit its background."""


class Output:
    """Plain where it is no terminal, or NO_COLOR is set; tables fit the terminal from 60 columns on."""

    def __init__(self, manner: Manner = ORDINARY) -> None:
        self.manner = manner
        self._stale: tuple[str, float] | None = None

    @property
    def manner(self) -> Manner:
        return self._manner

    @manner.setter
    def manner(self, manner: Manner) -> None:
        """How it prints from now on."""
        self._manner = manner
        self._out, self._err = _console(manner, stderr=False), _console(manner, stderr=True)

    @property
    def width(self) -> int:
        """Of the terminal, or what is usual where there is none."""
        return self._out.width

    def line(self, text: str = "", style: str = "") -> None:
        """One line of the answer; foreign text in it went through `text.plain`."""
        self._tell_stale()
        self._out.print(Text(text, style=style))

    def highlighted(self, text: str, styles: Sequence[tuple[str, str]]) -> None:
        """A line in which what fits a pattern looks so."""
        line = Text(text)
        for pattern, style in styles:
            line.highlight_regex(pattern, style)
        self._out.print(line)

    def content(self, data: bytes) -> None:
        """Content as it is: never to a terminal."""
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def json(self, value: Any) -> None:
        """An answer as indented JSON, with the names of the schema; or as a plug-in renders it."""
        shown = self._dated(builtins_of(value))
        if self.manner.render:
            self._out.print(Text(_rendered(self.manner.render, shown)))
            return
        self._raw(orjson.dumps(shown, option=orjson.OPT_INDENT_2))

    def json_line(self, value: Any) -> None:
        """One of many answers."""
        if self.manner.render:
            self._out.print(Text(_rendered(self.manner.render, builtins_of(value))))
            return
        self._raw(orjson.dumps(builtins_of(value)))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, nothing: str) -> None:
        """Foreign text is made safe here. `nothing` is said where there are no rows."""
        self._tell_stale()
        if not rows:
            self.note(nothing)
            return
        if self.manner.quiet or self.manner.plain:
            self._raw("\n".join(_spoken(columns, row, self.manner) for row in rows).encode())
            return
        # a console never prints wider than it is, whatever width it is asked for
        width = max(self._out.width, NARROWEST) if self._out.is_terminal else UNBOUNDED
        shown = [[plain(cell) for cell in row] for row in rows]
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, GAP, 0, 0))
        for column, column_width in zip(columns, widths([columns, *shown], width), strict=True):
            table.add_column(column, no_wrap=True, overflow="ellipsis", width=column_width)
        for row in shown:
            table.add_row(*(Text(text, STYLES[mark(column, text)]) for column, text in zip(columns, row, strict=True)))
        console = Console(width=width, highlight=False, markup=False, emoji=False)
        with console.capture() as captured:
            console.print(table)
        self._answer([line.rstrip() for line in captured.get().splitlines()])

    @contextmanager
    def paging(self) -> Generator[None]:
        """What is printed in the block comes at its end, by a pager where it is longer than the terminal."""
        if not self._out.is_terminal or self.manner.plain:
            yield
            return
        with self._out.capture() as captured:
            yield
        if lines := captured.get().splitlines():
            self._answer(lines)

    def _answer(self, lines: Sequence[str]) -> None:
        """By a pager where it is longer than the terminal."""
        data = "\n".join(lines).encode()
        if self._out.is_terminal and len(lines) >= self._out.height and (program := pager()):
            sys.stdout.flush()
            if paged(data, program):
                return
        self._raw(data)

    def fields(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Names and values, one a line; empty values are left out. Foreign text is made safe here."""
        width = max((len(name) for name, value in pairs if value), default=0)
        for name, value in pairs:
            if value:
                self.line(f"{name:<{width}}  {plain(value)}")

    def note(self, text: str) -> None:
        """Something beside the answer. A terminal that is gone is no failure."""
        if self.manner.quiet:
            return
        with suppress(OSError):
            self._say(Text(text))

    def error(self, error: CliError) -> None:
        """What is wrong, then what to do next."""
        self._say(Text.assemble(("error: ", "bold red"), _lines(error.message)))
        if error.next_step:
            self._say(Text.assemble(("next:  ", "bold"), _lines(error.next_step)))

    def stale(self, known: tuple[str, float] | None) -> None:
        """What is printed next is from this time (seconds since 1970), since the server at this address does not
        answer; None: it is new."""
        self._stale = known

    def _tell_stale(self) -> None:
        if self._stale:
            (url, at), self._stale = self._stale, None
            self.note(f"From {ago(at)}; the server at {plain(url)} does not answer.")

    def _dated(self, value: Any) -> Any:
        """With `staleSince` on each object of the answer."""
        if self._stale is None:
            return value
        since = datetime.fromtimestamp(self._stale[1], UTC).isoformat()
        self._tell_stale()
        objects = cast("Sequence[Any]", value if isinstance(value, list) else [value])
        dated = [{**each, "staleSince": since} for each in objects]
        return dated if isinstance(value, list) else dated[0]

    @contextmanager
    def status(self, text: str) -> Generator[Callable[[str], None]]:
        """A progress line while something is waited for; only on a terminal. Yields what changes its text."""
        if not self._err.is_terminal or self.manner.quiet or self.manner.plain:
            yield lambda _: None
            return
        with self._err.status(Text(plain(text))) as line:
            yield lambda changed: line.update(Text(plain(changed)))

    def _say(self, text: Text) -> None:
        """Broken between words where a terminal would break it anywhere."""
        self._err.print(text, soft_wrap=not self._err.is_terminal)

    def _raw(self, data: bytes) -> None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data + b"\n")
        sys.stdout.buffer.flush()


def _console(manner: Manner, *, stderr: bool) -> Console:
    return Console(
        stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=True, no_color=manner.plain or None
    )


def _rendered(name: str, value: Any) -> str:
    """By a plug-in's renderer, whose name the user gave. What it makes of foreign text is made safe here."""
    plugins = installed.get()
    known = plugins.renderers() if plugins else {}
    if name not in known:
        raise UsageError(
            f"No plug-in has a renderer {plain(name)!r}.", f"There are: {', '.join(sorted(known)) or 'none'}."
        )
    try:
        return _lines(known[name](value))
    except Exception as error:
        raise UsageError(
            f"The renderer {plain(name)} failed: {type(error).__name__}: {plain(str(error))}.", "Use --json."
        ) from error


def _spoken(columns: Sequence[str], row: Sequence[str], manner: Manner) -> str:
    """A row of a table in one line: its first cell, or each with the name of its column."""
    cells = [plain(cell) for cell in row]
    if manner.quiet:
        return cells[0]
    named = [f"{name.lower()} {cell}".strip() for name, cell in zip(columns, cells, strict=True) if cell]
    return ", ".join(named)


def _lines(text: str) -> str:
    return "\n".join(map(plain, text.split("\n")))
