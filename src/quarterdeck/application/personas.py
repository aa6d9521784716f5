"""Personas: defining, revising and retiring them. Who may change a project's settings may do that."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from quarterdeck.application.access import no_persona, no_project, permitted
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import EventLog
from quarterdeck.application.requests import IdempotencyKey, Outcome, context_of, perform
from quarterdeck.application.streams import PERSONA, PROJECT
from quarterdeck.domain import persona, project
from quarterdeck.domain.errors import NotFoundError
from quarterdeck.domain.network_policy import PersonaRules
from quarterdeck.domain.persona import NoPersona, PersonaEvent, PersonaSettings, PersonaState, SessionPersona
from quarterdeck.domain.project import Role


@dataclass(frozen=True)
class Personas:
    log: EventLog

    async def define(
        self,
        caller: Caller,
        project_id: UUID,
        name: str,
        settings: PersonaSettings,
        key: IdempotencyKey | None = None,
    ) -> Outcome[PersonaState]:
        home = (await PROJECT.load(self.log, project_id)).state
        project.usable(permitted(caller, home, Role.OWNER, no_project()))
        return await self._write(
            caller,
            project_id,
            persona.persona_id(project_id, name),
            lambda state: persona.define(state, project_id=project_id, name=name, settings=settings),
            key,
        )

    async def revise(
        self,
        caller: Caller,
        persona_id: UUID,
        change: Callable[[PersonaSettings], PersonaSettings],
        key: IdempotencyKey | None = None,
    ) -> Outcome[PersonaState]:
        """`change` is given what it is made of, and may be called again where somebody else was faster."""
        project_id = await self._project_of(caller, persona_id)

        def decide(state: PersonaState) -> tuple[PersonaEvent, ...]:
            return persona.revise(state, change(persona.usable(state).settings))

        return await self._write(caller, project_id, persona_id, decide, key)

    async def retire(
        self, caller: Caller, persona_id: UUID, key: IdempotencyKey | None = None
    ) -> Outcome[PersonaState]:
        return await self._write(caller, await self._project_of(caller, persona_id), persona_id, persona.retire, key)

    async def _project_of(self, caller: Caller, persona_id: UUID) -> UUID:
        """The persona's project, if the caller owns it."""
        state = (await PERSONA.load(self.log, persona_id)).state
        if isinstance(state, NoPersona):
            raise no_persona()
        permitted(caller, (await PROJECT.load(self.log, state.project_id)).state, Role.OWNER, no_persona())
        return state.project_id

    async def _write(
        self,
        caller: Caller,
        project_id: UUID,
        persona_id: UUID,
        decide: Callable[[PersonaState], tuple[PersonaEvent, ...]],
        key: IdempotencyKey | None,
    ) -> Outcome[PersonaState]:
        context = context_of(caller, project_id=project_id)
        return await perform(self.log, PERSONA, persona_id, decide, caller=caller, context=context, key=key)


async def named(log: EventLog, project_id: UUID, home: project.Project, name: str) -> SessionPersona:
    """The project's persona of that name, for a session that is opened now."""
    identifier = persona.persona_id(project_id, name) if persona.is_name(name) else project_id
    state = (await PERSONA.load(log, identifier)).state
    if isinstance(state, NoPersona):
        raise NotFoundError(
            f"There is no persona {name[:80]!r} in project {home.name}.", "List them with `qd persona list`."
        )
    return persona.for_session(identifier, persona.usable(state))


async def rules_now(log: EventLog, used: SessionPersona | None) -> PersonaRules | None:
    """The network list of a session's persona as it stands."""
    if used is None:
        return None
    return persona.rules_for(used, (await PERSONA.load(log, used.persona_id)).state)
