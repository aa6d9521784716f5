import pytest
from tests.unit.application.conftest import Deck

from quarterdeck.application.workers import Workers
from quarterdeck.domain.errors import ForbiddenError


async def test_a_check_tells_between_which_positions_its_findings_lie(deck: Deck) -> None:
    await deck.session()
    head = await deck.log.head()

    checked = await Workers(deck.log, deck.control).check(deck.admin(), "w1")

    assert deck.control.sent == [("w1", "check")]
    assert (checked.since, checked.position) == (head, head)


async def test_only_an_admin_may_have_a_worker_checked(deck: Deck) -> None:
    with pytest.raises(ForbiddenError, match="admin"):
        await Workers(deck.log, deck.control).check(deck.owner, "w1")

    assert deck.control.sent == []
