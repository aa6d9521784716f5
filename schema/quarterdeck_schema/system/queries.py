"""Asking how the installation stands."""

import strawberry

from quarterdeck import __version__
from quarterdeck.domain.events import EVENT_TYPES
from quarterdeck_schema.context import Info
from quarterdeck_schema.requires import ANYBODY, described, query
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.system.nouns import noun_of


@strawberry.type
class ProjectionStatus:
    name: str
    position: Long


@strawberry.type
class EventTopic:
    topic: str
    schema_version: int = strawberry.field(description="The newest that this release knows.")
    noun: str = strawberry.field(description="What the event is about, as session, command or task.")


@strawberry.type
class LogStatus:
    position: Long
    projections: list[ProjectionStatus]

    @described("Of Quarterdeck, that answers.")
    def release(self) -> str:
        return __version__

    @described("The kinds of events that this release knows, by noun.")
    def topics(self) -> list[EventTopic]:
        known = [
            EventTopic(topic=topic, schema_version=event.SCHEMA_VERSION, noun=noun_of(event))
            for topic, event in EVENT_TYPES.items()
        ]
        return sorted(known, key=lambda each: each.noun)


@strawberry.type
class Worker:
    id: str
    host: str
    alive: bool
    sessions: int
    capacity: int
    disk_bytes: Long | None = strawberry.field(description="Of the disk that holds its workspaces.")
    disk_free: Long | None


@strawberry.type
class SystemQueries:
    @query(ANYBODY, "The log's head and how far each projection has come.")
    async def log(self, info: Info) -> LogStatus:
        services = info.context.services
        rows = await services.reads.positions()
        return LogStatus(
            position=Long(await services.log.head()),
            projections=[ProjectionStatus(name=row.name, position=Long(row.position)) for row in rows],
        )

    @query("session:read")
    async def workers(self, info: Info) -> list[Worker]:
        return [
            Worker(
                id=row.worker_id,
                host=row.host,
                alive=row.alive,
                sessions=row.sessions,
                capacity=row.capacity,
                disk_bytes=_long(row.disk_bytes),
                disk_free=_long(row.disk_free),
            )
            for row in await info.context.services.reads.workers()
        ]


def _long(value: int | None) -> Long | None:
    return None if value is None else Long(value)
