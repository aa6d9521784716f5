"""One read-only checkout per commit, shared by all sessions that start from it."""

import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec

from quarterdeck.adapters.git.files import write_atomically
from quarterdeck.adapters.git.index_times import IndexEntry, settle_times
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.adapters.git.locks import exclusive, exclusive_if_free, shared
from quarterdeck.adapters.git.notes import notes
from quarterdeck.adapters.git.objects import alternates
from quarterdeck.adapters.git.program import Git, GitFailedError, GitTimedOutError
from quarterdeck.adapters.git.removal import remove_tree
from quarterdeck.domain.errors import UnavailableError

_EARLIEST = 315_532_800 + 86_400
"""1980-01-02: archives can not hold an earlier time."""


@dataclass(frozen=True, kw_only=True)
class Checkouts:
    layout: Layout
    git: Git
    timeout: float = 3600
    keep: int = 3
    """Unused checkouts kept per project, the ones used last."""

    @contextmanager
    def use(self, project_id: UUID, commit: str) -> Generator[tuple[str, ...]]:
        """The checkout stands, and is not removed before the end of this block. Gives what it says of the files."""
        while True:
            with shared(self._lock(project_id)):
                found = self._notes(project_id, commit)
                if found is not None:
                    yield found
                    return
            self._make(project_id, commit)

    def prune(self, project_id: UUID, used: set[str]) -> None:
        """Removes checkouts that no session uses, beyond those kept. Somebody busy with them: nothing happens."""
        folder = self.layout.checkouts(project_id)
        if not folder.exists():
            return
        with exclusive_if_free(self._lock(project_id)) as free:
            if not free:
                return
            for unused in self._unused(folder, used):
                folder.joinpath(f"{unused.name}.json").unlink(missing_ok=True)
                unused.rename(self.layout.trash / f"{unused.name}-{os.urandom(8).hex()}")
        self.layout.empty_trash()

    def _unused(self, folder: Path, used: set[str]) -> list[Path]:
        """Checkouts to remove: unfinished ones, and those used longest ago."""
        checkouts = [path for path in folder.iterdir() if path.is_dir() and path.name not in used]
        whole = [path for path in checkouts if path.with_name(f"{path.name}.json").exists()]
        whole.sort(key=lambda path: path.with_name(f"{path.name}.json").stat().st_mtime, reverse=True)
        return [path for path in checkouts if path not in whole] + whole[self.keep :]

    def write(self, target: Path, mirror: Path, commit: str) -> list[IndexEntry]:
        """Checks a commit out into a new folder of the jail's user; its git folder borrows the mirror's objects.

        It is that user who runs git: what a repository can do to git, it can do to nobody else.
        """
        make_git_folder(self.layout, target, mirror, commit)
        try:
            self.git.run(
                *("read-tree", "--reset", "-u", commit),
                cwd=target,
                timeout=self.timeout,
                user=self.layout.other_user,
            )
        except (GitFailedError, GitTimedOutError) as failure:
            raise UnavailableError(
                f"Commit {commit} could not be checked out.", "Look at the free space of the data directory."
            ) from failure
        entries = settle_times(target, max(int(time.time()) - 3600, _EARLIEST))
        self.layout.give(target / ".git" / "index")
        return entries

    def _make(self, project_id: UUID, commit: str) -> None:
        folder = self.layout.checkouts(project_id)
        with exclusive(self._lock(project_id)):
            self.layout.shared_folder(folder)
            for leftover in folder.glob(".*"):
                remove_tree(leftover)
            if self._notes(project_id, commit) is not None:
                return
            remove_tree(folder / commit)
            temporary = folder / f".new-{commit}"
            entries = self.write(temporary, self.layout.mirror(project_id), commit)
            temporary.rename(folder / commit)
            write_atomically(folder / f"{commit}.json", msgspec.json.encode(notes(folder / commit, entries)))

    def _notes(self, project_id: UUID, commit: str) -> tuple[str, ...] | None:
        """What was said of a whole checkout; None: there is none. Marks it as used."""
        path = self.layout.checkouts(project_id) / f"{commit}.json"
        try:
            os.utime(path)
            return msgspec.json.decode(path.read_bytes(), type=tuple[str, ...])
        except FileNotFoundError:
            return None

    def _lock(self, project_id: UUID) -> Path:
        return self.layout.lock(f"checkouts-{project_id}")


def make_git_folder(layout: Layout, target: Path, mirror: Path, commit: str) -> None:
    """A work tree's folder and its `.git`, at a commit and without an index."""
    git = target / ".git"
    for folder in (target, git, git / "refs", git / "refs/heads", git / "refs/tags", git / "objects"):
        folder.mkdir()
        layout.give(folder, mode=0o755)
    for folder in (git / "objects/info", git / "objects/pack", git / "info"):
        folder.mkdir()
        layout.give(folder, mode=0o755)
    files = {
        "HEAD": commit.encode() + b"\n",
        "objects/info/alternates": alternates(mirror / "objects"),
        "config": CONFIG,
    }
    for name, content in files.items():
        (git / name).write_bytes(content)
        layout.give(git / name, mode=0o644)


CONFIG = b"""\
[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
\tcheckStat = minimal
\ttrustctime = false
"""
"""Inode numbers and change times are others under an overlay than in the checkout that the index was made from."""
