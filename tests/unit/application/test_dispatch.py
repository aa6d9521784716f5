"""Doorbells: told when they can be, and never in the way of what was appended."""

from dataclasses import replace

from tests.unit.application.conftest import Deck

from quarterdeck.adapters.memory.jobs import MemoryJobQueue
from quarterdeck.application.dispatch import QueueDoorbell
from quarterdeck.application.ports.jobs import Job
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.session_state import OpenSession


class Away(MemoryJobQueue):
    """NATS does not answer."""

    async def publish(self, job: Job) -> None:
        raise UnavailableError(f"JetStream does not take {job.event_id}.", "The conductor tries again from the log.")


async def test_a_session_is_opened_though_no_doorbell_can_be_rung(deck: Deck) -> None:
    sessions = replace(deck.sessions, doorbell=QueueDoorbell(Away()))

    outcome = await sessions.open(deck.owner, await deck.project())

    assert isinstance(outcome.state, OpenSession)
    assert outcome.position == await deck.log.head()
