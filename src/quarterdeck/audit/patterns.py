"""Patterns that a user gives, searched for in what a jail wrote: in time that grows with the text and no faster.

The engine is RE2. Python's own goes back and forth, and a line of 40 characters can hold it for longer than anybody
waits.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, Final

from quarterdeck.application.search_query import Query, Span
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.text import plain

_re2: Final[Any] = import_module("re2")  # it has no types
MOST_MEMORY: Final = 16 * 1024**2
"""Of a pattern, compiled; a larger one is refused."""


class Pattern:
    def __init__(self, text: str, *, literal: bool = False, any_case: bool = False) -> None:
        """`literal`: searched for as it is. `any_case`: capitals make no difference. Raises UsageError."""
        options = _re2.Options()
        options.literal, options.case_sensitive, options.max_mem = literal, not any_case, MOST_MEMORY
        options.log_errors = False
        try:
            self._compiled = _re2.compile(text, options)
        except (_re2.error, UnicodeEncodeError) as error:
            raise UsageError(f"{plain(text)[:60]!r} is no regular expression: {_why(error)}.", _NEXT) from error

    def search(self, text: str) -> Span | None:
        """Where it is first."""
        found = self._compiled.search(_sound(text))
        return found.span() if found else None

    def spans(self, text: str) -> Iterator[Span]:
        """Wherever it is, and not empty."""
        return (each.span() for each in self._compiled.finditer(_sound(text)) if each.group())

    def sub(self, replacement: str, text: str) -> str:
        """`replacement` has no backslash in it."""
        replaced: str = self._compiled.sub(replacement, _sound(text))
        return replaced


def by_pattern(text: str) -> Query:
    """Raises UsageError."""
    pattern = Pattern(text)

    def find(line: str) -> Sequence[Span] | None:
        return (list(pattern.spans(line)) or None) if pattern.search(line) else None

    return find


_NEXT: Final = "Write it as RE2 has it: without look-around and back-references."


def _why(error: Exception) -> str:
    told = error.args[0] if error.args and isinstance(error, _re2.error) else "it is no text"
    return plain(told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told))


def _sound(text: str) -> str:
    """Half a surrogate pair is no character that the engine knows."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
