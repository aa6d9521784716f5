"""The trees of `MemoryWorkspaces`, read. There are only files, and a rename is one that changed nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha1
from itertools import groupby

from quarterdeck.adapters.memory.workspaces import Files, MemoryWorkspaces
from quarterdeck.application.path_finding import best
from quarterdeck.application.paths import path_bytes, path_text
from quarterdeck.application.trees import (
    Blame,
    BlameAsked,
    BlameRange,
    DiffAsked,
    DiffMeasure,
    DiffPage,
    FileAsked,
    FileContent,
    FileDiff,
    FileKind,
    FileMeasure,
    FileStatus,
    FindAsked,
    FoundPaths,
    Hunk,
    ListAsked,
    MeasureAsked,
    TreeEntry,
    TreePage,
    measure_of,
)
from quarterdeck.domain.errors import InvalidInputError, NotFoundError


@dataclass(frozen=True)
class MemoryTreeReader:
    workspaces: MemoryWorkspaces

    async def list_tree(self, asked: ListAsked) -> TreePage:
        files, path = self.workspaces.files_of(asked.tree), _plain(asked.path)
        prefix = f"{path}/" if path else ""
        names = sorted({each.removeprefix(prefix).partition("/")[0] for each in files if each.startswith(prefix)})
        if not names:
            _file(files, path)
            raise InvalidInputError(f"{path!r} is no folder.", "Read it as a file.", field="path")
        rest = [name for name in names if asked.after is None or name > _plain(asked.after)]
        entries = tuple(_entry(files, prefix + name, name) for name in rest[: asked.limit])
        return TreePage(entries=entries, total=len(names), more=len(rest) > asked.limit)

    async def find_paths(self, asked: FindAsked) -> FoundPaths:
        files = [_text(each) for each in self.workspaces.files_of(asked.tree)]
        return FoundPaths(paths=tuple(best(files, asked.text, asked.limit)), files=len(files), cut=False)

    async def read_file(self, asked: FileAsked) -> FileContent:
        path = _plain(asked.path)
        content = _file(self.workspaces.files_of(asked.tree), path)
        return FileContent(
            path=_text(path),
            kind=FileKind.FILE,
            size=len(content),
            object=_object(content),
            binary=b"\0" in content,
            offset=asked.offset,
            data=content[asked.offset : asked.offset + asked.limit],
        )

    async def diff(self, asked: DiffAsked) -> DiffPage:
        old, new = self.workspaces.files_of(asked.before), self.workspaces.files_of(asked.after)
        gone = {content: path for path, content in old.items() if path not in new}
        moved = {path: gone[content] for path, content in new.items() if path not in old and content in gone}
        changed = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
        paths = [path for path in changed if path not in moved.values()]
        rest = [path for path in paths if asked.path_after is None or path > _plain(asked.path_after)]
        files = tuple(_diff(old, new, path, moved.get(path)) for path in rest[: asked.limit])
        return DiffPage(files=files, total=len(paths), more=len(rest) > asked.limit)

    async def measure(self, asked: MeasureAsked) -> DiffMeasure:
        whole = DiffAsked(home=asked.home, before=asked.before, after=asked.after, path_after=None, limit=1_000_000)
        files = (await self.diff(whole)).files
        return measure_of(len(files), map(_measure, files), asked.most)

    async def blame(self, asked: BlameAsked) -> Blame:
        path = _plain(asked.path)
        _file(self.workspaces.files_of(asked.trees[-1]), path)
        lines, origins = list[str](), list[int]()
        for place, tree in enumerate(asked.trees):
            lines, old = _lines(self.workspaces.files_of(tree).get(path, b"")), lines
            for kind, start, end, new_start, new_end in reversed(_opcodes(old, lines)):
                if kind != "equal":
                    origins[start:end] = [place] * (new_end - new_start)
        return Blame(path=_text(path), ranges=tuple(_ranges(lines, origins)), truncated=False)


def _plain(path: str) -> str:
    return path_bytes(path).decode()


def _text(path: str) -> str:
    return path_text(path.encode())


def _file(files: Files, path: str) -> bytes:
    if path in files:
        return files[path]
    if any(each.startswith(f"{path}/") for each in files):
        raise InvalidInputError(f"{path!r} is a folder.", "Name a file.", field="path")
    raise NotFoundError(f"There is no {path!r} at this point in time.")


def _entry(files: Files, path: str, name: str) -> TreeEntry:
    content = files.get(path)
    return TreeEntry(
        name=_text(name),
        path=_text(path),
        kind=FileKind.FOLDER if content is None else FileKind.FILE,
        size=None if content is None else len(content),
        object=_object(content or path.encode()),
    )


def _diff(old: Files, new: Files, path: str, old_path: str | None) -> FileDiff:
    before, after = old.get(old_path or path), new.get(path)
    status = FileStatus.ADDED if before is None else FileStatus.DELETED if after is None else FileStatus.MODIFIED
    binary = b"\0" in (before or b"") + (after or b"")
    hunks = () if binary else _hunks(_lines(before or b""), _lines(after or b""))
    return FileDiff(
        path=_text(path),
        old_path=_text(old_path) if old_path else None,
        status=FileStatus.RENAMED if old_path else status,
        old_kind=None if before is None else FileKind.FILE,
        new_kind=None if after is None else FileKind.FILE,
        old_size=None if before is None else len(before),
        new_size=None if after is None else len(after),
        binary=binary,
        truncated=False,
        lines_added=sum(line.startswith("+") for hunk in hunks for line in hunk.lines),
        lines_removed=sum(line.startswith("-") for hunk in hunks for line in hunk.lines),
        hunks=hunks,
    )


def _measure(file: FileDiff) -> FileMeasure:
    added, removed = (None, None) if file.binary else (file.lines_added, file.lines_removed)
    return FileMeasure(path=file.path, status=file.status, lines_added=added, lines_removed=removed)


def _hunks(old: list[str], new: list[str]) -> tuple[Hunk, ...]:
    return tuple(_hunk(old, new, group) for group in SequenceMatcher(a=old, b=new).get_grouped_opcodes())


def _hunk(old: list[str], new: list[str], group: Sequence[tuple[str, int, int, int, int]]) -> Hunk:
    lines: list[str] = []
    for kind, start, end, new_start, new_end in group:
        if kind == "equal":
            lines += [f" {line}" for line in old[start:end]]
        else:
            lines += [f"-{line}" for line in old[start:end]] + [f"+{line}" for line in new[new_start:new_end]]
    old_lines, new_lines = group[-1][2] - group[0][1], group[-1][4] - group[0][3]
    return Hunk(
        old_start=group[0][1] + (1 if old_lines else 0),
        old_lines=old_lines,
        new_start=group[0][3] + (1 if new_lines else 0),
        new_lines=new_lines,
        lines=tuple(lines),
    )


def _opcodes(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    return list(SequenceMatcher(a=old, b=new).get_opcodes())


def _lines(content: bytes) -> list[str]:
    lines = content.decode(errors="backslashreplace").split("\n")
    return lines if lines[-1] else lines[:-1]


def _ranges(lines: list[str], origins: list[int]) -> list[BlameRange]:
    found: list[BlameRange] = []
    for origin, group in groupby(zip(lines, origins, strict=True), key=lambda each: each[1]):
        texts = tuple(line for line, _ in group)
        start = found[-1].start + len(found[-1].lines) if found else 1
        found.append(BlameRange(start=start, lines=texts, origin=origin))
    return found


def _object(content: bytes) -> str:
    return sha1(content, usedforsecurity=False).hexdigest()
