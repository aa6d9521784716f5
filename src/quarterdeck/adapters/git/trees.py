"""The host's own git store of a session: the trees of its files over time. It lies outside of the jail."""

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from quarterdeck.adapters.git.caps import Caps, Skipped
from quarterdeck.adapters.git.descent import FOLDER
from quarterdeck.adapters.git.differences import differences
from quarterdeck.adapters.git.files import write_atomically
from quarterdeck.adapters.git.index_times import IndexEntry
from quarterdeck.adapters.git.mirrors import make_repository
from quarterdeck.adapters.git.objects import Objects, alternates
from quarterdeck.adapters.git.reading import CLOCK_STEP_NS, Content, Seen
from quarterdeck.adapters.git.removal import remove_tree
from quarterdeck.adapters.git.walk import Walk
from quarterdeck.application.ports.workspaces import PreparedWorkspace, WorkspaceTree
from quarterdeck.domain.errors import InvalidInputError, NotFoundError

_SEEN = "quarterdeck-seen"
FINISHED = "quarterdeck-finished"
"""A file of a store to which nothing will be added."""


def make_store(folder: Path, mirror_objects: Path) -> None:
    """A bare repository that borrows the mirror's objects. One that is there already is kept."""
    if folder.exists():
        return
    temporary = folder.with_name(f".new-{folder.name}")
    remove_tree(temporary)
    make_repository(temporary)
    (temporary / "objects" / "info" / "alternates").write_bytes(alternates(mirror_objects))
    temporary.rename(folder)


def remember_checkout(store: Path, upper: Path, entries: list[IndexEntry]) -> None:
    """Notes the contents of a fresh clone, so that its first tree reads only what has changed since."""
    time.sleep(CLOCK_STEP_NS / 1e9)  # a change from now on has a later time than the checkout
    seen, now = Seen(), time.time_ns()
    root = os.fsencode(upper)
    for entry in entries:
        if not entry.is_submodule:
            seen.put(os.lstat(root + b"/" + entry.path), entry.blob, now)
    write_atomically(store / _SEEN, seen.encode())


def open_trees(store: Path, workspace: PreparedWorkspace, caps: Caps) -> "SessionTrees":
    seen = Seen()
    if (store / _SEEN).exists():
        seen.decode((store / _SEEN).read_bytes())
    objects = Objects(store / "objects", *workspace.read_only)
    return SessionTrees(workspace=workspace, objects=objects, caps=caps, seen=seen)


@dataclass(kw_only=True)
class SessionTrees:
    """A session's store, opened, with what is known of its files. Any thread may ask; one at a time is answered."""

    workspace: PreparedWorkspace
    objects: Objects
    caps: Caps
    seen: Seen
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tree(self, since: str, *, keep_ignored: bool = False) -> WorkspaceTree:
        before = tree_name(since)
        with self._lock:
            skipped = Skipped(self.caps)
            walk = Walk(
                objects=self.objects,
                seen=self.seen,
                caps=self.caps,
                overlay=self.workspace.kind == "overlay",
                unchanged=self._is_checkout,
                skipped=skipped,
                keep_ignored=keep_ignored,
            )
            root = self._open()
            try:
                after = walk.tree(root, bytes.fromhex(self.workspace.tree))
            finally:
                os.close(root)
            try:
                changed = differences(self.objects, before, after)
            except KeyError:
                raise NotFoundError(f"There is no tree {since} in this session.") from None
        return WorkspaceTree(tree=after.hex(), changed=changed, skipped=skipped.paths(), skipped_total=skipped.total)

    def _open(self) -> int:
        # the session's own folder belongs to the jail's user: a link could have taken the place of the layer
        try:
            return os.open(self.workspace.upper, FOLDER)
        except OSError:
            raise NotFoundError("The files of this session are not on this host any more.") from None

    def _is_checkout(self, path: bytes, content: Content) -> bool:
        if self.workspace.lower is None:
            return False
        try:
            fd = os.open(os.fsencode(self.workspace.lower) + b"/" + path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return False
        with open(fd, "rb") as file:
            return os.fstat(fd).st_size == len(content.data) and file.read() == content.data


def tree_name(tree: str) -> bytes:
    """Its 20 bytes. Raises InvalidInputError for what is no name."""
    try:
        name = bytes.fromhex(tree)
    except ValueError:
        name = b""
    if len(name) != 20:
        raise InvalidInputError(f"{tree[:60]!r} is no name of a tree.", "Use one that a command's record shows.")
    return name
