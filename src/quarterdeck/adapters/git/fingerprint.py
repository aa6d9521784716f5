"""Whether a local repository's references changed, seen without starting git."""

import os
import stat
from hashlib import sha256

_MAX_REFS = 5_000
_MAX_FILE = 8 * 1024 * 1024


def fingerprint(repository: bytes) -> bytes:
    """A digest of all references of a repository on this host; empty where only git itself can tell.

    References are files of 41 bytes: their content is read, so that a change within a clock tick is seen.
    """
    try:
        folder = _common_folder(repository)
        if os.path.exists(folder + b"/reftable"):
            return b""
        digest = sha256(_head_folder(repository) + b"\0")
        digest.update(_content(_head_folder(repository) + b"/HEAD"))
        digest.update(_content(folder + b"/packed-refs") if os.path.exists(folder + b"/packed-refs") else b"")
        for name in _loose(folder):
            digest.update(b"\0" + name + b"\0" + _content(name))
    except (OSError, ValueError):
        return b""
    return digest.digest()


def _head_folder(repository: bytes) -> bytes:
    """The folder that has HEAD: of a linked worktree, its own."""
    inside = repository + b"/.git"
    if os.path.isdir(inside):
        return inside
    if not os.path.lexists(inside):
        return repository
    prefix, _, target = _content(inside).partition(b": ")
    if prefix != b"gitdir":
        raise ValueError("no .git file")
    return os.path.join(repository, target.strip())


def _common_folder(repository: bytes) -> bytes:
    folder = _head_folder(repository)
    link = folder + b"/commondir"
    return os.path.join(folder, _content(link).strip()) if os.path.lexists(link) else folder


def _loose(folder: bytes) -> list[bytes]:
    found: list[bytes] = []
    pending = [folder + b"/refs/heads", folder + b"/refs/tags"]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                (pending if entry.is_dir(follow_symlinks=False) else found).append(entry.path)
        if len(found) + len(pending) > _MAX_REFS:
            raise ValueError("too many loose references")
    return sorted(found)


def _content(path: bytes) -> bytes:
    # the repository may be somebody else's: a FIFO must not hold us up, a link must not lead us away
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MAX_FILE:
            raise ValueError("no reference")
        return os.read(fd, found.st_size)
    finally:
        os.close(fd)
