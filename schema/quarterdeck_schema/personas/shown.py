"""A persona right after a mutation."""

from uuid import UUID

from quarterdeck_schema.context import Info
from quarterdeck_schema.payload import shown
from quarterdeck_schema.personas.types import Persona, persona_of


async def shown_persona(info: Info, persona_id: UUID, position: int) -> Persona:
    return await shown(
        info, Persona, persona_id, info.context.persona, persona_of, position=position, projection="personas"
    )
