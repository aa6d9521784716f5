"""Asking how the installation stands."""

import strawberry

from quarterdeck_schema.context import Info
from quarterdeck_schema.requires import ANYBODY, query
from quarterdeck_schema.scalars import Long


@strawberry.type
class ProjectionStatus:
    name: str
    position: Long


@strawberry.type
class LogStatus:
    position: Long
    projections: list[ProjectionStatus]


@strawberry.type
class Worker:
    id: str
    host: str
    alive: bool
    sessions: int
    capacity: int


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
            Worker(id=row.worker_id, host=row.host, alive=row.alive, sessions=row.sessions, capacity=row.capacity)
            for row in await info.context.services.reads.workers()
        ]
