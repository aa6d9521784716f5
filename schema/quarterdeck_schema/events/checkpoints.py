"""Asking for the log's signed checkpoints."""

import strawberry

from quarterdeck.application.checkpoints import KeptCheckpoint
from quarterdeck_projections.paging import Page
from quarterdeck_schema.context import Info
from quarterdeck_schema.paging import Connection, connect, key, size
from quarterdeck_schema.requires import query
from quarterdeck_schema.scalars import Long

DEFAULT_PAGE = 100


@strawberry.type
class Checkpoint:
    number: Long = strawberry.field(description="Counts from 1.")
    note: str = strawberry.field(
        description="A signed note: the log's name, a position and the chain's digest there. Unchecked: check its "
        "signature with a key that you noted earlier."
    )


@strawberry.type
class CheckpointQueries:
    @query("event:read", "Signed checkpoints, from where they are kept outside of the log. Cursors are numbers.")
    async def checkpoints(
        self, info: Info, first: int | None = DEFAULT_PAGE, after: str | None = strawberry.UNSET
    ) -> Connection[Checkpoint]:
        services = info.context.services
        limit, start = size(first, DEFAULT_PAGE, services.page_size), key(after) or 0
        found = await services.checkpoints.page(start, limit + 1)
        page = Page(rows=found[:limit], has_next=len(found) > limit, has_previous=start > 0)
        return connect(page, checkpoint_of)


def checkpoint_of(kept: KeptCheckpoint) -> Checkpoint:
    return Checkpoint(number=Long(kept.number), note=kept.note)
