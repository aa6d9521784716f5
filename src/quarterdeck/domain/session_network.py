"""A session's own network list, where it has one. Its stream id is derived from the session's."""

from dataclasses import dataclass
from typing import ClassVar, assert_never
from uuid import UUID, uuid5

from quarterdeck.domain.errors import ConflictError, ForbiddenError
from quarterdeck.domain.network import NetworkRule, check, covers, strictest, written
from quarterdeck.domain.network_policy import NetworkPolicy, PersonaRules


def session_network_id(session_id: UUID) -> UUID:
    return uuid5(session_id, "network")


@dataclass(frozen=True, kw_only=True)
class SessionNetworkChanged:
    """The session has a list of its own; None: it follows its project again."""

    TOPIC: ClassVar[str] = "SessionNetworkChanged"
    SCHEMA_VERSION: ClassVar[int] = 1
    session_id: UUID
    rules: tuple[NetworkRule, ...] | None
    beyond_project: tuple[NetworkRule, ...]
    """Those that an owner allowed though the project's list did not have them."""


SessionNetworkEvent = SessionNetworkChanged


@dataclass(frozen=True, kw_only=True)
class SessionNetwork:
    rules: tuple[NetworkRule, ...] | None = None
    """The session's own; None: its project's."""
    beyond_project: tuple[NetworkRule, ...] = ()


def evolve(state: SessionNetwork, event: SessionNetworkEvent) -> SessionNetwork:
    match event:
        case SessionNetworkChanged():
            return SessionNetwork(rules=event.rules, beyond_project=event.beyond_project)
        case _:
            assert_never(event)


def policy(
    state: SessionNetwork, project: tuple[NetworkRule, ...], persona: PersonaRules | None = None
) -> NetworkPolicy:
    """What holds now. What the project's list loses later, a session loses too, unless an owner allowed it there."""
    rules = project if state.rules is None else strictest(state.rules, project + state.beyond_project)
    return NetworkPolicy(rules=rules, persona=persona)


def change(
    state: SessionNetwork,
    rules: tuple[NetworkRule, ...] | None,
    *,
    session_id: UUID,
    project: tuple[NetworkRule, ...],
    persona: PersonaRules | None,
    may_widen: bool,
) -> tuple[SessionNetworkEvent, ...]:
    """Gives the session a list of its own. Only who `may_widen` can let it reach more than it does now.

    Nobody can let it reach what its persona's list does not have.
    """
    if rules is not None:
        check(rules, "rules")
        _check_persona(rules, persona)
    now = policy(state, project, persona).allowed
    wider = _beyond(NetworkPolicy(rules=project, persona=persona).allowed if rules is None else rules, now)
    if wider and not may_widen:
        raise ForbiddenError(
            f"This session may not reach {', '.join(map(written, wider[:5]))} now, and only owners can allow it.",
            "Ask an owner of the project.",
        )
    beyond = () if rules is None else _beyond(rules, project)
    if (rules, beyond) == (state.rules, state.beyond_project):
        return ()
    return (SessionNetworkChanged(session_id=session_id, rules=rules, beyond_project=beyond),)


def _check_persona(rules: tuple[NetworkRule, ...], persona: PersonaRules | None) -> None:
    if persona and (refused := _beyond(rules, persona.rules)):
        named = ", ".join(map(written, refused[:5]))
        raise ConflictError(
            f"Persona {persona.persona} does not allow {named}, and no session with it can.",
            f"Let an owner run `qd persona revise {persona.persona} network+={written(refused[0])}` first.",
        )


def _beyond(rules: tuple[NetworkRule, ...], others: tuple[NetworkRule, ...]) -> tuple[NetworkRule, ...]:
    return tuple(rule for rule in rules if not any(covers(wider, rule) for wider in others))
