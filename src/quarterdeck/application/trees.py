"""What can be asked of the trees that snapshots are, and the answers. Paths are text as `application.paths` has it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

MAX_READ_BYTES = 1024 * 1024
"""Of a file's content in one answer."""
MAX_ENTRIES = 1000
"""Of a folder in one answer."""
MAX_FOUND = 100
"""Paths that are found in one answer."""
MAX_FIND_TEXT = 200
MAX_DIFF_FILES = 100
"""Files of a diff in one answer."""
MAX_MEASURED_FILES = 2_000
"""Files of a diff whose lines are counted."""
MAX_LARGEST_CHANGES = 100
"""Files that a measured diff names."""


class FileKind(StrEnum):
    FILE = "file"
    EXECUTABLE = "executable"
    LINK = "link"
    FOLDER = "folder"
    SUBMODULE = "submodule"


class FileStatus(StrEnum):
    ADDED = "added"
    MODIFIED = "modified"
    DELETED = "deleted"
    RENAMED = "renamed"
    TYPE_CHANGED = "type_changed"
    MODE_CHANGED = "mode_changed"
    """Only whether it can be executed."""


@dataclass(frozen=True, kw_only=True)
class Home:
    """Whose trees they are."""

    session_id: UUID
    project_id: UUID


@dataclass(frozen=True, kw_only=True)
class ListAsked:
    """The entries of a folder, in the order of their names, after the one called `after`."""

    home: Home
    tree: str
    path: str
    after: str | None
    limit: int


@dataclass(frozen=True, kw_only=True)
class TreeEntry:
    name: str
    path: str
    kind: FileKind
    size: int | None
    """In bytes; None for folders and submodules."""
    object: str


@dataclass(frozen=True, kw_only=True)
class TreePage:
    entries: tuple[TreeEntry, ...]
    total: int
    more: bool


@dataclass(frozen=True, kw_only=True)
class FindAsked:
    """The files of a tree whose paths have the letters of a text, those that they fit best first."""

    home: Home
    tree: str
    text: str
    limit: int


@dataclass(frozen=True, kw_only=True)
class FoundPaths:
    paths: tuple[str, ...]
    files: int
    """How many were looked at."""
    cut: bool
    """There are more, which were not."""


@dataclass(frozen=True, kw_only=True)
class FileAsked:
    """`limit` bytes of a file's content from `offset`."""

    home: Home
    tree: str
    path: str
    offset: int
    limit: int


@dataclass(frozen=True, kw_only=True)
class FileContent:
    path: str
    kind: FileKind
    size: int
    object: str
    binary: bool
    offset: int
    data: bytes
    """A link's is what it points to."""


@dataclass(frozen=True, kw_only=True)
class DiffAsked:
    """The files that differ, in the order of their paths, after the path `path_after`."""

    home: Home
    before: str
    after: str
    path_after: str | None
    limit: int
    other: Home | None = None
    """Whose tree `after` is; None: the same session's."""


@dataclass(frozen=True, kw_only=True)
class Hunk:
    """`lines` begin with a space, `+`, `-`, or a backslash as unified diffs have them; without their line ends.

    Bytes that are not UTF-8 stand as \\xNN.
    """

    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FileDiff:
    path: str
    """The old one of a file that was deleted."""
    old_path: str | None
    """Where it was renamed."""
    status: FileStatus
    old_kind: FileKind | None
    new_kind: FileKind | None
    old_size: int | None
    new_size: int | None
    binary: bool
    truncated: bool
    """It has more hunks than are given, or is too large to be compared line by line."""
    lines_added: int
    lines_removed: int
    hunks: tuple[Hunk, ...]


@dataclass(frozen=True, kw_only=True)
class DiffPage:
    files: tuple[FileDiff, ...]
    total: int
    more: bool


@dataclass(frozen=True, kw_only=True)
class MeasureAsked:
    """How much differs, without its text. `most`: so many of the files that differ most are named."""

    home: Home
    before: str
    after: str
    most: int


@dataclass(frozen=True, kw_only=True)
class FileMeasure:
    path: str
    status: FileStatus
    lines_added: int | None
    """None: not counted, as of a binary file or one that is too large."""
    lines_removed: int | None

    @property
    def lines(self) -> int:
        return (self.lines_added or 0) + (self.lines_removed or 0)


@dataclass(frozen=True, kw_only=True)
class DiffMeasure:
    files: int
    lines_added: int
    lines_removed: int
    uncounted: int
    """Files whose lines are not in these numbers."""
    largest: tuple[FileMeasure, ...]


def measure_of(files: int, counted: Iterable[FileMeasure], most: int) -> DiffMeasure:
    """What was counted file by file, of so many files."""
    known = sorted(counted, key=lambda each: (-each.lines, each.path))
    return DiffMeasure(
        files=files,
        lines_added=sum(each.lines_added or 0 for each in known),
        lines_removed=sum(each.lines_removed or 0 for each in known),
        uncounted=files - sum(each.lines_added is not None for each in known),
        largest=tuple(known[: min(most, MAX_LARGEST_CHANGES)]),
    )


@dataclass(frozen=True, kw_only=True)
class BlameAsked:
    """For each line of a file in the last of `trees`, the tree that it came with. The first is the base's."""

    home: Home
    trees: tuple[str, ...]
    path: str


@dataclass(frozen=True, kw_only=True)
class BlameRange:
    start: int
    """Number of the first line, from 1."""
    lines: tuple[str, ...]
    """Without their line ends; bytes that are not UTF-8 stand as \\xNN."""
    origin: int
    """Place in `trees` of the first one that has these lines."""


@dataclass(frozen=True, kw_only=True)
class Blame:
    path: str
    ranges: tuple[BlameRange, ...]
    truncated: bool
    """The file changed too often: lines of the first tree looked at may be older."""
