"""Writing a file of the worker's own so that a reader sees the old or the new, never a part."""

import os
from pathlib import Path


def write_atomically(path: Path, content: bytes, *, mode: int = 0o600, durable: bool = False) -> None:
    """`durable`: it is on the disk when this returns."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with open(fd, "wb") as file:
            os.fchmod(file.fileno(), mode)  # whatever the umask
            file.write(content)
            file.flush()
            if durable:
                os.fdatasync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
