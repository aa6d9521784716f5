"""Taking sessions' trees out of their stores: the `WorkspaceExporter` port for real."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from quarterdeck.adapters.git.branches import write_branch
from quarterdeck.adapters.git.contents import Contents, check, check_changes
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.adapters.git.objects import Objects
from quarterdeck.adapters.git.patch import patch
from quarterdeck.adapters.git.program import Git
from quarterdeck.adapters.git.tar import archive
from quarterdeck.adapters.git.trees import tree_name
from quarterdeck.application.errors import MissingSnapshotsError
from quarterdeck.application.export_requests import BranchAsked, ContentAsked, LeftOut, OpenedContent, WrittenBranch
from quarterdeck.application.trees import Home
from quarterdeck.domain.exports import ExportFormat

T = TypeVar("T")
_AT_ONCE = 4
"""Exports that are read or written; further ones take turns, part by part."""


class GitExporter:
    """Beside the workspaces whose stores it reads."""

    def __init__(self, state_dir: Path, *, patience: float = 3600) -> None:
        self._layout = Layout(root=state_dir, jail_uid=None)
        self._git = Git(config=self._layout.config)
        self._patience = patience
        self._pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="exports")

    async def open(self, asked: ContentAsked) -> OpenedContent:
        def opened() -> tuple[LeftOut, Generator[bytes]]:
            store, objects = self._store(asked.home)
            if asked.format is ExportFormat.PATCH:
                check_changes(objects, asked.base_commit, tree_name(asked.tree))
                left_out = LeftOut()
            else:
                left_out = check(objects, tree_name(asked.tree))
            return left_out, _generator(self._chunks(asked, store, objects))

        left_out, chunks = await self._run(opened)
        return OpenedContent(left_out=left_out, chunks=self._given(chunks))

    async def write_branch(self, asked: BranchAsked) -> WrittenBranch:
        def written() -> WrittenBranch:
            store, objects = self._store(asked.home)
            objects.read(asked.base_commit)
            return WrittenBranch(commit=write_branch(self._git, store, objects, asked, self._patience))

        return await self._run(written)

    def close(self) -> None:
        """Waits for what is under way."""
        self._pool.shutdown()

    def _chunks(self, asked: ContentAsked, store: Path, objects: Objects) -> Iterator[bytes]:
        if asked.format is ExportFormat.PATCH:
            return patch(self._git, store, asked.base_commit, asked.tree, asked.said, self._patience)
        contents = Contents(objects=objects, git=self._git, store=store, timeout=self._patience)
        return archive(contents, tree_name(asked.tree), asked.folder, asked.recorded_at)

    async def _given(self, chunks: Generator[bytes]) -> AsyncGenerator[bytes]:
        """Each made when it is asked for; whatever made them has ended when this has."""
        loop = asyncio.get_running_loop()
        pending: asyncio.Future[bytes] | None = None
        try:
            while True:
                pending = loop.run_in_executor(self._pool, next, chunks, b"")
                chunk = await asyncio.shield(pending)
                if not chunk:
                    return
                yield chunk
        finally:
            if pending is not None and not pending.done():
                with suppress(Exception):
                    await pending
            await loop.run_in_executor(self._pool, chunks.close)

    async def _run(self, work: Callable[[], T]) -> T:
        def found() -> T:
            try:
                return work()
            except KeyError as error:
                raise MissingSnapshotsError(
                    f"Object {error.args[0]} of this session's snapshots is not here."
                ) from None

        return await asyncio.get_running_loop().run_in_executor(self._pool, found)

    def _store(self, home: Home) -> tuple[Path, Objects]:
        store = self._layout.kept(home.session_id)
        if not (store / "objects").exists():
            raise MissingSnapshotsError("The snapshots of this session are not on this host.")
        mirror = self._layout.mirror(home.project_id) / "objects"
        return store, Objects(store / "objects", *([mirror] if mirror.is_dir() else []))


def _generator(chunks: Iterator[bytes]) -> Generator[bytes]:
    yield from chunks
