"""What is known, as one small file for each server and user. Another process may read it at any time."""

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from quarterdeck_cli.contexts import replacing
from quarterdeck_cli.known.protocol import Entry

FORMAT = 1
FOLDERS_KEPT = 200
"""Folders of workspaces; the ones that were looked at last."""


class Kind(msgspec.Struct, frozen=True):
    at: float
    entries: tuple[Entry, ...]


class Content(msgspec.Struct):
    format: int = FORMAT
    kinds: dict[str, Kind] = {}
    folders: dict[str, tuple[str, ...]] = {}
    """By the session's short id, a colon, and the folder."""
    session: str = ""
    """The last one that was in use."""


def read_content(path: Path) -> Content:
    """A file that is missing, damaged or of another release is an empty one."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Content)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Content()
    return found if found.format == FORMAT else Content()


class FileKnown:
    """A `Known` of what the file has."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content = read_content(path)

    def move(self, path: Path) -> None:
        """To another server or user."""
        self.path, self.content = path, read_content(path)

    def entries(self, kind: str) -> Sequence[Entry]:
        found = self.content.kinds.get(kind)
        return found.entries if found else ()

    def paths(self, session: str, folder: str) -> Sequence[str]:
        return self.content.folders.get(f"{session}:{folder}", ())

    def as_of(self) -> float | None:
        return min((kind.at for kind in self.content.kinds.values()), default=None)

    def learn(self, kind: str, entries: Sequence[Entry]) -> None:
        self.content.kinds[kind] = Kind(time.time(), tuple(entries))

    def learn_folder(self, session: str, folder: str, names: Sequence[str]) -> None:
        self.content.folders.pop(f"{session}:{folder}", None)
        self.content.folders[f"{session}:{folder}"] = tuple(names)
        while len(self.content.folders) > FOLDERS_KEPT:
            del self.content.folders[next(iter(self.content.folders))]

    def forget_folders(self) -> None:
        """A command may have changed any of them."""
        self.content.folders.clear()

    def save(self) -> None:
        """A cache that cannot be written is none, which harms nobody."""
        with suppress(OSError), replacing(self.path) as path:
            path.write_bytes(msgspec.json.encode(self.content))
