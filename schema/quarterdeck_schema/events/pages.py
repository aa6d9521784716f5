"""Pages of the log."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import strawberry

from quarterdeck.application.ports.log import EVERYTHING, EventFilter
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_projections.paging import Window, page
from quarterdeck_schema.access import roles_of
from quarterdeck_schema.context import RequestContext
from quarterdeck_schema.events.types import Event, event_of
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.requires import check_scope
from quarterdeck_schema.scalars import Long

DEFAULT_PAGE = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


async def page_of_events(
    context: RequestContext, window: Window, chosen: EventFilter = EVERYTHING
) -> Connection[Event]:
    """Those that the caller may see, of those that are meant."""
    check_scope(context, "event:read")
    seen = await visible(context, chosen)
    found = await context.services.rows.raw(
        window.after or 0, window.limit + 1, seen, before=window.before, backward=window.backward
    )
    # the nearest to where the window begins first
    return connect(page(list(reversed(found) if window.backward else found), window), event_of)


MOST_MARKS_APART = 1000


@strawberry.type
class EventMarks:
    total: Long
    every: int
    positions: list[Long] = strawberry.field(
        description="Of the first, and of each `every`-th after it. Ask `events` for what comes after the one before."
    )
    last: Long = strawberry.field(description="Position of the last, after which one goes on live; 0: there is none.")


async def marks_of_events(context: RequestContext, chosen: EventFilter, every: int) -> EventMarks:
    """Where their pages begin, for those that the caller may see."""
    check_scope(context, "event:read")
    if not 1 <= every <= MOST_MARKS_APART:
        raise InvalidInputError(f"every is {every}; it must be 1 to {MOST_MARKS_APART:,}.", field="every")
    found = await context.services.rows.marks(await visible(context, chosen), every)
    return EventMarks(
        total=Long(found.total),
        every=every,
        positions=[Long(each) for each in found.positions],
        last=Long(found.last),
    )


MOST_MOMENTS = 10_000


@strawberry.type
class EventMoments:
    """Columns: each event has a position, a time and a topic."""

    positions: list[Long]
    times: list[Long] = strawberry.field(description="Microseconds since 1970.")
    topics: list[str] = strawberry.field(description="Each that occurs, once.")
    topic_of: list[int] = strawberry.field(description="Where in `topics` that of each event is.")


async def moments_of_events(
    context: RequestContext, chosen: EventFilter, after: int | None, limit: int
) -> EventMoments:
    """When each was, for those that the caller may see."""
    check_scope(context, "event:read")
    if not 1 <= limit <= MOST_MOMENTS:
        raise InvalidInputError(f"limit is {limit}; it must be 1 to {MOST_MOMENTS:,}.", field="limit")
    found = await context.services.rows.moments(after or 0, limit, await visible(context, chosen))
    numbers: dict[str, int] = {}
    topic_of = [numbers.setdefault(each.topic, len(numbers)) for each in found]
    return EventMoments(
        positions=[Long(each.position) for each in found],
        times=[Long((each.recorded_at - EPOCH) // MICROSECOND) for each in found],
        topics=list(numbers),
        topic_of=topic_of,
    )


async def visible(context: RequestContext, chosen: EventFilter) -> EventFilter:
    """Narrowed to the projects that are the caller's at the time."""
    roles = await roles_of(context)
    if roles is None:
        return chosen
    asked = chosen.project_ids
    return replace(chosen, project_ids=set(roles) if asked is None else set(asked) & set(roles))
