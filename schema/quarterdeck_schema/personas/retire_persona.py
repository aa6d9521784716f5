"""Retiring a persona."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.personas.shown import shown_persona
from quarterdeck_schema.personas.types import Persona
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class RetirePersonaInput:
    persona_id: strawberry.ID
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class RetirePersonaPayload:
    persona_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def persona(self, info: Info) -> Persona:
        return await shown_persona(info, self.persona_id, self.position)


RetirePersonaResult = Annotated[RetirePersonaPayload | Failure, strawberry.union("RetirePersonaResult")]


@strawberry.type
class RetirePersonaMutation:
    @mutation("project:write", "No session is opened with it any more; those that are go on as they were.")
    async def retire_persona(self, info: Info, input: RetirePersonaInput) -> RetirePersonaResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.personas.retire(
            info.context.caller,
            ids.decode_as("Persona", input.persona_id, "personaId"),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return RetirePersonaPayload(persona_id=outcome.subject_id, position=Long(outcome.position))
