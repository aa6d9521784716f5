"""The trees that a record names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.records.entry import Entry
from quarterdeck.domain.command import CommandFinished
from quarterdeck.domain.workspace import SnapshotTaken, WorkspaceDiscarded, WorkspacePrepared

TOPICS: Final = frozenset(
    {SnapshotTaken.TOPIC, WorkspacePrepared.TOPIC, WorkspaceDiscarded.TOPIC, CommandFinished.TOPIC}
)

LONGEST_NAME: Final = 64
"""Of a tree; what is longer is none, and is kept short."""


@dataclass(frozen=True, kw_only=True)
class NamedTree:
    """A tree that the log names, where it does so first."""

    position: int
    tree: str
    session_id: UUID | None = None


def trees_of(rows: Iterable[RawEvent]) -> Iterator[NamedTree]:
    """Each once."""
    known: set[str] = set()
    for row in rows:
        for name in names_in(row):
            if name not in known:
                known.add(name)
                yield NamedTree(position=row.position, tree=name, session_id=row.envelope.session_id)


def names_in(row: RawEvent) -> Sequence[str]:
    if row.topic not in TOPICS:
        return ()
    match Entry(row=row).event:
        case SnapshotTaken(tree=name) | WorkspacePrepared(tree=name) | WorkspaceDiscarded(last_tree=name):
            found = [name]
        case CommandFinished(tree_before=before, tree_after=after):
            found = [before, after]
        case _:
            found = []
    return [name[: LONGEST_NAME + 1] for name in found if name]
