"""Which events are asked for."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from quarterdeck.application.ports.log import EventFilter
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.requires import check_text

MOST_TOPICS = 50


def event_filter(
    *,
    project_id: str | None = None,
    session_id: str | None = None,
    topics: Sequence[str] | None = None,
    stream_id: str | None = None,
    correlation_id: str | None = None,
    actor_kind: str | None = None,
    actor_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> EventFilter:
    """Of optional arguments as GraphQL gives them."""
    project, session = given(project_id), given(session_id)
    return EventFilter(
        project_ids={ids.decode_as("Project", project, "projectId")} if project else None,
        session_id=ids.decode_as("Session", session, "sessionId") if session else None,
        topics=_topics(topics),
        stream_id=_uuid("stream_id", stream_id),
        correlation_id=_uuid("correlation_id", correlation_id),
        actor_kind=_text("actor_kind", actor_kind),
        actor_id=_text("actor_id", actor_id),
        since=given(since),
        until=given(until),
    )


def _topics(asked: Sequence[str] | None) -> Sequence[str] | None:
    topics = given(asked)
    if topics is None:
        return None
    if len(topics) > MOST_TOPICS:
        raise InvalidInputError(
            f"{len(topics)} topics are asked for; at most {MOST_TOPICS} may be.", "Leave them out.", field="topics"
        )
    for each in topics:
        check_text("topics", each)
    return topics


def _uuid(name: str, asked: str | None) -> UUID | None:
    text = _text(name, asked)
    try:
        return UUID(text) if text else None
    except ValueError:
        raise InvalidInputError(
            f"{asked!r:.60} is no id of a stream or request.", "Give the UUID that an event has.", field=name
        ) from None


def _text(name: str, asked: str | None) -> str | None:
    text = given(asked)
    if text is not None:
        check_text(name, text)
    return text
