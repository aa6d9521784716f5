"""Which of a row of trees each line of a file came with."""

from dataclasses import dataclass

from quarterdeck.adapters.git.differences import changes
from quarterdeck.adapters.git.hunks import MAX_COMPARED, is_binary, line_text, replacements
from quarterdeck.adapters.git.lookup import find
from quarterdeck.adapters.git.objects import EXECUTABLE, FILE, Entry, Objects
from quarterdeck.adapters.git.renames import renames
from quarterdeck.application.trees import BlameRange
from quarterdeck.domain.errors import InvalidInputError

MAX_VERSIONS = 1_000
"""Of a file that are compared; what is older counts as the oldest of them."""


@dataclass(frozen=True, kw_only=True)
class _Version:
    origin: int
    """Place of the tree that it came with."""
    blob: bytes


def blame(objects: Objects, trees: list[bytes], path: bytes) -> tuple[list[BlameRange], bool]:
    """The lines of the file in the last tree, and whether there were too many versions to look at all."""
    versions, truncated = _versions(objects, trees, path)
    old, origins = b"", list[int]()
    for version in versions:
        new = _text(objects, version.blob)
        for place, old_lines, new_lines in reversed(replacements(old, new)):
            origins[place : place + old_lines] = [version.origin] * new_lines
        old = new
    return _ranges(_lines(old), origins), truncated


def _versions(objects: Objects, trees: list[bytes], path: bytes) -> tuple[list[_Version], bool]:
    """From the oldest to the newest, each with another content than the one before, across renames."""
    found: list[_Version] = []
    place, entry = len(trees) - 1, _file(objects, trees[-1], path)
    while entry is not None:
        came = _came(objects, trees, place, path, entry)
        found.append(_Version(origin=came, blob=entry[1]))
        if came == 0:
            break
        if len(found) == MAX_VERSIONS:
            return found[::-1], True
        place, before = came - 1, _file(objects, trees[came - 1], path)
        if before is None:
            path = renames(objects, changes(objects, trees[place], trees[came])).get(path, b"")
            before = _file(objects, trees[place], path) if path else None
        entry = before
    return found[::-1], False


def _came(objects: Objects, trees: list[bytes], place: int, path: bytes, entry: Entry) -> int:
    """The first tree, going back from `place`, from which on the file has had this content."""
    while place > 0:
        same = trees[place - 1] == trees[place]
        if not same:
            before = _file(objects, trees[place - 1], path)
            if before is None or before[1] != entry[1]:
                break
        place -= 1
    return place


def _file(objects: Objects, tree: bytes, path: bytes) -> Entry | None:
    entry = find(objects, tree, path)
    return entry if entry and entry[0] in {FILE, EXECUTABLE} else None


def _text(objects: Objects, blob: bytes) -> bytes:
    if objects.size(blob) > MAX_COMPARED:
        raise InvalidInputError(
            f"The file is, or once was, larger than the {MAX_COMPARED:,} bytes that are compared line by line.",
            "Compare two points in time instead.",
            field="path",
        )
    content = objects.blob(blob)
    if is_binary(content):
        raise InvalidInputError("The file is, or once was, binary: it has no lines.", field="path")
    return content


def _lines(content: bytes) -> list[bytes]:
    lines = content.split(b"\n")
    return lines if lines[-1] else lines[:-1]


def _ranges(lines: list[bytes], origins: list[int]) -> list[BlameRange]:
    starts = [place for place, origin in enumerate(origins) if place == 0 or origin != origins[place - 1]]
    return [
        BlameRange(start=start + 1, lines=tuple(map(line_text, lines[start:end])), origin=origins[start])
        for start, end in zip(starts, [*starts, len(origins)][1:], strict=True)
    ]
