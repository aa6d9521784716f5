"""A session's own network list, where it has one. Its stream id is derived from the session's."""

from dataclasses import dataclass
from typing import ClassVar, assert_never
from uuid import UUID, uuid5

from quarterdeck.domain.errors import ForbiddenError
from quarterdeck.domain.network import NetworkRule, check, covers, strictest, written


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


def effective(state: SessionNetwork, project: tuple[NetworkRule, ...]) -> tuple[NetworkRule, ...]:
    """What holds now. What the project's list loses later, a session loses too, unless an owner allowed it there."""
    return project if state.rules is None else strictest(state.rules, project + state.beyond_project)


def change(
    state: SessionNetwork,
    rules: tuple[NetworkRule, ...] | None,
    *,
    session_id: UUID,
    project: tuple[NetworkRule, ...],
    may_widen: bool,
) -> tuple[SessionNetworkEvent, ...]:
    """Gives the session a list of its own. Only who `may_widen` can let it reach more than it does now."""
    if rules is not None:
        check(rules, "rules")
    now = effective(state, project)
    wider = _beyond(project if rules is None else rules, now)
    if wider and not may_widen:
        raise ForbiddenError(
            f"This session may not reach {', '.join(map(written, wider[:5]))} now, and only owners can allow it.",
            "Ask an owner of the project.",
        )
    beyond = () if rules is None else _beyond(rules, project)
    if (rules, beyond) == (state.rules, state.beyond_project):
        return ()
    return (SessionNetworkChanged(session_id=session_id, rules=rules, beyond_project=beyond),)


def _beyond(rules: tuple[NetworkRule, ...], others: tuple[NetworkRule, ...]) -> tuple[NetworkRule, ...]:
    return tuple(rule for rule in rules if not any(covers(wider, rule) for wider in others))
