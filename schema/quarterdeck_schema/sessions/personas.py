"""The persona that a session has, as the API shows it."""

from dataclasses import asdict

import strawberry

from quarterdeck.domain import persona as domain
from quarterdeck.domain.errors import NotFoundError
from quarterdeck.domain.network_policy import PersonaRules
from quarterdeck_schema.context import Info, RequestContext
from quarterdeck_schema.personas.types import Persona, persona_of
from quarterdeck_schema.projects.settings import LimitsShown
from quarterdeck_schema.requires import described


@strawberry.type(description="The persona that a session was opened with, or the one that it was forked from.")
class SessionPersona:
    used: strawberry.Private[domain.SessionPersona]
    name: str
    revision: int = strawberry.field(description="As it was at the opening.")
    limits: LimitsShown = strawberry.field(description="Of that revision: they hold to the session's end.")

    @described("As it is now; its network list is the one that holds.")
    async def current(self, info: Info) -> Persona:
        row = await info.context.persona(self.used.persona_id)
        if row is None:
            raise NotFoundError("This session's persona is not in the read model yet.", "Ask again.")
        return persona_of(row)


def session_persona_of(used: domain.SessionPersona) -> SessionPersona:
    return SessionPersona(
        used=used,
        name=used.name,
        revision=used.revision,
        limits=LimitsShown(**asdict(used.limits)),
    )


async def rules_of_persona(context: RequestContext, used: domain.SessionPersona | None) -> PersonaRules | None:
    """The list of a session's persona, as the read model has it."""
    if used is None:
        return None
    row = await context.persona(used.persona_id)
    rules = row.settings.network if row else ()
    return None if rules is None else PersonaRules(persona=used.name, rules=rules)
