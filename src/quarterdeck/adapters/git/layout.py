"""Where things lie under the state directory, and whose they are.

The jail's user owns sessions and checkouts, and may read the mirrors. Everything else is the worker's alone.
"""

import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from quarterdeck.adapters.git.removal import remove_tree
from quarterdeck.domain.errors import UnavailableError


@dataclass(frozen=True, kw_only=True)
class Layout:
    """`jail_uid` is the uid (and gid) that jails run as; None: the worker's own."""

    root: Path
    jail_uid: int | None

    @property
    def other_user(self) -> int | None:
        """The jail's uid where it is not the worker's."""
        return None if self.jail_uid in {None, os.geteuid()} else self.jail_uid

    @property
    def config(self) -> Path:
        return self.root / "gitconfig"

    def mirror(self, project_id: UUID) -> Path:
        return self.root / "mirrors" / f"{project_id}.git"

    def mirror_state(self, project_id: UUID) -> Path:
        return self.root / "mirrors" / f"{project_id}.state"

    def checkouts(self, project_id: UUID) -> Path:
        return self.root / "checkouts" / str(project_id)

    def session(self, session_id: UUID) -> Path:
        return self.root / "sessions" / str(session_id)

    @property
    def disks(self) -> Path:
        return self.root / "disks"

    def store(self, session_id: UUID) -> Path:
        return self.root / "trees" / f"{session_id}.git"

    def shells(self, session_id: UUID) -> Path:
        return self.root / "trees" / f"{session_id}.shells"

    def restored(self, session_id: UUID) -> Path:
        """A store that was taken back from the object store."""
        return self.root / "restored" / f"{session_id}.git"

    def kept(self, session_id: UUID) -> Path:
        """The store that is here."""
        own = self.store(session_id)
        return own if own.exists() else self.restored(session_id)

    def session_lock(self, session_id: UUID) -> Path:
        """Stays with the store: a lock's file is never removed."""
        return self.root / "trees" / f"{session_id}.lock"

    def record(self, session_id: UUID) -> Path:
        return self.root / "workspaces" / f"{session_id}.json"

    def lock(self, name: str) -> Path:
        return self.root / "locks" / f"{name}.lock"

    @property
    def trash(self) -> Path:
        return self.root / "trash"

    def empty_trash(self) -> None:
        """What cannot be removed now, because another process is at it, is left to the next time."""
        for path in self.trash.iterdir():
            with contextlib.suppress(OSError):
                remove_tree(path)

    def create(self) -> None:
        """Makes the folders. Raises UnavailableError where the jail's user could not reach them."""
        for folder in (self.root, self.root / "sessions", self.disks):
            folder.mkdir(mode=0o711, parents=True, exist_ok=True)
            self._let_pass(folder)
        for name in ("mirrors", "checkouts"):
            self.shared_folder(self.root / name)
        for name in ("trees", "workspaces", "locks", "trash"):
            (self.root / name).mkdir(mode=0o700, exist_ok=True)
        self._check_reach()

    def shared_folder(self, path: Path) -> None:
        """A folder of the worker's that the jail's user, and no other, can read."""
        path.mkdir(mode=0o700, exist_ok=True)
        if self.other_user is not None:
            os.chown(path, -1, self.other_user)
            path.chmod(0o750)

    def give(self, path: Path | bytes, *, mode: int | None = None) -> None:
        """Hands a file or folder that the worker has just made over to the jail's user."""
        if mode is not None:
            os.chmod(path, mode)
        if self.other_user is not None:
            os.chown(path, self.other_user, self.other_user, follow_symlinks=False)

    def _let_pass(self, path: Path) -> None:
        mode = stat.S_IMODE(path.stat().st_mode)
        if self.other_user is not None and not mode & stat.S_IXOTH:
            path.chmod(mode | stat.S_IXOTH)

    def _check_reach(self) -> None:
        if self.other_user is None:
            return
        for folder in self.root.resolve().parents:
            if not folder.stat().st_mode & stat.S_IXOTH:
                raise UnavailableError(
                    f"The jail's user (uid {self.other_user}) cannot pass through {folder} to {self.root}.",
                    f"Allow it with `chmod o+x {folder}`, or choose another data directory.",
                )
