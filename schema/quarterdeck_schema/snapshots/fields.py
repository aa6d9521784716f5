"""The fields of sessions and commands that read snapshots."""

from dataclasses import dataclass
from typing import Self

from quarterdeck.application import trees
from quarterdeck.application.snapshots import Place
from quarterdeck.application.snapshots import Snapshot as Taken
from quarterdeck_projections.paging import Page, Window
from quarterdeck_projections.queries.sessions import SessionRow
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.scalars import Base64, Long
from quarterdeck_schema.snapshots import types


@dataclass(frozen=True)
class SessionSnapshots:
    """What the fields of one session have in common."""

    info: Info
    place: Place

    @classmethod
    def of(cls, info: Info, row: SessionRow) -> Self:
        return cls(info, Place(session_id=row.id, project_id=row.project_id, worker_id=row.worker_id))

    async def page(self, window: Window) -> Page[Taken]:
        known = await self.info.context.services.snapshots.history(self.place.session_id)
        rest = [each for each in known if window.after is None or each.position > window.after]
        rows = rest[: window.limit]
        return Page(rows=rows, has_next=len(rest) > len(rows), has_previous=window.after is not None)

    async def diff(self, before: str | None, after: str | None, first: int | None, cursor: str | None) -> types.Diff:
        snapshots = self.info.context.services.snapshots
        old, new = await snapshots.between(self.place, types.point(before, "from"), types.point(after, "to"))
        return await self.compare(old.tree, new, first, cursor)

    async def compare(self, before: str, after: Taken, first: int | None, cursor: str | None) -> types.Diff:
        found = await self.info.context.services.snapshots.diff(
            self.place, before, after.tree, given(cursor), page_size(first)
        )
        return diff_of(before, after, found)

    async def tree(self, at: str | None, path: str, first: int | None, after: str | None) -> types.Tree:
        snapshots = self.info.context.services.snapshots
        taken = await snapshots.at(self.place, types.point(at, "at"))
        found = await snapshots.list_tree(self.place, taken.tree, path, given(after), page_size(first, 100))
        entries = [_entry(each) for each in found.entries]
        cursor = entries[-1].name if found.more and entries else None
        return types.Tree(tree=taken.tree, path=path, entries=entries, total=found.total, end_cursor=cursor)

    async def find_files(self, text: str, at: str | None, first: int | None) -> types.FoundFiles:
        snapshots = self.info.context.services.snapshots
        taken = await snapshots.at(self.place, types.point(at, "at"))
        found = await snapshots.find_paths(self.place, taken.tree, text, page_size(first, 50))
        return types.FoundFiles(tree=taken.tree, paths=list(found.paths), files=found.files, cut=found.cut)

    async def file(self, path: str, at: str | None, offset: int, limit: int) -> types.FileContent:
        snapshots = self.info.context.services.snapshots
        taken = await snapshots.at(self.place, types.point(at, "at"))
        found = await snapshots.read_file(self.place, taken.tree, path, offset, limit)
        return types.FileContent(
            tree=taken.tree,
            path=found.path,
            kind=found.kind,
            size=Long(found.size),
            object=found.object,
            binary=found.binary,
            offset=Long(found.offset),
            data=Base64(found.data),
        )

    async def blame(self, path: str, at: str | None) -> types.Blame:
        snapshots = self.info.context.services.snapshots
        taken = await snapshots.at(self.place, types.point(at, "at"))
        lines, answer = await snapshots.blame(self.place, taken, path)
        ranges = [types.range_of(each) for each in lines]
        return types.Blame(tree=taken.tree, path=answer.path, ranges=ranges, truncated=answer.truncated)


def page_size(first: int | None, usual: int = 20) -> int:
    """By default that of a page of a diff, in files."""
    return usual if given(first) is None else first or 0


def diff_of(before: str, after: Taken, found: trees.DiffPage) -> types.Diff:
    files = [_file(each) for each in found.files]
    return types.Diff(
        before=before,
        after=after.tree,
        files=files,
        total_files=found.total,
        end_cursor=files[-1].path if found.more and files else None,
        skipped=types.skipped_of(after),
        skipped_total=after.skipped_total,
    )


def _entry(entry: trees.TreeEntry) -> types.TreeEntry:
    return types.TreeEntry(
        name=entry.name, path=entry.path, kind=entry.kind, size=_long(entry.size), object=entry.object
    )


def _file(file: trees.FileDiff) -> types.FileDiff:
    return types.FileDiff(
        path=file.path,
        old_path=file.old_path,
        status=file.status,
        old_kind=file.old_kind,
        new_kind=file.new_kind,
        old_size=_long(file.old_size),
        new_size=_long(file.new_size),
        binary=file.binary,
        truncated=file.truncated,
        lines_added=file.lines_added,
        lines_removed=file.lines_removed,
        hunks=[_hunk(each) for each in file.hunks],
    )


def _hunk(hunk: trees.Hunk) -> types.Hunk:
    return types.Hunk(
        old_start=hunk.old_start,
        old_lines=hunk.old_lines,
        new_start=hunk.new_start,
        new_lines=hunk.new_lines,
        lines=list(hunk.lines),
    )


def _long(value: int | None) -> Long | None:
    return None if value is None else Long(value)
