"""Snapshots, as the API shows them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from quarterdeck.application.snapshots import BlamedLines
from quarterdeck.application.snapshots import Snapshot as Taken
from quarterdeck.application.trees import FileKind, FileStatus
from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.requires import described
from quarterdeck_schema.scalars import Base64, Long

if TYPE_CHECKING:
    from quarterdeck_schema.commands.types import Command

strawberry.enum(FileKind)
strawberry.enum(FileStatus)

PATHS = (
    "Paths are text: UTF-8 as it is, a backslash as two, and each byte that is no UTF-8 as \\xNN. "
    "Control characters stand as they are."
)

POINTS = "A point in time is the id of a command that has ended, or the name of a tree."


@strawberry.type(description="What a snapshot leaves out, and why.")
class SkippedPath:
    path: str
    reason: str


@strawberry.type(description="A point in time of a session's files. The first of a session is what it started with.")
class Snapshot:
    row: strawberry.Private[Taken]
    tree: str = strawberry.field(description="Its name: SHA-1 of a git tree.")
    recorded_at: datetime
    files_changed: int
    skipped: list[SkippedPath] = strawberry.field(description="The first of them.")
    skipped_total: int

    @described("The command that ended with it; null for what was found between commands.")
    async def command(
        self, info: Info
    ) -> Annotated["Command", strawberry.lazy("quarterdeck_schema.commands.types")] | None:
        return await command_by_id(info, self.row.command_id)

    @described("The user who wrote a file from outside of the jail, where that is what changed.")
    async def written_by(self, info: Info) -> str | None:
        writer = self.row.written_by
        return None if writer is None else await info.context.user_name(writer) or str(writer)


@strawberry.type(
    description="`lines` begin with a space, `+`, `-` or a backslash, as in a unified diff; bytes not UTF-8 as \\xNN."
)
class Hunk:
    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    lines: list[str]


@strawberry.type(description=f"How a file differs. {PATHS}")
class FileDiff:
    path: str
    old_path: str | None = strawberry.field(description="Where it was renamed.")
    status: FileStatus
    old_kind: FileKind | None
    new_kind: FileKind | None
    old_size: Long | None
    new_size: Long | None
    binary: bool
    truncated: bool = strawberry.field(
        description="There are more hunks than these, or the file is too large to be compared line by line."
    )
    lines_added: int
    lines_removed: int
    hunks: list[Hunk]


@strawberry.type(description="A page of the files that differ between two trees, by path.")
class Diff:
    before: str = strawberry.field(name="from")
    after: str = strawberry.field(name="to")
    files: list[FileDiff]
    total_files: int
    end_cursor: str | None = strawberry.field(description="Pass it as `after` for the next page; null on the last.")
    skipped: list[SkippedPath] = strawberry.field(description="What the later snapshot leaves out: the first of them.")
    skipped_total: int


@strawberry.type
class TreeEntry:
    name: str
    path: str
    kind: FileKind
    size: Long | None
    object: str


@strawberry.type(description=f"A page of a folder, by name. {PATHS}")
class Tree:
    tree: str
    path: str
    entries: list[TreeEntry]
    total: int
    end_cursor: str | None = strawberry.field(description="Pass it as `after` for the next page; null on the last.")


@strawberry.type(description="Files whose paths have the letters of a text, in their order: the best of them first.")
class FoundFiles:
    tree: str
    paths: list[str]
    files: int = strawberry.field(description="How many files were looked at.")
    cut: bool = strawberry.field(description="There are more files than are looked at, deeper in.")


@strawberry.type(description="`data` starts at `offset` of the content; it is a link's target for a link.")
class FileContent:
    tree: str
    path: str
    kind: FileKind
    size: Long
    object: str
    binary: bool
    offset: Long
    data: Base64


@strawberry.type(description="Lines that came together, with the first snapshot that has them.")
class BlameRange:
    start: int
    lines: list[str]
    snapshot: Snapshot


@strawberry.type
class Blame:
    tree: str
    path: str
    ranges: list[BlameRange]
    truncated: bool = strawberry.field(
        description="The file changed too often: lines of the oldest snapshot looked at may be older."
    )


def snapshot_of(taken: Taken) -> Snapshot:
    return Snapshot(
        row=taken,
        tree=taken.tree,
        recorded_at=taken.recorded_at,
        files_changed=taken.files_changed,
        skipped=skipped_of(taken),
        skipped_total=taken.skipped_total,
    )


def skipped_of(taken: Taken) -> list[SkippedPath]:
    return [SkippedPath(path=each.path, reason=each.reason) for each in taken.skipped]


def range_of(found: BlamedLines) -> BlameRange:
    return BlameRange(start=found.start, lines=list(found.lines), snapshot=snapshot_of(found.came_with))


async def command_by_id(info: Info, command_id: UUID | None) -> "Command | None":
    from quarterdeck_schema.commands.types import command_of

    row = None if command_id is None else await info.context.command(command_id)
    return None if row is None else command_of(row)


def point(text: str | None, field: str) -> str | None:
    """A command's global id as its plain one; anything else is a tree's name."""
    if text is None or len(text) == 40:
        return text
    return str(ids.decode_as("Command", text, field))
