"""Changes to a workspace's files, as bytes on their way into a jail, and their doing there.

They are done inside, by the jail's own user: under its limits, through its mounts, where no link of the jail's leads
to anything of the host's. A batch is records of a kind (one byte), two u32 lengths, a path relative to the workspace,
and content. Files longer than a batch go on in the next.
"""

import os
import stat
import struct
from collections.abc import Iterator

from quarterdeck.jail.shim import swapping

RECORD = struct.Struct("<cII")
REMOVE, FILE, EXECUTABLE, LINK, MORE, SHELL, SWAP = b"D", b"F", b"X", b"L", b"A", b"S", b"W"
"""`MORE` goes on with the file that the record before made; `SHELL` is the shell's kept state, without a path; `SWAP`
writes a file only if it is what its writer thinks, as `swapping` has it."""
MODES = {FILE: 0o644, EXECUTABLE: 0o755}
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class BrokenChangesError(Exception):
    """These bytes are no changes."""


def encode(kind: bytes, path: bytes, content: bytes = b"") -> bytes:
    return RECORD.pack(kind, len(path), len(content)) + path + content


def decode(batch: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Kind, path and content of each record."""
    at = 0
    while at < len(batch):
        if len(batch) - at < RECORD.size:
            raise BrokenChangesError("a record is cut off")
        kind, path_size, size = RECORD.unpack_from(batch, at)
        at += RECORD.size
        end = at + path_size + size
        if end > len(batch):
            raise BrokenChangesError("a record is cut off")
        yield kind, batch[at : at + path_size], batch[at + path_size : end]
        at = end


def apply(batch: bytes, workspace: str, state: str) -> None:
    """Does them below `workspace`; `state` is where the shell's state is kept. Raises OSError where one
    fails, and RefusedSwapError where a file is not what it is said to be."""
    root = os.open(workspace, FOLDER)
    try:
        for kind, path, content in decode(batch):
            if kind == SHELL:
                _keep_shell(state, content)
            elif kind == SWAP:
                swapping.swap(root, _parts(path), content)
            else:
                _apply(root, kind, _parts(path), content)
    finally:
        os.close(root)


def _parts(path: bytes) -> list[bytes]:
    parts = path.split(b"/")
    if not all(parts) or b"." in parts or b".." in parts or b"\0" in path:
        raise BrokenChangesError(f"{path!r} is no path in a workspace")
    return parts


def _apply(root: int, kind: bytes, parts: list[bytes], content: bytes) -> None:
    *folders, name = parts
    if kind == REMOVE:
        _remove_with_empty_folders(root, folders, name)
        return
    folder = _descend(root, folders)
    try:
        if kind == MORE:
            _append(folder, name, content)
            return
        _remove(folder, name)
        if kind == LINK:
            os.symlink(content, name, dir_fd=folder)
        else:
            _write(folder, name, content, MODES[kind])
    finally:
        os.close(folder)


def _descend(root: int, folders: list[bytes]) -> int:
    """The folder's descriptor. What is missing is made, and what is in the way goes."""
    folder = os.dup(root)
    for name in folders:
        try:
            inner = _open_or_make(folder, name)
        finally:
            os.close(folder)
        folder = inner
    return folder


def _open_or_make(folder: int, name: bytes) -> int:
    try:
        return os.open(name, FOLDER, dir_fd=folder)
    except OSError:
        _remove(folder, name)
        os.mkdir(name, 0o755, dir_fd=folder)
        return os.open(name, FOLDER, dir_fd=folder)


def _write(folder: int, name: bytes, content: bytes, mode: int) -> None:
    fd = os.open(name, NEW, mode, dir_fd=folder)
    with os.fdopen(fd, "wb") as file:
        file.write(content)


def _append(folder: int, name: bytes, content: bytes) -> None:
    fd = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(fd, "ab") as file:
        file.write(content)


def _remove(folder: int, name: bytes) -> None:
    """Whatever it is; nothing where there is nothing."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(found.st_mode):
        os.unlink(name, dir_fd=folder)
        return
    inner = os.open(name, FOLDER, dir_fd=folder)
    try:
        for each in os.listdir(inner):  # noqa: PTH208 - of a descriptor
            _remove(inner, os.fsencode(each))
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=folder)


def _remove_with_empty_folders(root: int, folders: list[bytes], name: bytes) -> None:
    """As git does: no folder stays for nothing."""
    opened = [os.dup(root)]
    try:
        for each in folders:
            opened.append(os.open(each, FOLDER, dir_fd=opened[-1]))
        _remove(opened[-1], name)
        for depth in range(len(folders) - 1, -1, -1):
            os.rmdir(folders[depth], dir_fd=opened[depth])
    except OSError:
        # the folder is not empty, or not there: either way nothing is left to remove
        return
    finally:
        for fd in opened:
            os.close(fd)


def _keep_shell(state: str, content: bytes) -> None:
    """Without content the next shell is a fresh one."""
    kept = f"{state}/state"
    if not content:
        if os.path.exists(kept):  # noqa: PTH110 - pathlib costs the shim memory
            os.unlink(kept)  # noqa: PTH108 - as above
        return
    fresh = f"{kept}.new"
    with open(fresh, "wb") as file:  # noqa: PTH123 - pathlib costs the shim memory
        file.write(content)
    os.rename(fresh, kept)  # noqa: PTH104 - as above
