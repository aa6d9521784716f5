"""What was erased of commands' output."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from quarterdeck_projections.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputErasureRow:
    command_id: UUID
    position: int
    first: int
    until: int
    output_sha256: str
    reason: str
    erased_at: datetime


async def load(database: Database, command_ids: Collection[UUID]) -> dict[UUID, Sequence[OutputErasureRow]]:
    """Of each command, the earliest first."""
    rows = await database.rows(
        OutputErasureRow,
        """
        SELECT command_id, position, first, until, output_sha256, reason, erased_at FROM read.output_erasures
        WHERE command_id = ANY(%(ids)s) ORDER BY position
        """,
        {"ids": list(command_ids)},
    )
    return {each: [row for row in rows if row.command_id == each] for each in command_ids}
