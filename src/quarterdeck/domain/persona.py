"""Persona: under a name of its project's, what sessions that are opened with it may use and reach at most."""

import re
from dataclasses import dataclass, replace
from typing import ClassVar, assert_never
from uuid import UUID, uuid5

from quarterdeck.domain import limits, network
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError
from quarterdeck.domain.limits import NOTHING_ASKED, LimitsAsked
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.network_policy import PersonaRules

MAX_DESCRIPTION = 2000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def persona_id(project_id: UUID, name: str) -> UUID:
    """A project has one persona of a name: the name makes its stream."""
    return uuid5(project_id, f"persona:{name}")


@dataclass(frozen=True, kw_only=True)
class PersonaSettings:
    description: str = ""
    limits: LimitsAsked = NOTHING_ASKED
    """Of each of its sessions, beside the project's and the session's own: the strictest of each holds."""
    network: tuple[NetworkRule, ...] | None = None
    """Where its sessions may connect to at most; None: it adds nothing to what the project says. Empty: nowhere."""


@dataclass(frozen=True, kw_only=True)
class NetworkChange:
    """A persona's new list, or that it has none of its own."""

    rules: tuple[NetworkRule, ...] | None


@dataclass(frozen=True, kw_only=True)
class PersonaDefined:
    """It can be used from now on; also where it had been retired."""

    TOPIC: ClassVar[str] = "PersonaDefined"
    SCHEMA_VERSION: ClassVar[int] = 1
    project_id: UUID
    name: str
    revision: int
    settings: PersonaSettings


@dataclass(frozen=True, kw_only=True)
class PersonaRevised:
    """What changed; None: that stayed as it was."""

    TOPIC: ClassVar[str] = "PersonaRevised"
    SCHEMA_VERSION: ClassVar[int] = 1
    revision: int
    description: str | None = None
    limits: LimitsAsked | None = None
    network: NetworkChange | None = None


@dataclass(frozen=True, kw_only=True)
class PersonaRetired:
    """No session is opened with it any more. Those that are go on as they were."""

    TOPIC: ClassVar[str] = "PersonaRetired"
    SCHEMA_VERSION: ClassVar[int] = 1


PersonaEvent = PersonaDefined | PersonaRevised | PersonaRetired


@dataclass(frozen=True, kw_only=True)
class NoPersona:
    pass


@dataclass(frozen=True, kw_only=True)
class Persona:
    project_id: UUID
    name: str
    revision: int
    """Of what it is made of: 1 when it was defined first, one more for each change."""
    settings: PersonaSettings
    retired: bool = False


PersonaState = NoPersona | Persona


@dataclass(frozen=True, kw_only=True)
class SessionPersona:
    """The persona that a session was opened with. Its limits are those of that revision, whatever becomes of it."""

    persona_id: UUID
    name: str
    revision: int
    limits: LimitsAsked = NOTHING_ASKED


def evolve(state: PersonaState, event: PersonaEvent) -> PersonaState:
    match event:
        case PersonaDefined():
            return Persona(
                project_id=event.project_id, name=event.name, revision=event.revision, settings=event.settings
            )
        case PersonaRevised():
            known = existing(state)
            return replace(known, revision=event.revision, settings=_revised(known.settings, event))
        case PersonaRetired():
            return replace(existing(state), retired=True)
        case _:
            assert_never(event)


def _revised(settings: PersonaSettings, event: PersonaRevised) -> PersonaSettings:
    return PersonaSettings(
        description=settings.description if event.description is None else event.description,
        limits=settings.limits if event.limits is None else event.limits,
        network=settings.network if event.network is None else event.network.rules,
    )


def existing(state: PersonaState) -> Persona:
    """The persona, or NOT_FOUND."""
    if isinstance(state, NoPersona):
        raise NotFoundError("There is no such persona.", "List a project's with `qd persona list`.")
    return state


def usable(state: PersonaState) -> Persona:
    """The persona if it is not retired."""
    known = existing(state)
    if known.retired:
        raise ConflictError(
            f"Persona {known.name} is retired.",
            f"Use another (`qd persona list`), or bring it back with `qd persona define {known.name}`.",
        )
    return known


def define(state: PersonaState, *, project_id: UUID, name: str, settings: PersonaSettings) -> tuple[PersonaEvent, ...]:
    """A new persona, or a retired one anew."""
    if isinstance(state, Persona) and not state.retired:
        raise ConflictError(
            f"The project has a persona {state.name} already.",
            f"Change it with `qd persona revise {state.name}`, or choose another name.",
        )
    if not is_name(name):
        raise InvalidInputError(
            f"{name[:80]!r} is no name of a persona.",
            "Use 1 to 64 of a to z, 0 to 9, - and _, with a letter or a digit first.",
            field="name",
        )
    _check(settings)
    revision = 1 if isinstance(state, NoPersona) else state.revision + 1
    return (PersonaDefined(project_id=project_id, name=name, revision=revision, settings=settings),)


def revise(state: PersonaState, settings: PersonaSettings) -> tuple[PersonaEvent, ...]:
    """Makes it of `settings`; where it is that already, nothing is new."""
    known = usable(state)
    if known.settings == settings:
        return ()
    _check(settings)
    before = known.settings
    return (
        PersonaRevised(
            revision=known.revision + 1,
            description=None if settings.description == before.description else settings.description,
            limits=None if settings.limits == before.limits else settings.limits,
            network=None if settings.network == before.network else NetworkChange(rules=settings.network),
        ),
    )


def retire(state: PersonaState) -> tuple[PersonaEvent, ...]:
    return () if existing(state).retired else (PersonaRetired(),)


def for_session(persona_id: UUID, known: Persona) -> SessionPersona:
    """As a session that is opened now has it."""
    return SessionPersona(persona_id=persona_id, name=known.name, revision=known.revision, limits=known.settings.limits)


def rules_for(used: SessionPersona, state: PersonaState) -> PersonaRules | None:
    """The list that holds now for a session opened with it; None: it has none. One that is erased allows nothing."""
    rules = state.settings.network if isinstance(state, Persona) else ()
    return None if rules is None else PersonaRules(persona=used.name, rules=rules)


def _check(settings: PersonaSettings) -> None:
    if len(settings.description) > MAX_DESCRIPTION:
        raise InvalidInputError(
            f"The description has {len(settings.description):,} characters; at most {MAX_DESCRIPTION:,} are taken.",
            "Shorten it.",
            field="description",
        )
    limits.check(settings.limits, "limits")
    network.check(settings.network or (), "network")
