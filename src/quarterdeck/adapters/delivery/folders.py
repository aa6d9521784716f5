"""The `Folders` port: a folder on this host, reached by descriptors, so that no link below it leads out."""

import asyncio
import os
import re
import secrets
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from quarterdeck.application.ports.delivery import DeliveryFailedError
from quarterdeck.domain.delivery import Channel, destination

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,150}")


class LocalFolders:
    """Below `root`, which is made where its parent is there."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def write(self, folder: str, files: Mapping[str, bytes]) -> str:
        destination(Channel.FOLDER, folder)
        for name in files:
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no name of a file")
        try:
            await asyncio.to_thread(self._write, folder, files)
        except OSError as error:
            raise DeliveryFailedError(
                f"The folder {folder} of reports cannot be written: {error.strerror}.", "See to QD_REPORT_DIR."
            ) from None
        return folder

    def _write(self, folder: str, files: Mapping[str, bytes]) -> None:
        self._root.mkdir(mode=0o750, exist_ok=True)
        with _opened(self._root, folder.split("/")) as place:
            for name, content in files.items():
                _replace(place, name, content)
            os.fsync(place)


@contextmanager
def _opened(root: Path, parts: list[str]) -> Generator[int]:
    with ExitStack() as stack:
        # the root itself may be a link: whoever runs the server set it
        place = os.open(root, _FOLDER & ~os.O_NOFOLLOW)
        stack.callback(os.close, place)
        for part in parts:
            with suppress(FileExistsError):
                os.mkdir(part, 0o750, dir_fd=place)
            place = os.open(part, _FOLDER, dir_fd=place)
            stack.callback(os.close, place)
        yield place


def _replace(place: int, name: str, content: bytes) -> None:
    partial = f".{name}.{secrets.token_hex(4)}"
    descriptor = os.open(partial, _FILE, 0o640, dir_fd=place)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.rename(partial, name, src_dir_fd=place, dst_dir_fd=place)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(partial, dir_fd=place)
        raise
