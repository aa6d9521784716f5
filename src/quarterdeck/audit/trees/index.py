"""Names of objects, and where each lies. On a disk: a repository has more of them than a laptop's memory likes."""

import sqlite3
from typing import Final, NamedTuple, Self

CACHE_KIB: Final = 8 * 1024
"""Of it that is held in memory."""


class Place(NamedTuple):
    kind: str
    size: int
    member: int
    """Which of the members of objects it begins in, from 0."""
    start: int
    """Of its first record in there."""


NOWHERE: Final = Place("", 0, 0, 0)


class Index:
    """For one thread at a time. It is gone when it is closed, or nobody has it."""

    def __init__(self) -> None:
        # an empty name: a database of its own on the disk, without a name there
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for each in (f"PRAGMA cache_size=-{CACHE_KIB}", "PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF"):
            self._database.execute(each)
        self._database.execute(
            "CREATE TABLE objects (name BLOB PRIMARY KEY, kind TEXT, size INTEGER, member INTEGER, start INTEGER) "
            "WITHOUT ROWID"
        )
        self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def __contains__(self, name: str) -> bool:
        return self.has(bytes.fromhex(name))

    def has(self, name: bytes) -> bool:
        return self._database.execute("SELECT 1 FROM objects WHERE name = ?", (name,)).fetchone() is not None

    def add(self, name: str, place: Place = NOWHERE) -> None:
        """The first place counts."""
        self._database.execute("INSERT OR IGNORE INTO objects VALUES (?, ?, ?, ?, ?)", (bytes.fromhex(name), *place))

    def place(self, name: bytes) -> Place | None:
        found = self._database.execute(
            "SELECT kind, size, member, start FROM objects WHERE name = ?", (name,)
        ).fetchone()
        return Place(*found) if found else None
