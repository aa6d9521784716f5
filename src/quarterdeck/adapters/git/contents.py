"""What lies in a tree, file by file, and the contents of files in parts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from quarterdeck.adapters.git.differences import changes
from quarterdeck.adapters.git.names import is_refused
from quarterdeck.adapters.git.objects import LINK, SUBMODULE, TREE, Entry, Objects
from quarterdeck.adapters.git.program import SMALL_WINDOWS, Git, streamed
from quarterdeck.application.export_requests import MOST_LEFT_OUT, LeftOut
from quarterdeck.application.paths import path_text
from quarterdeck.domain.errors import LimitExceededError
from quarterdeck.domain.workspace import SkippedPath

MOST_FILES = 2_000_000
"""A tree of a few kilobytes can name more files than there are atoms."""
LONGEST_TARGET = 4095
"""Of a link, as Linux has it."""
AT_ONCE = 1024 * 1024
"""A larger content is read in parts."""


def files(objects: Objects, tree: bytes, refused: Callable[[bytes, str], None]) -> Iterator[tuple[bytes, Entry]]:
    """Files, links and submodules by their paths, folder by folder. Raises KeyError for a tree that is missing.

    `refused` is told of names that nothing should be made under, with all that is below them.
    """
    count = 0
    pending = [(b"", iter(sorted(objects.entries(tree).items())))]
    while pending:
        prefix, rest = pending[-1]
        name, entry = next(rest, (b"", None))
        if entry is None:
            pending.pop()
            continue
        count += 1
        if count > MOST_FILES:
            raise LimitExceededError(f"There are more than {MOST_FILES:,} files and folders.", "Export a patch.")
        path = prefix + name
        if b"/" in name or name in {b".", b".."} or is_refused(name):
            refused(path, "a name that git keeps out of trees")
        elif entry[0] == TREE:
            pending.append((path + b"/", iter(sorted(objects.entries(entry[1]).items()))))
        else:
            yield path, entry


class LeftOutPaths:
    """Collects the first of them, and counts all."""

    def __init__(self) -> None:
        self._paths: list[SkippedPath] = []
        self._total = 0

    def add(self, path: bytes, reason: str) -> None:
        self._total += 1
        if len(self._paths) < MOST_LEFT_OUT:
            self._paths.append(SkippedPath(path=path_text(path)[:4096], reason=reason))

    def found(self) -> LeftOut:
        return LeftOut(paths=tuple(self._paths), total=self._total)


def check(objects: Objects, tree: bytes) -> LeftOut:
    """What a copy of the tree leaves out. Raises KeyError where something of the rest is missing."""
    left_out = LeftOutPaths()
    for path, (mode, name) in files(objects, tree, left_out.add):
        if mode == SUBMODULE:
            left_out.add(path, "a submodule, which is not fetched")
        elif objects.size(name) > LONGEST_TARGET and mode == LINK:
            left_out.add(path, "a link to a longer path than there can be")
    return left_out.found()


def check_changes(objects: Objects, base_commit: str, tree: bytes) -> None:
    """Raises KeyError where something of what differs is missing."""
    before = bytes.fromhex(objects.read(base_commit)[1][len(b"tree ") :][:40].decode())
    for entries in changes(objects, before, tree).values():
        for entry in entries:
            if entry and entry[0] != SUBMODULE:
                objects.size(entry[1])


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Of the objects of a store; `timeout` for each that is read in parts."""

    objects: Objects
    git: Git
    store: Path
    timeout: float

    def parts(self, name: bytes, size: int) -> Iterator[bytes]:
        """Together of that size."""
        if size <= AT_ONCE:
            yield self.objects.blob(name)
            return
        arguments = ("-c", "core.bigFileThreshold=1m", *SMALL_WINDOWS, "cat-file", "blob", name.hex())
        yield from streamed(self.git, *arguments, cwd=self.store, timeout=self.timeout)
