"""The files that a command changed, compared with those of the record. Pure."""

from collections.abc import Callable, Iterable, Sequence

from quarterdeck.audit.reexecution.verdicts import Comparison, Difference
from quarterdeck_cli.api.snapshots import FileDiff


def compared(differing: Iterable[FileDiff], normalise: Callable[[str], str]) -> Comparison:
    """The first file that differs by more than what changes from run to run. Each is from the record to the new run."""
    exact = True
    for file in differing:
        exact = False
        if found := _difference(file, normalise):
            return Comparison(exact=False, difference=found)
    return Comparison(exact=exact)


def _difference(file: FileDiff, normalise: Callable[[str], str]) -> Difference | None:
    if file.status == "ADDED":
        return Difference(where=file.path, expected="no such file", found=_words(file.new_kind, file.new_size))
    if file.status == "DELETED":
        return Difference(where=file.path, expected=_words(file.old_kind, file.old_size), found="no such file")
    if file.binary or file.truncated or file.old_kind != file.new_kind or not file.hunks:
        return Difference(
            where=file.path,
            expected=_words(file.old_kind, file.old_size),
            found=f"{_words(file.new_kind, file.new_size)}, other content",
        )
    for hunk in file.hunks:
        expected, found = _side(hunk.lines, "-"), _side(hunk.lines, "+")
        for at in range(max(len(expected), len(found))):
            one, other = _at(expected, at), _at(found, at)
            if one is None or other is None or normalise(one) != normalise(other):
                return Difference(
                    where=file.path, line=_line(hunk.lines, hunk.old_start, at), expected=one or "", found=other or ""
                )
    return None


def _side(lines: Sequence[str], sign: str) -> list[str]:
    return [line[1:] for line in lines if line.startswith(sign)]


def _at(lines: Sequence[str], index: int) -> str | None:
    return lines[index] if index < len(lines) else None


def _line(lines: Sequence[str], start: int, removed: int) -> int:
    """The number in the old file of the `removed`-th line that is not in the new one, or of where it would be."""
    number = start
    for line in lines:
        if line.startswith("-"):
            if not removed:
                return number
            removed -= 1
        if not line.startswith(("+", "\\")):
            number += 1
    return number


def _words(kind: str | None, size: int | None) -> str:
    told = (kind or "file").lower().replace("_", " ")
    return told if size is None else f"{told} of {size:,} bytes"
