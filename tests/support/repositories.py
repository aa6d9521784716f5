"""Real git repositories for tests, and workspaces on them."""

import os
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support import memory
from tests.support.disks import unmount_below

from quarterdeck.adapters.git.removal import remove_tree

JAIL_UID = 64100 if os.geteuid() == 0 else None

_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.invalid",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.invalid",
}


@contextmanager
def reachable_folder() -> Generator[Path]:
    """A temporary folder that the jail's user can pass through, which those of pytest are not.

    In memory where there is room: on a disk, ext4 looks longer and longer for an inode that was not in use just now.
    """
    folder = memory.new_folder(0o755)
    try:
        yield folder
    finally:
        unmount_below(folder)
        remove_tree(folder)


class Repository:
    """A repository with a work tree in a folder."""

    def __init__(self, folder: Path | bytes, *, branch: str = "main") -> None:
        self.folder = Path(os.fsdecode(folder))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", f"--initial-branch={branch}")

    @property
    def path(self) -> str:
        return str(self.folder)

    def git(self, *arguments: str | bytes) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=_ENVIRONMENT, check=True, stdout=subprocess.PIPE
        )
        return done.stdout.decode(errors="surrogateescape").strip()

    def write(self, path: str | bytes, content: bytes | str) -> None:
        full = self.folder / os.fsdecode(path)
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, bytes | str] | None = None, message: str = "change") -> str:
        """Writes files, commits everything, and gives the commit's name."""
        for path, content in (files or {}).items():
            self.write(path, content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")
