"""Asking what workers found."""

import strawberry

from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.requires import query
from quarterdeck_schema.workers.types import Finding, finding_of


@strawberry.type
class WorkerQueries:
    @query("session:read", "Newest first: sessions adopted, rebuilt or lost, and what was left without an owner.")
    async def findings(
        self,
        info: Info,
        worker_id: str | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
    ) -> Connection[Finding]:
        rows = info.context.window(first, after)
        reads = info.context.services.reads
        page = await reads.list_findings(info.context.visible_to, rows, worker_id=given(worker_id))
        return connect(page, finding_of)
