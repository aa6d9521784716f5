"""What holds a session: budgets that are used up. It stays paused until the last of them lets it go."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class SessionHeld:
    """By a budget. `pauses`: nothing else had paused it."""

    TOPIC: ClassVar[str] = "SessionHeld"
    SCHEMA_VERSION: ClassVar[int] = 1
    budget_id: UUID
    reason: str
    pauses: bool


@dataclass(frozen=True, kw_only=True)
class SessionLetGo:
    TOPIC: ClassVar[str] = "SessionLetGo"
    SCHEMA_VERSION: ClassVar[int] = 1
    budget_id: UUID


HoldEvent = SessionHeld | SessionLetGo


@dataclass(frozen=True, kw_only=True)
class Holds:
    reasons: tuple[tuple[UUID, str], ...] = ()
    """Of each budget that holds it."""
    paused: bool = False
    """They have paused it, and nobody else has since."""

    def __bool__(self) -> bool:
        return bool(self.reasons)

    @property
    def budgets(self) -> frozenset[UUID]:
        return frozenset(budget_id for budget_id, _ in self.reasons)


NO_HOLDS = Holds()


def evolve(state: Holds, event: HoldEvent) -> Holds:
    others = tuple(each for each in state.reasons if each[0] != event.budget_id)
    if isinstance(event, SessionHeld):
        return Holds(reasons=(*others, (event.budget_id, event.reason)), paused=state.paused or event.pauses)
    return Holds(reasons=others, paused=state.paused and bool(others))
