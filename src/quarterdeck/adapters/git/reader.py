"""Reading the trees of sessions: the `TreeReader` port for real."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from quarterdeck.adapters.git.blame import blame
from quarterdeck.adapters.git.differences import Changes, changes
from quarterdeck.adapters.git.file_diffs import FileDiffs
from quarterdeck.adapters.git.hunks import is_binary
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.adapters.git.listing import all_paths
from quarterdeck.adapters.git.lookup import find, kind_of, size_of
from quarterdeck.adapters.git.objects import SUBMODULE, TREE, Entry, Objects
from quarterdeck.adapters.git.renames import renames
from quarterdeck.adapters.git.trees import tree_name
from quarterdeck.application.errors import MissingSnapshotsError
from quarterdeck.application.path_finding import best
from quarterdeck.application.paths import path_bytes, path_text
from quarterdeck.application.trees import (
    MAX_DIFF_FILES,
    MAX_ENTRIES,
    MAX_FOUND,
    MAX_READ_BYTES,
    Blame,
    BlameAsked,
    DiffAsked,
    DiffMeasure,
    DiffPage,
    FileAsked,
    FileContent,
    FindAsked,
    FoundPaths,
    Home,
    ListAsked,
    MeasureAsked,
    TreeEntry,
    TreePage,
)
from quarterdeck.domain.errors import InvalidInputError, NotFoundError

T = TypeVar("T")
_STORES_OPEN = 16
_DIFFS_KEPT = 8
"""A diff is read page by page, and a file part by part."""
_LISTINGS_KEPT = 2
"""Of all paths of a tree, which are asked for with each letter that is typed."""


@dataclass(eq=False)
class _Store:
    """The objects of a session, or of two, for one reader at a time."""

    objects: Objects
    lock: threading.Lock = field(default_factory=threading.Lock)


@lru_cache(maxsize=_DIFFS_KEPT)
def _changes(store: _Store, before: bytes, after: bytes) -> tuple[Changes, dict[bytes, bytes]]:
    """What differs, and what of it was renamed."""
    found = changes(store.objects, before, after)
    return found, renames(store.objects, found)


@lru_cache(maxsize=_LISTINGS_KEPT)
def _paths(store: _Store, tree: bytes) -> tuple[tuple[str, ...], bool]:
    """Of all files, and whether some were left out."""
    if find(store.objects, tree, b"") is None:
        raise NotFoundError("There is no such tree.")
    return all_paths(store.objects, tree)


@lru_cache(maxsize=1)
def _blob(store: _Store, name: bytes) -> bytes:
    return store.objects.blob(name)


class GitTreeReader:
    """Reads the stores under a worker's state folder, beside the workspaces that write them."""

    def __init__(self, state_dir: Path) -> None:
        self._layout = Layout(root=state_dir, jail_uid=None)
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="reader")
        self._opened = lru_cache(maxsize=_STORES_OPEN)(_open)

    async def list_tree(self, asked: ListAsked) -> TreePage:
        return await self._with(asked.home, lambda store: _list(store.objects, asked))

    async def find_paths(self, asked: FindAsked) -> FoundPaths:
        def found(store: _Store) -> FoundPaths:
            paths, cut = _paths(store, tree_name(asked.tree))
            wanted = best(paths, asked.text, min(asked.limit, MAX_FOUND))
            return FoundPaths(paths=tuple(wanted), files=len(paths), cut=cut)

        return await self._with(asked.home, found)

    async def read_file(self, asked: FileAsked) -> FileContent:
        return await self._with(asked.home, lambda store: _read(store, asked))

    async def diff(self, asked: DiffAsked) -> DiffPage:
        def page(store: _Store) -> DiffPage:
            found, moved = _changes(store, tree_name(asked.before), tree_name(asked.after))
            diffs = FileDiffs(store.objects, found, moved)
            start = None if asked.path_after is None else path_bytes(asked.path_after, field="after")
            return diffs.page(start, min(asked.limit, MAX_DIFF_FILES))

        return await self._with(asked.home, page, asked.other)

    async def measure(self, asked: MeasureAsked) -> DiffMeasure:
        def measured(store: _Store) -> DiffMeasure:
            found, moved = _changes(store, tree_name(asked.before), tree_name(asked.after))
            return FileDiffs(store.objects, found, moved).measure(asked.most)

        return await self._with(asked.home, measured)

    async def blame(self, asked: BlameAsked) -> Blame:
        def lines(store: _Store) -> Blame:
            path, trees = path_bytes(asked.path), [tree_name(tree) for tree in asked.trees]
            _content(store.objects, trees[-1], path)
            ranges, truncated = blame(store.objects, trees, path)
            return Blame(path=path_text(path), ranges=tuple(ranges), truncated=truncated)

        return await self._with(asked.home, lines)

    def close(self) -> None:
        """Waits for what is under way."""
        self._pool.shutdown()

    async def _with(self, home: Home, work: Callable[[_Store], T], other: Home | None = None) -> T:
        def locked() -> T:
            try:
                store = self._store(home, other)
            except FileNotFoundError:
                raise MissingSnapshotsError("The snapshots of this session were just removed from this host.") from None
            with store.lock:
                try:
                    return work(store)
                except KeyError as error:
                    raise MissingSnapshotsError(
                        f"Object {error.args[0]} of this session's snapshots is not here."
                    ) from None

        return await asyncio.get_running_loop().run_in_executor(self._pool, locked)

    def _store(self, home: Home, other: Home | None) -> _Store:
        stores = [self._folder(each) for each in (home, other) if each]
        # one that was removed and made again is another folder
        made = tuple(each.stat().st_ino for each in stores)
        return self._opened(tuple(stores), made, self._layout.mirror(home.project_id) / "objects")

    def _folder(self, home: Home) -> Path:
        for store in (self._layout.store(home.session_id), self._layout.restored(home.session_id)):
            if (store / "objects").exists():
                return store / "objects"
        raise MissingSnapshotsError("The snapshots of this session are not on this host.")


def _open(stores: tuple[Path, ...], _made: tuple[int, ...], mirror: Path) -> _Store:
    return _Store(Objects(*stores, *([mirror] if mirror.is_dir() else [])))


def _list(objects: Objects, asked: ListAsked) -> TreePage:
    path = path_bytes(asked.path)
    entry = _found(objects, tree_name(asked.tree), path)
    if entry[0] != TREE:
        raise InvalidInputError(f"{asked.path[:100]!r} is no folder.", "Read it as a file.", field="path")
    inner = objects.entries(entry[1])
    after = None if asked.after is None else path_bytes(asked.after, field="after")
    names = sorted(name for name in inner if after is None or name > after)
    limit = min(asked.limit, MAX_ENTRIES)
    prefix = path + b"/" if path else b""
    entries = tuple(_entry(objects, prefix, name, inner[name]) for name in names[:limit])
    return TreePage(entries=entries, total=len(inner), more=len(names) > limit)


def _entry(objects: Objects, prefix: bytes, name: bytes, entry: Entry) -> TreeEntry:
    return TreeEntry(
        name=path_text(name),
        path=path_text(prefix + name),
        kind=kind_of(entry),
        size=size_of(objects, entry),
        object=entry[1].hex(),
    )


def _read(store: _Store, asked: FileAsked) -> FileContent:
    path = path_bytes(asked.path)
    entry = _content(store.objects, tree_name(asked.tree), path)
    content = _blob(store, entry[1])
    return FileContent(
        path=path_text(path),
        kind=kind_of(entry),
        size=len(content),
        object=entry[1].hex(),
        binary=is_binary(content),
        offset=asked.offset,
        data=content[asked.offset : asked.offset + min(asked.limit, MAX_READ_BYTES)],
    )


def _content(objects: Objects, tree: bytes, path: bytes) -> Entry:
    entry = _found(objects, tree, path)
    if entry[0] in {TREE, SUBMODULE}:
        what = "a folder" if entry[0] == TREE else "a submodule, which is not fetched"
        raise InvalidInputError(f"{path_text(path)[:200]!r} is {what}.", "Name a file.", field="path")
    return entry


def _found(objects: Objects, tree: bytes, path: bytes) -> Entry:
    entry = find(objects, tree, path)
    if entry is None:
        raise NotFoundError(f"There is no {path_text(path)[:200]!r} at this point in time.")
    return entry
