"""Asking where something is."""

from collections.abc import Collection
from uuid import UUID

import strawberry

from quarterdeck.application.access import no_session
from quarterdeck.application.search_query import by_words
from quarterdeck_projections.queries.search import Found, SearchFilter
from quarterdeck_schema import ids
from quarterdeck_schema.access import roles_of, visible_session, watched_project
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.paging import size
from quarterdeck_schema.requires import query
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.search.finding import Cursor, Search
from quarterdeck_schema.search.types import SearchResults, results_of

FIRST = 20
MOST = 100


@strawberry.type
class SearchQueries:
    @query(
        "session:read",
        "Lines of commands and of what they printed, of the newest command first, in a project or in all that the "
        'caller may see. `text`: words, "phrases", pre* and -words, all in one line, or on one side of an OR; what is '
        "written in one piece, as `app.py:12`, is a phrase. A page may have fewer entries than asked for, and none, "
        "and still a next one: a search ends each page after a second. `waitFor`: answer only when the read model has "
        "reached this log position.",
    )
    async def search(
        self,
        info: Info,
        text: str,
        project_id: strawberry.ID | None = strawberry.UNSET,
        session_id: strawberry.ID | None = strawberry.UNSET,
        kinds: list[Found] | None = strawberry.UNSET,
        first: int | None = FIRST,
        after: str | None = strawberry.UNSET,
        wait_for: Long | None = strawberry.UNSET,
    ) -> SearchResults:
        words, begun = by_words(text), given(after)
        cursor = Cursor.read(begun) if begun is not None else None
        chosen = await _chosen(info, given(project_id), given(session_id), given(kinds))
        services, limit = info.context.services, size(first, FIRST, MOST)
        if (position := given(wait_for)) is not None:
            await services.reads.wait_for(position, "search")
        upto = next((each.position for each in await services.reads.positions() if each.name == "search"), 0)
        found = Search(reads=services.reads, transcripts=services.transcripts, words=words, chosen=chosen)
        return results_of(await found.page(limit, cursor), upto, cursor)


async def _chosen(
    info: Info, project: str | None, session: str | None, kinds: Collection[Found] | None
) -> SearchFilter:
    project_id = ids.decode_as("Project", project, "projectId") if project else None
    session_id = ids.decode_as("Session", session, "sessionId") if session else None
    if project_id:
        await watched_project(info.context, project_id)
    if session_id:
        row = await visible_session(info.context, session_id)
        if row is None or project_id not in {None, row.project_id}:
            raise no_session()
    return SearchFilter(
        project_ids=await _projects(info, project_id), session_id=session_id, kinds=tuple(kinds or Found)
    )


async def _projects(info: Info, project_id: UUID | None) -> Collection[UUID] | None:
    if project_id:
        return (project_id,)
    roles = await roles_of(info.context)
    return None if roles is None else tuple(roles)
