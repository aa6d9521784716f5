"""A tree as a tar archive, in parts: files, executables and links, all in one folder, and nothing else.

Written by hand instead of by `git archive`, which lets the attributes in a tree leave files out and change them.
GNU's format takes any bytes as a name.
"""

import tarfile
from collections.abc import Iterator
from datetime import datetime

from quarterdeck.adapters.git.contents import LONGEST_TARGET, Contents, files
from quarterdeck.adapters.git.objects import EXECUTABLE, LINK, SUBMODULE
from quarterdeck.domain.errors import UnavailableError

CHUNK = 256 * 1024
_END = tarfile.BLOCKSIZE * 2


def archive(contents: Contents, tree: bytes, folder: str, made: datetime) -> Iterator[bytes]:
    """Chunks of at least `CHUNK` bytes, but for the last."""
    gathered = bytearray()
    for part in _parts(contents, tree, folder, int(made.timestamp())):
        gathered += part
        if len(gathered) >= CHUNK:
            yield bytes(gathered)
            gathered.clear()
    gathered += bytes(_END)
    yield bytes(gathered)


def _parts(contents: Contents, tree: bytes, folder: str, seconds: int) -> Iterator[bytes]:
    top = folder.encode() + b"/"
    yield _header(top, seconds, tarfile.DIRTYPE, 0o755)
    for path, (mode, name) in files(contents.objects, tree, lambda _path, _reason: None):
        if mode == SUBMODULE:
            yield _header(top + path + b"/", seconds, tarfile.DIRTYPE, 0o755)
            continue
        size = contents.objects.size(name)
        if mode == LINK and size <= LONGEST_TARGET:
            yield _header(top + path, seconds, tarfile.SYMTYPE, 0o777, target=contents.objects.blob(name))
        elif mode != LINK:
            yield _header(top + path, seconds, tarfile.REGTYPE, 0o755 if mode == EXECUTABLE else 0o644, size=size)
            yield from _whole(contents.parts(name, size), size)


def _whole(parts: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Filled up to a whole number of blocks."""
    given = 0
    for part in parts:
        given += len(part)
        yield part
    if given != size:
        raise UnavailableError(f"A file of {size:,} bytes gave {given:,}.", "Is the disk of the worker sound?")
    yield bytes(-size % tarfile.BLOCKSIZE)


def _header(path: bytes, seconds: int, kind: bytes, mode: int, *, size: int = 0, target: bytes = b"") -> bytes:
    entry = tarfile.TarInfo(path.decode(errors="surrogateescape"))
    entry.type, entry.mode, entry.mtime, entry.size = kind, mode, seconds, size
    entry.linkname = target.decode(errors="surrogateescape")
    return entry.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
