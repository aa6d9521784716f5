"""Writing loose objects into a store that only we write to. Format: gitformat-loose(5).

libgit2 looks at all packs again before each object that it does not find, which costs more than writing it.
"""

import os
import zlib
from pathlib import Path


class LooseObjects:
    def __init__(self, folder: Path) -> None:
        self._folder = os.fsencode(folder)

    def write(self, name: bytes, kind: bytes, content: bytes) -> None:
        """Whole or not at all. An object that is there already has the same content."""
        encoded = zlib.compress(b"%b %d\0%b" % (kind, len(content), content), 1)
        digits = name.hex().encode()
        folder = b"%b/%b" % (self._folder, digits[:2])
        temporary = b"%b/tmp_obj_%b" % (self._folder, os.urandom(8).hex().encode())
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444)
        try:
            with open(fd, "wb", buffering=0) as file:
                _write_all(file.fileno(), encoded)
            _move(temporary, folder, digits[2:])
        except BaseException:
            os.unlink(temporary)
            raise


def _move(temporary: bytes, folder: bytes, name: bytes) -> None:
    try:
        os.rename(temporary, b"%b/%b" % (folder, name))
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)
        os.rename(temporary, b"%b/%b" % (folder, name))


def _write_all(fd: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(fd, rest) :]
