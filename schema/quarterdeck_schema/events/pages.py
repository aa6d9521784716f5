"""Pages of the log."""

from dataclasses import replace

from quarterdeck.application.ports.log import EVERYTHING, EventFilter
from quarterdeck_projections.paging import Window, page
from quarterdeck_schema.access import roles_of
from quarterdeck_schema.context import RequestContext
from quarterdeck_schema.events.types import Event, event_of
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.requires import check_scope

DEFAULT_PAGE = 100


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


async def visible(context: RequestContext, chosen: EventFilter) -> EventFilter:
    """Narrowed to the projects that are the caller's at the time."""
    roles = await roles_of(context)
    if roles is None:
        return chosen
    asked = chosen.project_ids
    return replace(chosen, project_ids=set(roles) if asked is None else set(asked) & set(roles))
