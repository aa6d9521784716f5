"""Sessions' stores as packs, to be sent away and taken back: the `SnapshotPacks` port for real.

Snapshots become commits here: a history of the session's own on top of its base commit, made from the log alone, so
that the same snapshots give the same commits on every host.
"""

import asyncio
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import msgspec

from quarterdeck.adapters.git import shells, sources
from quarterdeck.adapters.git.files import write_atomically
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.adapters.git.locks import exclusive
from quarterdeck.adapters.git.loose import LooseObjects
from quarterdeck.adapters.git.mirrors import Mirrors, Patience
from quarterdeck.adapters.git.objects import object_name
from quarterdeck.adapters.git.program import Git, GitFailedError, GitTimedOutError
from quarterdeck.adapters.git.removal import remove_tree
from quarterdeck.adapters.git.trees import FINISHED, make_store
from quarterdeck.application.errors import ChangedObjectError
from quarterdeck.application.ports.packs import Pack, ShellPack, SnapshotToPack
from quarterdeck.application.trees import Home
from quarterdeck.domain.errors import QuarterdeckError, UnavailableError

T = TypeVar("T")
_OUTGOING = "quarterdeck-outgoing"
_OUTGOING_SHELLS = "quarterdeck-outgoing-shells"
_MADE = "made.json"
_SPARE_ROOM = 64 * 1024 * 1024
_ABANDONED_SECONDS = 24 * 3600
_IDENTITY = b"Quarterdeck <snapshots@quarterdeck.invalid>"


class _Made(msgspec.Struct, frozen=True, kw_only=True):
    """Written last, when the pack is whole."""

    after: str | None
    covers: int
    commit: str
    name: str
    sha256: str
    size: int


class GitSnapshotPacks:
    """Beside the workspaces whose stores it packs. `kept`: finished stores, and ones taken back, that stay here."""

    def __init__(self, state_dir: Path, *, kept: int = 100, patience: float = 3600) -> None:
        self._layout = Layout(root=state_dir, jail_uid=None)
        self._git = Git(config=self._layout.config)
        self._mirrors = Mirrors(layout=self._layout, git=self._git, patience=Patience())
        self._kept, self._patience = kept, patience
        self._packing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="packs")
        # somebody waits for what is taken back: it has threads of its own
        self._restoring = ThreadPoolExecutor(max_workers=2, thread_name_prefix="restores")

    async def sessions(self) -> Sequence[UUID]:
        return await self._in(self._packing, self._sessions)

    async def pack(
        self, session_id: UUID, base_commit: str, after: str | None, snapshots: Sequence[SnapshotToPack]
    ) -> Pack:
        return await self._in(self._packing, lambda: self._pack(session_id, base_commit, after, snapshots))

    async def settle(self, session_id: UUID, covers: int) -> None:
        await self._in(self._packing, lambda: self._settle(session_id, covers))

    async def finish(self, session_id: UUID) -> None:
        await self._in(self._packing, lambda: self._finish(session_id))

    async def missing(self, session_id: UUID, sha256: Sequence[str]) -> Sequence[str]:
        packs = self._layout.kept(session_id) / "objects" / "pack"
        return [each for each in sha256 if not (packs / f"pack-{each}.idx").exists()]

    def incoming(self, session_id: UUID, sha256: str) -> Path:
        folder = self._layout.root / "incoming"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / f"{session_id}-{sha256}.pack"

    async def restore(self, home: Home, source: str, base_commit: str, sha256: Sequence[str]) -> None:
        await self._in(self._restoring, lambda: self._restore(home, source, base_commit, sha256))

    async def shells(self, session_id: UUID, after: int, may_leave: Callable[[bytes], bool]) -> ShellPack | None:
        return await self._in(self._packing, lambda: self._shells(session_id, after, may_leave))

    async def restore_shells(self, session_id: UUID, sha256: Sequence[str]) -> None:
        await self._in(self._restoring, lambda: self._restore_shells(session_id, sha256))

    async def remove(self, session_id: UUID) -> None:
        def remove() -> None:
            for folder in (self._layout.store, self._layout.shells, self._layout.restored):
                remove_tree(folder(session_id))

        await self._in(self._packing, remove)

    def close(self) -> None:
        """Waits for what is under way."""
        self._packing.shutdown()
        self._restoring.shutdown()

    @staticmethod
    async def _in(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, work)

    def _sessions(self) -> list[UUID]:
        stores = (self._layout.root / "trees").glob("[0-9a-f]*.git")
        return sorted(UUID(store.stem) for store in stores if not (store / FINISHED).exists())

    # --- out ------------------------------------------------------------------------------------------------------

    def _pack(self, session_id: UUID, base_commit: str, after: str | None, snapshots: Sequence[SnapshotToPack]) -> Pack:
        store, covers = self._layout.store(session_id), snapshots[-1].version
        outgoing = store / _OUTGOING
        made = _made(outgoing)
        if made is None or (made.after, made.covers) != (after, covers):
            remove_tree(outgoing)
            _check_room(store)
            outgoing.mkdir(mode=0o700)
            commit = _write_commits(store, after or base_commit, snapshots)
            made = self._make(outgoing, after, covers, commit, {base_commit, after or base_commit})
        return Pack(
            path=outgoing / f"{made.name}.pack",
            sha256=made.sha256,
            size=made.size,
            commit=made.commit,
            covers=made.covers,
        )

    def _make(self, outgoing: Path, after: str | None, covers: int, commit: str, known: set[str]) -> _Made:
        wanted = "".join([f"{commit}\n", *(f"^{each}\n" for each in sorted(known))]).encode()
        digest = self._run(
            *("-c", "pack.threads=1", "-c", "core.bigFileThreshold=16m", "-c", "core.compression=1"),
            *("pack-objects", "--revs", "--quiet", "--delta-base-offset", "--window=5", outgoing / "pack"),
            store=outgoing.parent,
            given=wanted,
        )
        name = f"pack-{digest.decode().strip()}"
        sha256, size = _digest(outgoing / f"{name}.pack")
        made = _Made(after=after, covers=covers, commit=commit, name=name, sha256=sha256, size=size)
        write_atomically(outgoing / _MADE, msgspec.json.encode(made), durable=True)
        return made

    def _settle(self, session_id: UUID, covers: int) -> None:
        store = self._layout.store(session_id)
        outgoing = store / _OUTGOING
        if not outgoing.exists():
            return
        made = _made(outgoing)
        if made is None or made.covers > covers:
            return
        packs = store / "objects" / "pack"
        for kind in ("pack", "idx"):  # an index without its pack would be taken for a broken one
            with suppress(FileNotFoundError):
                (outgoing / f"{made.name}.{kind}").rename(packs / f"pack-{made.sha256}.{kind}")
        self._run("prune-packed", "--quiet", store=store)
        remove_tree(outgoing)

    def _shells(self, session_id: UUID, after: int, may_leave: Callable[[bytes], bool]) -> ShellPack | None:
        found = shells.packed(self._layout.shells(session_id), after, may_leave)
        if found is None:
            return None
        content, commands = found
        path = self._layout.store(session_id) / _OUTGOING_SHELLS
        write_atomically(path, content)
        return ShellPack(path=path, sha256=hashlib.sha256(content).hexdigest(), size=len(content), commands=commands)

    def _finish(self, session_id: UUID) -> None:
        store = self._layout.store(session_id)
        if not store.exists():
            return
        (store / _OUTGOING_SHELLS).unlink(missing_ok=True)
        write_atomically(store / FINISHED, b"")
        self._trim(self._layout.root / "trees", lambda store: (store / FINISHED).exists())

    # --- back -----------------------------------------------------------------------------------------------------

    def _restore(self, home: Home, source: str, base_commit: str, sha256: Sequence[str]) -> None:
        mirror = self._layout.mirror(home.project_id)
        if not self._has(mirror, base_commit):
            # what the repository has lost since is missing in what is read, and named there
            with suppress(QuarterdeckError):
                self._mirrors.update(home.project_id, sources.parse(source))
        (self._layout.root / "restored").mkdir(mode=0o700, exist_ok=True)
        with exclusive(self._layout.session_lock(home.session_id)):
            store = self._layout.kept(home.session_id)
            make_store(store, mirror / "objects")
            for each in sha256:
                self._take_up(store, self.incoming(home.session_id, each), each)
        os.utime(store)
        self._remove_abandoned()
        self._trim(self._layout.root / "restored", lambda _: True)

    def _take_up(self, store: Path, incoming: Path, sha256: str) -> None:
        packs, index = store / "objects" / "pack", incoming.with_suffix(".idx")
        self._run("index-pack", "-o", index, incoming, store=store)
        incoming.rename(packs / f"pack-{sha256}.pack")
        index.rename(packs / f"pack-{sha256}.idx")
        incoming.with_suffix(".rev").unlink(missing_ok=True)

    def _restore_shells(self, session_id: UUID, sha256: Sequence[str]) -> None:
        incoming = [self.incoming(session_id, each) for each in sha256]
        try:
            shells.unpack(self._layout.shells(session_id), [path.read_bytes() for path in incoming])
        except ValueError as error:
            raise ChangedObjectError(
                f"What is stored of the shell of session {session_id} cannot be read: {error}.",
                "Restore it from a backup of the object store.",
            ) from None
        for path in incoming:
            path.unlink()

    def _remove_abandoned(self) -> None:
        """What came in when the worker was killed, and was not asked for again."""
        for path in (self._layout.root / "incoming").glob("*"):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
                    path.unlink()

    def _has(self, mirror: Path, commit: str) -> bool:
        if not mirror.is_dir():
            return False
        try:
            self._git.run("cat-file", "-e", f"{commit}^{{commit}}", cwd=mirror, timeout=self._patience)
        except GitFailedError:
            return False
        return True

    def _trim(self, folder: Path, may_go: Callable[[Path], bool]) -> None:
        stores = [store for store in folder.glob("[0-9a-f]*.git") if may_go(store)]
        for store in sorted(stores, key=lambda each: each.stat().st_mtime)[: -self._kept]:
            remove_tree(store)

    def _run(self, *arguments: str | Path, store: Path, given: bytes = b"") -> bytes:
        try:
            return self._git.run(*arguments, cwd=store, timeout=self._patience, given=given)
        except GitFailedError as failure:
            raise UnavailableError(
                f"Git failed at the snapshots in {store.name}: {failure.stderr.strip()[:300]}",
                "Is there room on the disk? It is tried again.",
            ) from None
        except GitTimedOutError:
            raise UnavailableError(f"Git took too long at the snapshots in {store.name}.", "Try again.") from None


def _made(outgoing: Path) -> _Made | None:
    try:
        made = msgspec.json.decode((outgoing / _MADE).read_bytes(), type=_Made)
    except FileNotFoundError:
        return None
    return made


def _check_room(store: Path) -> None:
    loose = sum(file.stat().st_size for file in (store / "objects").glob("[0-9a-f][0-9a-f]/*"))
    free = shutil.disk_usage(store).free
    if free < loose + _SPARE_ROOM:
        raise UnavailableError(
            f"There is no room to pack snapshots: {free:,} bytes are free, up to {loose + _SPARE_ROOM:,} are needed.",
            "Free some of the disk of the data directory; it is tried again.",
        )


def _write_commits(store: Path, parent: str, snapshots: Sequence[SnapshotToPack]) -> str:
    """The name of the last."""
    loose = LooseObjects(store / "objects")
    for each in snapshots:
        content = _commit(parent, each)
        name = object_name(b"commit", content)
        loose.write(name, b"commit", content)
        parent = name.hex()
    return parent


def _commit(parent: str, snapshot: SnapshotToPack) -> bytes:
    stamp = b"%b %d +0000" % (_IDENTITY, int(snapshot.recorded_at.timestamp()))
    return b"tree %b\nparent %b\nauthor %b\ncommitter %b\n\n%b\n" % (
        snapshot.tree.encode(),
        parent.encode(),
        stamp,
        stamp,
        snapshot.title.encode(),
    )


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        os.fsync(file.fileno())
        return digest.hexdigest(), file.tell()
