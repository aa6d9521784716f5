"""The log's events, and how far it has come."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.paging import pages
from quarterdeck_cli.client import Client

PAGE = 500


class RecordedEvent(Answer, frozen=True):
    """What a replay tells of an event: nothing of its causes, and no digests."""

    position: int
    topic: str
    schema_version: int
    stream_id: str
    version: int
    recorded_at: str
    actor_kind: str
    actor_id: str
    erased: bool
    payload: str | None = None


class Event(RecordedEvent, frozen=True, kw_only=True):
    """All that the API tells of it."""

    id: str
    correlation_id: str
    digest: str
    payload_digest: str
    known: bool
    causation_id: str | None = None
    project_id: str | None = None
    session_id: str | None = None
    traceparent: str | None = None


class ProjectionStatus(Answer, frozen=True):
    name: str
    position: int


class LogStatus(Answer, frozen=True):
    position: int
    projections: tuple[ProjectionStatus, ...]


class Actor(NamedTuple):
    """Who did it; what is None is anybody."""

    kind: str | None = None
    id: str | None = None

    def variables(self) -> dict[str, str | None]:
        """Of a document."""
        return {"actorKind": self.kind, "actorId": self.id}

    def did(self, event: Event) -> bool:
        return self.kind in {None, event.actor_kind} and self.id in {None, event.actor_id}


async def log_status(client: Client) -> LogStatus:
    return read(LogStatus, (await client.query("log_status"))["log"])


def events(
    client: Client,
    *,
    project_id: str | None = None,
    session_id: str | None = None,
    topics: Sequence[str] | None = None,
    actor: Actor | None = None,
    since: str | None = None,
    until: str | None = None,
    after: int = 0,
) -> AsyncIterator[Event]:
    """In the log's order, those after a position; of these topics, by this actor, from one time until before another,
    where these are given."""
    variables = {
        "projectId": project_id,
        "sessionId": session_id,
        "topics": topics,
        **(actor or Actor()).variables(),
        "since": since,
        "until": until,
        "first": PAGE,
    }
    return pages(client, "events", "events", variables, Event, after=str(after) if after else None)


def session_record(client: Client, session_id: str) -> AsyncIterator[RecordedEvent]:
    """All of a session, in the log's order."""
    return pages(client, "session_record", "events", {"sessionId": session_id, "first": PAGE}, RecordedEvent)
