"""Changing a persona."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck.domain.persona import PersonaSettings
from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.personas.shown import shown_persona
from quarterdeck_schema.personas.types import Persona
from quarterdeck_schema.projects.settings import LimitsInput, NetworkRuleInput, merged, rules_of
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input(description="What is left out stays as it is.")
class RevisePersonaInput:
    persona_id: strawberry.ID
    description: str | None = strawberry.UNSET
    limits: LimitsInput | None = strawberry.field(
        default=strawberry.UNSET, description="Of sessions that are opened from now on; null takes all away."
    )
    network: list[NetworkRuleInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Of running sessions too. Null: wherever the project allows. Empty: nowhere.",
    )
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class RevisePersonaPayload:
    persona_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def persona(self, info: Info) -> Persona:
        return await shown_persona(info, self.persona_id, self.position)


RevisePersonaResult = Annotated[RevisePersonaPayload | Failure, strawberry.union("RevisePersonaResult")]


@strawberry.type
class RevisePersonaMutation:
    @mutation("project:write")
    async def revise_persona(self, info: Info, input: RevisePersonaInput) -> RevisePersonaResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.personas.revise(
            info.context.caller,
            ids.decode_as("Persona", input.persona_id, "personaId"),
            lambda settings: _revised(settings, input),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return RevisePersonaPayload(persona_id=outcome.subject_id, position=Long(outcome.position))


def _revised(settings: PersonaSettings, asked: RevisePersonaInput) -> PersonaSettings:
    """With what was given put in place. Null gives a field its default back."""
    if asked.description is not strawberry.UNSET:
        settings = replace(settings, description=asked.description or "")
    if asked.limits is not strawberry.UNSET:
        limits = merged(settings.limits, asked.limits) if asked.limits else PersonaSettings().limits
        settings = replace(settings, limits=limits)
    if asked.network is not strawberry.UNSET:
        settings = replace(settings, network=rules_of(asked.network))
    return settings
