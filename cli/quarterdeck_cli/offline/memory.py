"""The cache: what was seen in answers, by kind and id. It speaks to SQLite itself: every call of `qd` writes to it."""

import sqlite3
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from quarterdeck_cli.offline import database
from quarterdeck_cli.offline.nodes import KINDS, Json, Node, merged

KEPT_SECONDS = 90 * 86_400
MOST = {"Task": 5000, "Session": 2000, **dict.fromkeys(KINDS.keys() - {"Task", "Session"}, 500)}
"""Of each kind; the ones seen last."""
_UPSERT = """
    INSERT INTO seen (kind, id, project_id, state, place, seen_at, node)
    VALUES (:kind, :id, :project_id, :state, :place, :seen_at, :node)
    ON CONFLICT (kind, id) DO UPDATE SET project_id = coalesce(excluded.project_id, project_id),
        state = excluded.state, place = excluded.place, seen_at = excluded.seen_at, node = excluded.node
"""
_LISTED = "INSERT OR REPLACE INTO listing (kind, project_id, listed_at) VALUES (?, ?, ?)"


PART = "*"
"""In the place of a project: some of all projects' were listed."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """That an answer was a list, and how much of it: what is of this kind, in these states and places, is in it."""

    kind: str
    project_id: str | None
    states: tuple[str, ...] | None
    """None: it may lack some for another reason, and says nothing about those."""
    above: str = ""
    """The place from which on all are there."""
    upto: str | None = None
    """The place up to which; None: the newest."""


class Memory:
    """`path`: the file, which is made where it is not there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(self, nodes: Iterable[Node], listed: Listed | None = None, now: float | None = None) -> None:
        """What an answer held takes the place of what was known."""
        seen_at = time.time() if now is None else now
        with self._open() as connection, database.transaction(connection):
            kept = [self._keep(connection, node, seen_at) for node in nodes]
            if listed:
                _drop_missing(connection, listed, kept)
                connection.execute(_LISTED, (listed.kind, listed.project_id or "", seen_at))
            _prune(connection, {kind for kind, _ in kept}, seen_at)

    def nodes(self, kind: str, project_id: str | None = None) -> list[Json]:
        """As they were answered, in the order of lists."""
        query = "SELECT node FROM seen WHERE kind = ? AND coalesce(project_id = ?, ?) ORDER BY place DESC"
        with self._open() as connection:
            rows = connection.execute(query, (kind, project_id, project_id is None))
            return [msgspec.json.decode(row[0]) for row in rows]

    def node(self, kind: str, identifier: str) -> Json | None:
        with self._open() as connection:
            row = connection.execute("SELECT node FROM seen WHERE kind = ? AND id = ?", (kind, identifier)).fetchone()
        return msgspec.json.decode(row[0]) if row else None

    def seen_at(self, kind: str, identifier: str) -> float | None:
        with self._open() as connection:
            query = "SELECT seen_at FROM seen WHERE kind = ? AND id = ?"
            row = connection.execute(query, (kind, identifier)).fetchone()
        return row[0] if row else None

    def listed_at(self, kind: str, project_id: str | None = None) -> float | None:
        with self._open() as connection:
            query = "SELECT max(listed_at) FROM listing WHERE kind = ? AND project_id IN ('', ?)"
            listed_at: float | None = connection.execute(query, (kind, project_id or PART)).fetchone()[0]
        return listed_at

    def waiting(self) -> tuple[int, int]:
        """How many changes there are that the server has not taken, and how many of them somebody must decide."""
        with self._open() as connection:
            all_of_them, troubled = connection.execute("SELECT count(*), total(trouble <> '') FROM change").fetchone()
        return all_of_them, int(troubled)

    def forget(self, kind: str) -> None:
        """All of a kind that one may not see any more."""
        with self._open() as connection:
            connection.execute("DELETE FROM seen WHERE kind = ?", (kind,))

    def keep_folders(self, folders: Mapping[tuple[str, str], Sequence[str]]) -> None:
        """The names in folders of sessions, and no others."""
        rows = [(*place, msgspec.json.encode(names).decode()) for place, names in folders.items()]
        with self._open() as connection, database.transaction(connection):
            connection.execute("DELETE FROM folder")
            connection.executemany("INSERT INTO folder (session, path, names) VALUES (?, ?, ?)", rows)

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        with closing(database.opened(self.path)) as connection:
            yield connection

    def _keep(self, connection: sqlite3.Connection, node: Node, seen_at: float) -> tuple[str, str]:
        query = "SELECT node FROM seen WHERE kind = ? AND id = ?"
        row = connection.execute(query, (node.kind, node.id)).fetchone()
        whole = merged(msgspec.json.decode(row[0]), node.node) if row else node.node
        values = {name: getattr(node, name) for name in ("kind", "id", "project_id", "state", "place")}
        connection.execute(_UPSERT, {**values, "seen_at": seen_at, "node": msgspec.json.encode(whole).decode()})
        return node.kind, node.id


def _drop_missing(connection: sqlite3.Connection, listed: Listed, kept: Sequence[tuple[str, str]]) -> None:
    """What a list would have shown and did not is gone, or in another state by now."""
    if listed.states is None:
        return
    listed_ids = [identifier for kind, identifier in kept if kind == listed.kind]
    narrowed = [
        "AND project_id = :project" if listed.project_id else "",
        "AND state IN (SELECT value FROM json_each(:states))" if listed.states else "",
        "AND place <= :upto" if listed.upto is not None else "",
    ]
    unlisted = "kind = :kind AND place >= :above AND id NOT IN (SELECT value FROM json_each(:ids))"
    missing = " ".join((unlisted, *narrowed))
    told = {
        "kind": listed.kind,
        "project": listed.project_id,
        "states": msgspec.json.encode(listed.states).decode(),
        "ids": msgspec.json.encode(listed_ids).decode(),
        "above": listed.above,
        "upto": listed.upto,
    }
    if listed.kind == "Project":
        # and with a project all that is in it: one may not see it any more
        gone = f"SELECT id FROM seen WHERE {missing}"  # noqa: S608 - literals
        connection.execute(f"DELETE FROM seen WHERE kind <> 'Project' AND project_id IN ({gone})", told)  # noqa: S608 - literals
    connection.execute(f"DELETE FROM seen WHERE {missing}", told)  # noqa: S608 - literals


def _prune(connection: sqlite3.Connection, kinds: set[str], now: float) -> None:
    connection.execute("DELETE FROM seen WHERE seen_at < ?", (now - KEPT_SECONDS,))
    for kind in kinds & MOST.keys():
        connection.execute(
            "DELETE FROM seen WHERE kind = ?1 AND id IN ("
            "SELECT id FROM seen WHERE kind = ?1 ORDER BY seen_at DESC, place DESC LIMIT -1 OFFSET ?2)",
            (kind, MOST[kind]),
        )
