"""Asking for personas. A project lists its own."""

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.access import visible_persona
from quarterdeck_schema.context import Info
from quarterdeck_schema.personas.types import Persona, persona_of
from quarterdeck_schema.requires import query


@strawberry.type
class PersonaQueries:
    @query("project:read")
    async def persona(self, info: Info, id: strawberry.ID) -> Persona | None:  # noqa: A002 - the argument's name
        row = await visible_persona(info.context, ids.decode_as("Persona", id, "id"))
        return None if row is None else persona_of(row)
