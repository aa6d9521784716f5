"""What is known of the chosen server, from the file that every call of `qd` writes. Neither makes nor changes it."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from quarterdeck_cli.known.protocol import Entry
from quarterdeck_cli.known.words import KINDS, Kind, entries
from quarterdeck_cli.offline import database
from quarterdeck_cli.offline.nodes import Json

MOST = 200
"""Of a kind, the newest: what is older is typed by hand."""
_NODES = "SELECT node FROM seen WHERE kind = ? AND coalesce(project_id = ?, ?) ORDER BY place DESC LIMIT ?"
_FOLDER = "SELECT names FROM folder WHERE session = ? AND path = ?"


def _everywhere() -> str | None:
    """No project is in use."""
    return None


class StoredKnown:
    """A `Known`. Reads a kind once, until it is told to look again. A file that cannot be read knows nothing."""

    def __init__(self, path: Path, project: Callable[[], str | None] = _everywhere) -> None:
        """`project`: the id of the one in use."""
        self.path = path
        self._project = project
        self._entries: dict[tuple[str, str | None], Sequence[Entry]] = {}

    def move(self, path: Path) -> None:
        """To another server or user."""
        self.path = path
        self.look_again()

    def look_again(self) -> None:
        """Somebody has written."""
        self._entries.clear()

    def entries(self, kind: str) -> Sequence[Entry]:
        wanted = KINDS.get(kind)
        if wanted is None:
            return ()
        place = kind, self._project() if wanted.in_project else None
        if place not in self._entries:
            self._entries[place] = entries(wanted, self._nodes(wanted, place[1]))
        return self._entries[place]

    def paths(self, session: str, folder: str) -> Sequence[str]:
        found = self._read(_FOLDER, (session, folder))
        return msgspec.json.decode(found[0], type=tuple[str, ...]) if found else ()

    def _nodes(self, kind: Kind, project: str | None) -> list[Json]:
        return [msgspec.json.decode(each) for each in self._read(_NODES, (kind.node, project, project is None, MOST))]

    def _read(self, query: str, values: tuple[object, ...]) -> list[str]:
        try:
            with database.reading(self.path) as connection:
                return [row[0] for row in connection.execute(query, values)] if connection else []
        except (sqlite3.Error, OSError):
            return []
