"""Having a worker compare the log with its host now."""

from typing import Annotated

import strawberry

from quarterdeck.application.workers import Checked
from quarterdeck_projections.paging import Window
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long
from quarterdeck_schema.workers.types import Finding, finding_of


@strawberry.input
class CheckWorkerInput:
    worker_id: str
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="Not needed: looking twice changes nothing twice."
    )


@strawberry.type
class CheckWorkerPayload:
    checked: strawberry.Private[Checked]
    worker_id: strawberry.Private[str]
    position: Long

    @strawberry.field
    async def findings(self, info: Info) -> list[Finding]:
        services = info.context.services
        await services.reads.wait_for(self.checked.position, "findings")
        newest = Window(limit=services.page_size, after=None, before=None, backward=False)
        page = await services.reads.list_findings(info.context.visible_to, newest, worker_id=self.worker_id)
        return [finding_of(row) for row in page.rows if row.position > self.checked.since]


CheckWorkerResult = Annotated[CheckWorkerPayload | Failure, strawberry.union("CheckWorkerResult")]


@strawberry.type
class CheckWorkerMutation:
    @mutation("session:write", "Returns when the worker has compared the log with its host. For admins.")
    async def check_worker(self, info: Info, input: CheckWorkerInput) -> CheckWorkerResult:  # noqa: A002 - the argument's name
        checked = await info.context.services.workers.check(info.context.caller, input.worker_id)
        return CheckWorkerPayload(checked=checked, worker_id=input.worker_id, position=Long(checked.position))
