"""Defining a persona."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck.domain.limits import NOTHING_ASKED
from quarterdeck.domain.persona import PersonaSettings
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.personas.shown import shown_persona
from quarterdeck_schema.personas.types import Persona
from quarterdeck_schema.projects.settings import LimitsInput, NetworkRuleInput, merged, rules_of
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class DefinePersonaInput:
    project_id: strawberry.ID
    name: str = strawberry.field(description="1 to 64 of a to z, 0 to 9, - and _. It cannot be changed.")
    description: str | None = strawberry.UNSET
    limits: LimitsInput | None = strawberry.UNSET
    network: list[NetworkRuleInput] | None = strawberry.field(
        default=strawberry.UNSET, description="Null: wherever the project allows. Empty: nowhere."
    )
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class DefinePersonaPayload:
    persona_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def persona(self, info: Info) -> Persona:
        return await shown_persona(info, self.persona_id, self.position)


DefinePersonaResult = Annotated[DefinePersonaPayload | Failure, strawberry.union("DefinePersonaResult")]


@strawberry.type
class DefinePersonaMutation:
    @mutation("project:write", "Also brings back one of that name that is retired.")
    async def define_persona(self, info: Info, input: DefinePersonaInput) -> DefinePersonaResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.personas.define(
            info.context.caller,
            ids.decode_as("Project", input.project_id, "projectId"),
            input.name,
            PersonaSettings(
                description=given(input.description) or "",
                limits=merged(NOTHING_ASKED, input.limits) if input.limits else NOTHING_ASKED,
                network=rules_of(given(input.network)),
            ),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return DefinePersonaPayload(persona_id=outcome.subject_id, position=Long(outcome.position))
