"""Two trees compared file by file, a page at a time."""

from dataclasses import dataclass

from quarterdeck.adapters.git.differences import Changes
from quarterdeck.adapters.git.hunks import Compared, compare, count, is_binary
from quarterdeck.adapters.git.lookup import kind_of, size_of
from quarterdeck.adapters.git.objects import LINK, SUBMODULE, Entry, ReadableObjects
from quarterdeck.application.paths import path_text
from quarterdeck.application.trees import (
    MAX_MEASURED_FILES,
    DiffMeasure,
    DiffPage,
    FileDiff,
    FileMeasure,
    FileStatus,
    measure_of,
)

_PAGE_TEXT = 2 * 1024 * 1024
"""Text of the hunks of a page; it ends with the file that goes beyond."""
_PAGE_READ = 32 * 1024 * 1024
"""The same for what is read for it."""
_LARGEST_READ = 8 * 1024 * 1024
"""A larger content is not looked at, not even for being binary."""


@dataclass(frozen=True)
class FileDiffs:
    objects: ReadableObjects
    changes: Changes
    renames: dict[bytes, bytes]
    """From new path to old."""

    def page(self, after: bytes | None, limit: int) -> DiffPage:
        paths = self._paths()
        rest = [path for path in paths if after is None or path > after]
        files: list[FileDiff] = []
        text = read = 0
        for path in rest[:limit]:
            file = self._file(path)
            files.append(file)
            text += sum(len(line) for hunk in file.hunks for line in hunk.lines)
            read += sum(size for size in (file.old_size, file.new_size) if size and size <= _LARGEST_READ)
            if text > _PAGE_TEXT or read > _PAGE_READ:
                break
        return DiffPage(files=tuple(files), total=len(paths), more=len(files) < len(rest))

    def measure(self, most: int) -> DiffMeasure:
        paths = self._paths()
        counted: list[FileMeasure] = []
        read = 0
        for path in paths[:MAX_MEASURED_FILES]:
            if read > _PAGE_READ:
                break
            old, new, old_path = self._sides(path)
            sizes = [size_of(self.objects, each) or 0 for each in (old, new) if each]
            read += sum(size for size in sizes if size <= _LARGEST_READ)
            lines = None if max(sizes) > _LARGEST_READ else self._count(old, new)
            counted.append(
                FileMeasure(
                    path=path_text(path),
                    status=FileStatus.RENAMED if old_path is not None else _status(old, new),
                    lines_added=lines and lines[0],
                    lines_removed=lines and lines[1],
                )
            )
        return measure_of(len(paths), counted, most)

    def _count(self, old: Entry | None, new: Entry | None) -> tuple[int, int] | None:
        if old and new and old[1] == new[1]:
            return 0, 0
        old_content, new_content = self._content(old), self._content(new)
        return None if is_binary(old_content) or is_binary(new_content) else count(old_content, new_content)

    def _paths(self) -> list[bytes]:
        """In order; of what was renamed, the new one."""
        moved = set(self.renames.values())
        return sorted(path for path in self.changes if path not in moved)

    def _sides(self, path: bytes) -> tuple[Entry | None, Entry | None, bytes | None]:
        """What it was and what it is, and where it was renamed from."""
        old, new = self.changes[path]
        old_path = self.renames.get(path)
        return (old if old_path is None else self.changes[old_path][0]), new, old_path

    def _file(self, path: bytes) -> FileDiff:
        old, new, old_path = self._sides(path)
        binary, compared = self._compare(old, new)
        return FileDiff(
            path=path_text(path),
            old_path=None if old_path is None else path_text(old_path),
            status=FileStatus.RENAMED if old_path is not None else _status(old, new),
            old_kind=kind_of(old) if old else None,
            new_kind=kind_of(new) if new else None,
            old_size=size_of(self.objects, old) if old else None,
            new_size=size_of(self.objects, new) if new else None,
            binary=binary,
            truncated=compared.truncated,
            lines_added=compared.added,
            lines_removed=compared.removed,
            hunks=compared.hunks,
        )

    def _compare(self, old: Entry | None, new: Entry | None) -> tuple[bool, Compared]:
        """Whether either is binary; else their lines."""
        if old and new and old[1] == new[1]:
            return False, Compared()
        if any(entry and (size_of(self.objects, entry) or 0) > _LARGEST_READ for entry in (old, new)):
            return False, Compared(truncated=True)
        old_content, new_content = self._content(old), self._content(new)
        if is_binary(old_content) or is_binary(new_content):
            return True, Compared()
        return False, compare(old_content, new_content)

    def _content(self, entry: Entry | None) -> bytes:
        if entry is None:
            return b""
        if entry[0] == SUBMODULE:
            return b"Subproject commit %b\n" % entry[1].hex().encode()
        return self.objects.blob(entry[1])


def _status(old: Entry | None, new: Entry | None) -> FileStatus:
    if old is None or new is None:
        return FileStatus.ADDED if old is None else FileStatus.DELETED
    if _type(old) != _type(new):
        return FileStatus.TYPE_CHANGED
    return FileStatus.MODE_CHANGED if old[1] == new[1] else FileStatus.MODIFIED


def _type(entry: Entry) -> bytes:
    return entry[0] if entry[0] in {LINK, SUBMODULE} else b"file"
