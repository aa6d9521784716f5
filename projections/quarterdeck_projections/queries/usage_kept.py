"""Since when there is usage: what was before has expired."""

from dataclasses import dataclass
from datetime import datetime

from quarterdeck_projections.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """Since when there are single facts, and what they sum up to; None: since ever."""

    facts: datetime | None = None
    sums: datetime | None = None


async def kept(database: Database) -> Kept:
    query = """
        SELECT nullif(facts_from, '-infinity') AS facts, nullif(sums_from, '-infinity') AS sums FROM read.usage_edges
    """
    return next(iter(await database.rows(Kept, query)), Kept())
