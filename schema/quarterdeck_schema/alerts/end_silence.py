"""Ending a silence before its time."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.alerts.shown import shown_silence
from quarterdeck_schema.alerts.types import Silence
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class EndSilenceInput:
    silence_id: strawberry.ID
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class EndSilencePayload:
    silence_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def silence(self, info: Info) -> Silence:
        return await shown_silence(info, self.silence_id, self.position)


EndSilenceResult = Annotated[EndSilencePayload | Failure, strawberry.union("EndSilenceResult")]


@strawberry.type
class EndSilenceMutation:
    @mutation("alert:write")
    async def end_silence(self, info: Info, input: EndSilenceInput) -> EndSilenceResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.alerts.end_silence(
            info.context.caller,
            ids.decode_as("Silence", input.silence_id, "silenceId"),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return EndSilencePayload(silence_id=outcome.subject_id, position=Long(outcome.position))
