"""The files of a workspace as a git tree, from its upper layer and the tree that it started from.

Whoever runs in the jail may be changing all of it meanwhile: nothing is followed, waited for or run, and what can
not be taken is named with the reason.
"""

import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from quarterdeck.adapters.git.caps import Caps, Skipped
from quarterdeck.adapters.git.descent import Descent
from quarterdeck.adapters.git.ignore import MAX_RULES, Names, Rules, everything
from quarterdeck.adapters.git.layer import FolderMark, folder_mark, is_whiteout
from quarterdeck.adapters.git.names import GIT_FOLDER, is_refused
from quarterdeck.adapters.git.objects import (
    EXECUTABLE,
    FILE,
    LINK,
    SUBMODULE,
    TREE,
    Entries,
    Entry,
    Objects,
)
from quarterdeck.adapters.git.reading import Content, Seen, read_file

_RULES = b".gitignore"
_UNREADABLE = "the worker may not read it"
_CHANGING = "changed while it was read"
Unchanged = Callable[[bytes, Content], bool]
"""Whether content is what was checked out at a path: a checkout may differ from its blob (line ends)."""


@dataclass(kw_only=True)
class _Folder:
    """A folder of the upper layer that is being read."""

    names: Names
    tracked: Entries
    """What the base has here, whether it shows through or not."""
    base: bytes | None
    """The base's tree that `tracked` is."""
    merged: bool
    mark: FolderMark
    entries: Entries
    """The result so far."""
    submodule: Entry | None = None
    rules: Rules = field(default_factory=everything)
    folders: list[tuple[bytes, Rules]] = field(default_factory=list[tuple[bytes, Rules]])
    """Folders in it that are still to be read."""

    def path(self, name: bytes) -> bytes:
        return b"/".join((*self.names, name))


@dataclass(kw_only=True)
class Walk:
    """One reading of an upper layer. `overlay`: what is not there shows through from the base."""

    objects: Objects
    seen: Seen
    caps: Caps
    overlay: bool
    unchanged: Unchanged
    skipped: Skipped
    keep_ignored: bool = False
    _looked_at: int = 0
    _read: int = 0

    def tree(self, root: int, base: bytes) -> bytes:
        """The tree of the workspace whose upper layer is open as `root`, based on tree `base`."""
        self.seen.start()
        descent = Descent(root)
        try:
            folder = self._folder((), root, base, merged=self.overlay, submodule=None)
            self._list(folder, root, above=None)
            tree = self._finish(descent, folder)
        finally:
            descent.close()
        self.seen.finish()
        return tree or self.objects.write_tree({})

    def _finish(self, descent: Descent, top: _Folder) -> bytes | None:
        stack = [top]
        while True:
            folder = stack[-1]
            if folder.folders:
                name, rules = folder.folders.pop()
                inner = self._enter(descent, folder, name, rules)
                if inner:
                    stack.append(inner)
                continue
            stack.pop()
            if not stack:
                return self._close(folder)
            descent.leave()
            self._put_folder(stack[-1], folder)

    # --- folders ---------------------------------------------------------------------------------------------------

    def _enter(self, descent: Descent, above: _Folder, name: bytes, rules: Rules) -> _Folder | None:
        if descent.depth >= self.caps.depth:
            self._skip(above, name, f"deeper than {self.caps.depth} folders")
            return None
        try:
            fd = descent.enter(name)
        except PermissionError:
            self._skip(above, name, _UNREADABLE)
            return None
        except OSError:
            above.entries.pop(name, None)  # removed or replaced since it was listed
            return None
        mode, base = above.tracked.get(name, (b"", b""))
        folder = self._folder(
            (*above.names, name),
            fd,
            base if mode == TREE else None,
            merged=above.merged and mode == TREE,
            submodule=(mode, base) if mode == SUBMODULE else None,
        )
        self._list(folder, fd, rules)
        return folder

    def _folder(self, names: Names, fd: int, base: bytes | None, *, merged: bool, submodule: Entry | None) -> _Folder:
        mark = folder_mark(fd) if self.overlay else FolderMark.OPAQUE
        merged = merged and mark is not FolderMark.OPAQUE
        tracked = self.objects.entries(base) if base else {}
        entries = dict(tracked) if merged else {}
        return _Folder(
            names=names, tracked=tracked, base=base, merged=merged, mark=mark, entries=entries, submodule=submodule
        )

    def _put_folder(self, above: _Folder, folder: _Folder) -> None:
        tree = self._close(folder)
        if tree:
            above.entries[folder.names[-1]] = (TREE, tree)
        elif folder.submodule:
            above.entries[folder.names[-1]] = folder.submodule
        else:
            above.entries.pop(folder.names[-1], None)

    def _close(self, folder: _Folder) -> bytes | None:
        """The folder's tree; None for an empty one, which git does not have."""
        if folder.base and folder.entries == folder.tracked:
            return folder.base
        if not folder.entries:
            return None
        tree = self.objects.write_tree(folder.entries, self.seen.last_tree(folder.names))
        self.seen.put_tree(folder.names, tree)
        return tree

    # --- what is in a folder ---------------------------------------------------------------------------------------

    def _list(self, folder: _Folder, fd: int, above: Rules | None) -> None:
        with os.scandir(fd) as found:
            entries = {os.fsencode(entry.name): entry for entry in found}
        folder.rules = self._rules(folder, fd, entries, above)
        entries.pop(GIT_FOLDER, None)
        for name, entry in entries.items():
            self._looked_at += 1
            if self._looked_at > self.caps.files:
                self._skip(folder, name, f"beyond the {self.caps.files} files of one tree")
                continue
            try:
                self._take(folder, fd, name, entry.stat(follow_symlinks=False))
            except FileNotFoundError:
                folder.entries.pop(name, None)
            except PermissionError:
                self._skip(folder, name, _UNREADABLE)
            except OSError:
                self._skip(folder, name, _CHANGING)

    def _skip(self, folder: _Folder, name: bytes, reason: str) -> None:
        """Leaves out what is there now. What the base has there stays: it was not seen to be gone."""
        self.skipped.add(folder.path(name), reason)
        if name in folder.tracked:
            folder.entries[name] = folder.tracked[name]

    def _rules(self, folder: _Folder, fd: int, entries: "dict[bytes, os.DirEntry[str]]", above: Rules | None) -> Rules:
        if self.keep_ignored:
            return Rules(None, 0, bytes)
        own = entries.get(_RULES)
        if own is not None:
            # git follows no link to its rules either
            content = _read_rules(fd) if own.is_file(follow_symlinks=False) else b""
            return Rules(above, len(folder.names), lambda: content)
        mode, blob = folder.tracked.get(_RULES, (b"", b""))
        if folder.merged and mode in {FILE, EXECUTABLE}:
            return Rules(above, len(folder.names), partial(self.objects.blob, blob))
        return above or Rules(None, 0, bytes)

    def _take(self, folder: _Folder, fd: int, name: bytes, found: os.stat_result) -> None:
        if self.overlay and is_whiteout(found):
            folder.entries.pop(name, None)
            return
        tracked = folder.tracked.get(name)
        if tracked is None and is_refused(name):
            self.skipped.add(folder.path(name), "git refuses the name")
            return
        if stat.S_ISDIR(found.st_mode):
            self._take_folder(folder, name, tracked)
        elif tracked is not None or not folder.rules.ignores((*folder.names, name), is_folder=False):
            self._take_file(folder, fd, name, found)

    def _take_folder(self, folder: _Folder, name: bytes, tracked: Entry | None) -> None:
        has_tracked = tracked is not None and tracked[0] in {TREE, SUBMODULE}
        if not folder.rules.ignores((*folder.names, name), is_folder=True):
            folder.folders.append((name, folder.rules))
        elif has_tracked:
            folder.folders.append((name, everything()))
        if not has_tracked:
            folder.entries.pop(name, None)  # a file of the base that is a folder now

    # --- files -----------------------------------------------------------------------------------------------------

    def _take_file(self, folder: _Folder, fd: int, name: bytes, found: os.stat_result) -> None:
        if stat.S_ISLNK(found.st_mode):
            folder.entries[name] = self._link(fd, name, found)
        elif not stat.S_ISREG(found.st_mode):
            folder.entries.pop(name, None)
            self.skipped.add(folder.path(name), f"a {_kind(found.st_mode)}")
        elif entry := self._file(folder, fd, name, found):
            folder.entries[name] = entry

    def _link(self, fd: int, name: bytes, found: os.stat_result) -> Entry:
        blob = self.seen.get(found)
        if blob is None:
            read_at = time.time_ns()
            blob = self.objects.write_blob(os.readlink(name, dir_fd=fd))
            self.seen.put(found, blob, read_at)
        return LINK, blob

    def _file(self, folder: _Folder, fd: int, name: bytes, found: os.stat_result) -> Entry | None:
        mode = EXECUTABLE if found.st_mode & 0o100 else FILE
        blob = self.seen.get(found)
        if blob is None or (not found.st_size and folder.mark is FolderMark.WHITEOUT_FILES):
            if reason := self._too_much(found.st_size):
                self._skip(folder, name, reason)
                return None
            content = read_file(fd, name, self.caps.file_bytes)
            if content is None:
                self._skip(folder, name, _CHANGING)
                return None
            if content.whiteout and folder.mark is FolderMark.WHITEOUT_FILES:
                folder.entries.pop(name, None)
                return None
            self._read += len(content.data)
            blob = self._blob(folder, name, content)
            self.seen.put(content.stat, blob, content.read_at_ns)
        return mode, blob

    def _too_much(self, size: int) -> str:
        if size > self.caps.file_bytes:
            return f"{size} bytes, more than {self.caps.file_bytes}"
        if self._read + size > self.caps.new_bytes:
            return f"beyond the {self.caps.new_bytes} new bytes of one tree"
        return ""

    def _blob(self, folder: _Folder, name: bytes, content: Content) -> bytes:
        tracked = folder.tracked.get(name)
        is_file = tracked is not None and tracked[0] in {FILE, EXECUTABLE}
        if tracked and is_file and (tracked[1] == content.name or self.unchanged(folder.path(name), content)):
            return tracked[1]
        return self.objects.write_blob(content.data)


def _read_rules(fd: int) -> bytes:
    try:
        content = read_file(fd, _RULES, MAX_RULES)
    except OSError:
        return b""
    return content.data if content else b""


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "named pipe"
    if stat.S_ISSOCK(mode):
        return "socket"
    return "device"
