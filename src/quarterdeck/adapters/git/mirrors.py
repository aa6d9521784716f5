"""A bare mirror per project: all branches and tags of its repository, fetched with what only the worker has."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec

from quarterdeck.adapters.git import mirror_state
from quarterdeck.adapters.git.failures import explain
from quarterdeck.adapters.git.fingerprint import fingerprint
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.adapters.git.locks import exclusive
from quarterdeck.adapters.git.look import Listing, look, upload_pack
from quarterdeck.adapters.git.mirror_state import MirrorState
from quarterdeck.adapters.git.program import Git, GitFailedError, GitTimedOutError
from quarterdeck.adapters.git.removal import remove_tree
from quarterdeck.adapters.git.sources import LocalSource, Source

_HEAD = b"refs/quarterdeck/head"
_FORMAT = "--format=%(refname)%00%(objectname)%00%(*objectname)"


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Time-outs in seconds, and for how long the answer of a remote repository is taken for the newest."""

    look: float = 30
    fetch: float = 3600
    remote_fresh: float = 15
    packs: int = 50
    """From so many pack files on, a mirror is packed anew."""


@dataclass(frozen=True, kw_only=True)
class Mirrors:
    layout: Layout
    git: Git
    patience: Patience

    def current(self, project_id: UUID, source: Source) -> MirrorState:
        """The mirror's references, fetched where the source may have newer ones."""
        state = mirror_state.load(self.layout, project_id)
        return state if state and self._fresh(state, source) else self.update(project_id, source)

    def last(self, project_id: UUID, source: Source) -> MirrorState | None:
        """The same as they were last seen."""
        state = mirror_state.load(self.layout, project_id)
        return state if state and state.source == source.stored else None

    def update(self, project_id: UUID, source: Source) -> MirrorState:
        """Asks the source, and fetches what is new."""
        asked = time.time()
        with exclusive(self.layout.lock(f"mirror-{project_id}")) as lock:
            state = self.last(project_id, source)
            if state and state.fetched_at > asked:
                return state
            seen = fingerprint(source.path) if isinstance(source, LocalSource) else b""
            listing = look(self.git, source, self.patience.look)
            if state is None or state.digest != listing.digest:
                state = self._fetch(project_id, source, listing, lock)
            state = msgspec.structs.replace(state, fetched_at=time.time(), fingerprint=seen)
            mirror_state.save(self.layout, project_id, state)
            return state

    def _fresh(self, state: MirrorState, source: Source) -> bool:
        if state.source != source.stored:
            return False
        if isinstance(source, LocalSource):
            return bool(state.fingerprint) and fingerprint(source.path) == state.fingerprint
        return 0 <= time.time() - state.fetched_at < self.patience.remote_fresh

    def _fetch(self, project_id: UUID, source: Source, listing: Listing, lock: int) -> MirrorState:
        mirror = self.layout.mirror(project_id)
        if mirror.exists():
            _remove_leftovers(mirror)
            self._fetch_into(mirror, source, listing, lock)
            self._pack(mirror, lock)
        else:
            self._make(mirror, source, listing, lock)
        return MirrorState(
            source=source.stored,
            fetched_at=0,
            fingerprint=b"",
            digest=listing.digest,
            head=listing.head,
            branch=listing.branch,
            refs=self._references(mirror),
        )

    def _make(self, mirror: Path, source: Source, listing: Listing, lock: int) -> None:
        temporary = mirror.with_name(f".new-{mirror.name}")
        remove_tree(temporary)
        make_repository(temporary)
        self._fetch_into(temporary, source, listing, lock)
        temporary.rename(mirror)

    def _fetch_into(self, mirror: Path, source: Source, listing: Listing, lock: int) -> None:
        wanted = [b"+refs/heads/*:refs/heads/*", b"+refs/tags/*:refs/tags/*"]
        if listing.branch is None:
            wanted.append(b"+HEAD:" + _HEAD)
        try:
            self.git.run(
                *("fetch", "--quiet", "--prune", "--no-tags", "--force", "--no-write-fetch-head"),
                *upload_pack(source),
                *("--", source.argument),
                *wanted,
                cwd=mirror,
                timeout=self.patience.fetch,
                keep=(lock,),
            )
        except (GitFailedError, GitTimedOutError) as failure:
            raise explain(source, failure) from None

    def _references(self, mirror: Path) -> list[tuple[bytes, bytes, bytes]]:
        out = self.git.run("for-each-ref", _FORMAT, "refs/heads", "refs/tags", cwd=mirror, timeout=self.patience.look)
        lines = [line.split(b"\0") for line in out.splitlines()]
        return sorted((name, target, peeled) for name, target, peeled in lines)

    def _pack(self, mirror: Path, lock: int) -> None:
        """Objects that no reference needs any more are kept: sessions that started from them borrow them."""
        if sum(1 for _ in (mirror / "objects" / "pack").glob("*.pack")) >= self.patience.packs:
            arguments = ("repack", "-a", "-d", "--keep-unreachable", "--quiet")
            self.git.run(*arguments, cwd=mirror, timeout=self.patience.fetch, keep=(lock,))


def make_repository(folder: Path) -> None:
    """An empty bare repository, without the hooks and samples of a template."""
    # the modes are given, whatever the umask: jails read the objects
    for name in ("", "objects", "objects/info", "objects/pack", "refs", "refs/heads", "refs/tags"):
        (folder / name).mkdir()
        (folder / name).chmod(0o755)
    (folder / "HEAD").write_bytes(b"ref: refs/heads/main\n")
    (folder / "config").write_bytes(b"[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n")


def _remove_leftovers(mirror: Path) -> None:
    """Lock and temporary files of a git that was killed; we hold the mirror's own lock, so nobody uses them."""
    for lock in (*mirror.glob("*.lock"), *(mirror / "refs").rglob("*.lock")):
        lock.unlink(missing_ok=True)
    for name in os.listdir(mirror / "objects" / "pack"):
        if name.startswith("tmp_"):
            (mirror / "objects" / "pack" / name).unlink(missing_ok=True)
