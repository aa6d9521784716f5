"""Asking what happened while one was away."""

from datetime import UTC, datetime, timedelta

import strawberry

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.away.types import WhileAway, away_of
from quarterdeck_schema.context import Info
from quarterdeck_schema.paging import size
from quarterdeck_schema.requires import query
from quarterdeck_schema.scalars import Long

FIRST = 5
MOST_SHOWN = 50
FIRST_LOOK = timedelta(days=7)


@strawberry.type
class AwayQueries:
    @query(
        "event:read",
        "What happened in a project since the caller has read it (see `markRead`), or after a position or a time. "
        "`first`: so many of each kind, the newest. `waitFor`: answer only when the read model has reached this log "
        "position.",
    )
    async def while_away(
        self,
        info: Info,
        project_id: strawberry.ID,
        since: Long | None = strawberry.UNSET,
        since_time: datetime | None = strawberry.UNSET,
        first: int | None = FIRST,
        wait_for: Long | None = strawberry.UNSET,
    ) -> WhileAway:
        identifier, reads = ids.decode_as("Project", project_id, "projectId"), info.context.services.reads
        after, moment = given(since), given(since_time)
        if after is not None and moment is not None:
            raise InvalidInputError("Both a position and a time were given.", "Give one of them.", field="since")
        mark = await info.context.services.readings.mark(info.context.caller, identifier)
        if (position := given(wait_for)) is not None:
            await reads.wait_for(position, "happenings")
        if after is None and moment is None and mark.read_at is None:
            moment = datetime.now(UTC) - FIRST_LOOK
        start = mark.position if after is None else int(after)
        if moment is not None:
            start = await reads.happened_by(identifier, moment)
        tallies = await reads.happening_tallies(identifier, start)
        newest = await reads.newest_happenings(identifier, start, size(first, FIRST, MOST_SHOWN))
        return away_of(start, mark, tallies, newest)
