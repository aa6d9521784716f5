"""Having the read models compared with the log."""

from typing import Annotated

import strawberry
from uuid_utils.compat import uuid7

from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.system.read_model_checks import sees_all


@strawberry.input
class CheckReadModelsInput:
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="Not needed: looking twice changes nothing twice."
    )


@strawberry.type
class CheckReadModelsPayload:
    check_id: strawberry.ID


CheckReadModelsResult = Annotated[CheckReadModelsPayload | Failure, strawberry.union("CheckReadModelsResult")]


@strawberry.type
class CheckReadModelsMutation:
    @mutation(
        "event:read",
        "Has the projector compare the read models with what the log gives. Ask `readModelCheck` how it goes. "
        "For admins.",
    )
    async def check_read_models(self, info: Info, input: CheckReadModelsInput) -> CheckReadModelsResult:  # noqa: A002 - the argument's name
        del input
        sees_all(info.context)
        check_id = uuid7()
        await info.context.services.reads.ask_read_model_check(check_id)
        return CheckReadModelsPayload(check_id=strawberry.ID(str(check_id)))
