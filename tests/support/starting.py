"""Tasks, and sessions that are started from them, as the gateway does it."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from tests.support.deck import Deck

from quarterdeck.adapters.system import SystemIds
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.sessions import Sessions
from quarterdeck.application.task_checks import By
from quarterdeck.application.task_starts import TaskStarts
from quarterdeck.application.tasks import Tasks
from quarterdeck.domain import task_work
from quarterdeck.domain.base import Recorded
from quarterdeck.domain.events import Event
from quarterdeck.domain.session_state import SessionState

ADA = By(
    caller=Caller(
        user_id=uuid4(),
        user_name="ada",
        token_id=uuid4(),
        scopes=("*",),
        roles=frozenset({"admin"}),
        correlation_id=uuid4(),
    )
)


class Quiet:
    """Nobody rings: the conductor does."""

    async def ring(self, recorded: Sequence[Recorded[Event]], session: SessionState | None = None) -> None:
        pass


class NoneWaits:
    async def count(self, project_id: UUID, since: int) -> int:
        return 0


def tasks_of(deck: Deck) -> Tasks:
    return Tasks(deck.log, deck.clock)


def sessions_of(deck: Deck) -> Sessions:
    return Sessions(deck.log, SystemIds(), Quiet(), NoneWaits(), Ledgers(deck.log, deck.clock))


async def started(
    deck: Deck, task: UUID, lease: timedelta = task_work.LEASE, *, by: By = ADA, force: bool = False
) -> UUID:
    """The session."""
    starts = TaskStarts(deck.log, deck.clock, sessions_of(deck))
    return (await starts.start(by, task, lease=lease, force=force)).subject_id
