"""Two contents compared line by line. What a jail wrote is compared: size and time have bounds."""

from collections.abc import Callable
from dataclasses import dataclass

from pygit2 import Patch
from pygit2.enums import DiffOption

from quarterdeck.application.trees import Hunk

MAX_COMPARED = 512 * 1024
"""Larger contents are not compared line by line: the worst of this size take a third of a second."""
MAX_LINES = 5_000
MAX_TEXT = 256 * 1024
"""Lines, and bytes in them, that one file's hunks have together."""
_BINARY_PREFIX = 8_000
"""Git looks so far for a NUL byte."""
_CONTEXT = 3

_create: "Callable[..., Patch]" = Patch.create_from


@dataclass(frozen=True, kw_only=True)
class Compared:
    hunks: tuple[Hunk, ...] = ()
    added: int = 0
    removed: int = 0
    truncated: bool = False


def is_binary(content: bytes) -> bool:
    return b"\0" in content[:_BINARY_PREFIX]


def compare(old: bytes, new: bytes) -> Compared:
    """Neither is binary."""
    if max(len(old), len(new)) > MAX_COMPARED:
        return Compared(truncated=True)
    patch = _patch(old, new, _CONTEXT)
    _, added, removed = patch.line_stats
    hunks: list[Hunk] = []
    lines = size = 0
    for found in patch.hunks:
        texts = [_line(line.origin, line.raw_content) for line in found.lines]
        lines += len(texts)
        size += sum(map(len, texts))
        if lines > MAX_LINES or size > MAX_TEXT:
            return Compared(hunks=tuple(hunks), added=added, removed=removed, truncated=True)
        hunks.append(
            Hunk(
                old_start=found.old_start,
                old_lines=found.old_lines,
                new_start=found.new_start,
                new_lines=found.new_lines,
                lines=tuple(texts),
            )
        )
    return Compared(hunks=tuple(hunks), added=added, removed=removed)


def count(old: bytes, new: bytes) -> tuple[int, int] | None:
    """Lines added and removed; None: too large to be compared. Neither is binary."""
    if max(len(old), len(new)) > MAX_COMPARED:
        return None
    _, added, removed = _patch(old, new, 0).line_stats
    return added, removed


def replacements(old: bytes, new: bytes) -> list[tuple[int, int, int]]:
    """The place (from 0) and number of lines of the old that were replaced, and by how many."""
    # where none was replaced, the new ones come after the line that is named
    return [
        (hunk.old_start - (1 if hunk.old_lines else 0), hunk.old_lines, hunk.new_lines)
        for hunk in _patch(old, new, 0).hunks
    ]


def line_text(line: bytes) -> str:
    return line.decode(errors="backslashreplace")


def _patch(old: bytes, new: bytes, context: int) -> Patch:
    return _create(old, new, flag=DiffOption.FORCE_TEXT, context_lines=context)


def _line(origin: str, content: bytes) -> str:
    if origin in "<>=":
        return "\\ No newline at end of file"
    return origin + line_text(content.removesuffix(b"\n"))
