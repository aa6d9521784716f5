"""What a checkout does not have, though its commit names it."""

import os
from pathlib import Path

from quarterdeck.adapters.git.index_times import IndexEntry
from quarterdeck.application.paths import path_text

_POINTER = b"version https://git-lfs.github.com/spec/"
_POINTER_SIZES = range(100, 1025)
_NAMED = 5
_REACH = "where the project's network list names the host they come from (`qd project set network+=HOST`)"
_SUBMODULES = f"Fetch them in the session with `git submodule update --init`, {_REACH}."
_LFS = f"Fetch it in the session with `git lfs pull`, {_REACH}."


def notes(checkout: Path, entries: list[IndexEntry]) -> tuple[str, ...]:
    """A sentence each for submodules and for Git LFS pointers."""
    submodules = [entry.path for entry in entries if entry.is_submodule]
    pointers = _pointers(os.fsencode(checkout), entries)
    said = (
        (f"Submodules are not fetched; their folders are empty: {_list(submodules)}. {_SUBMODULES}", submodules),
        (f"Git LFS files are pointers, their content is not fetched: {_list(pointers)}. {_LFS}", pointers),
    )
    return tuple(sentence for sentence, paths in said if paths)


def _pointers(checkout: bytes, entries: list[IndexEntry]) -> list[bytes]:
    rules = [entry.path for entry in entries if os.path.basename(entry.path) == b".gitattributes"]
    if not any(b"filter=lfs" in _start(checkout, path, 1 << 16) for path in rules):
        return []
    small = [e.path for e in entries if e.size in _POINTER_SIZES and e.mode & 0o170000 == 0o100000]
    return [path for path in small if _start(checkout, path, len(_POINTER)) == _POINTER]


def _start(checkout: bytes, path: bytes, length: int) -> bytes:
    try:
        with open(os.open(checkout + b"/" + path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read(length)
    except OSError:
        return b""


def _list(paths: list[bytes]) -> str:
    named = ", ".join(path_text(path) for path in paths[:_NAMED])
    return named if len(paths) <= _NAMED else f"{named} and {len(paths) - _NAMED} more"
