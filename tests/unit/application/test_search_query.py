"""What a search means for a line."""

import pytest

from quarterdeck.application.search_query import by_words
from quarterdeck.domain.errors import InvalidInputError


@pytest.mark.parametrize(
    ("query", "line", "found"),
    [
        ("error", "an Error here", ["Error"]),
        ("error", "errors", None),
        ("err*", "an error, errors", ["error", "errors"]),
        ("disk full", "full is the disk", ["full", "disk"]),
        ('"disk full"', "full disk", None),
        ('"disk full"', "the disk  full", ["disk  full"]),
        ('"disk fu*"', "disk fullness", ["disk fullness"]),
        ("app.py", "in src/app.py:3", ["app.py"]),
        ("app.py", "app py3", None),
        ("error -test", "error in a test", None),
        ("error -test", "error in tests", ["error"]),
        ('error -"a test"', "error, test a", ["error"]),
        ("straße", "STRASSE straße", ["STRASSE", "straße"]),
        ("disk full OR timeout", "a timeout", ["timeout"]),
        ("disk full OR timeout", "full disk, timeout", ["full", "disk", "timeout"]),
        ("disk full OR timeout", "a disk", None),
        ("timeout -net OR disk", "timeout of the net", None),
        ("this or that", "this that", None),
        ("İx", "an İX", ["İX"]),
    ],
)
def test_words_phrases_beginnings_and_exclusions(query: str, line: str, found: list[str] | None) -> None:
    spans = by_words(query)(line)
    assert (None if spans is None else [line[first:last] for first, last in spans]) == found


@pytest.mark.parametrize("query", ["", " ", "-only", '""', "...", "a OR", "a OR -b OR c", "w " * 60, "w" * 501])
def test_a_query_without_words_or_with_too_many_is_refused(query: str) -> None:
    with pytest.raises(InvalidInputError):
        by_words(query)
