"""Following alerts."""

from collections.abc import AsyncIterator
from uuid import UUID

import strawberry

from quarterdeck.application.ports.log import EventFilter, RawEvent
from quarterdeck.domain.alert import AlertAcknowledged, AlertRaised, AlertResolved
from quarterdeck_schema import ids
from quarterdeck_schema.access import watched_project
from quarterdeck_schema.alerts.inputs import project_id_of
from quarterdeck_schema.alerts.shown import shown_alert
from quarterdeck_schema.alerts.types import Alert
from quarterdeck_schema.context import Info
from quarterdeck_schema.events.subscriptions import position_of, visible_events
from quarterdeck_schema.requires import described, subscription
from quarterdeck_schema.scalars import START, Long

TOPICS = frozenset(cls.TOPIC for cls in (AlertRaised, AlertAcknowledged, AlertResolved))


@strawberry.type(description="Something happened to an alert. `position` is the cursor to go on after.")
class AlertChanged:
    identifier: strawberry.Private[UUID]
    position: Long
    topic: str = strawberry.field(description="The event's.")
    alert_id: strawberry.ID

    @described("As it is now, which may be later than `position`.")
    async def alert(self, info: Info) -> Alert:
        return await shown_alert(info, self.identifier, self.position)


@strawberry.type
class AlertSubscriptions:
    @subscription(
        "alert:read",
        "What happens to alerts of a project, or of all that the caller may see, after a position: stored, then live. "
        "Does not end. Also what is silenced.",
    )
    async def alerts(
        self, info: Info, project_id: strawberry.ID | None = strawberry.UNSET, after: Long | None = START
    ) -> AsyncIterator[AlertChanged]:
        identifier, start = project_id_of(project_id), position_of(after)
        if identifier is not None:
            await watched_project(info.context, identifier)
        return _changes(info, start, identifier)


async def _changes(info: Info, after: int, project_id: UUID | None) -> AsyncIterator[AlertChanged]:
    chosen = EventFilter(project_ids=None if project_id is None else {project_id}, topics=TOPICS)
    async for raw in visible_events(info.context, after, chosen):
        yield _changed(raw)


def _changed(raw: RawEvent) -> AlertChanged:
    return AlertChanged(
        identifier=raw.stream_id,
        position=Long(raw.position),
        topic=raw.topic,
        alert_id=ids.encode("Alert", raw.stream_id),
    )
