"""How far a user has read."""

from uuid import UUID

import pytest

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.reading import ProjectRead, Reading, evolve, read_up_to, reading_id

ADA, DECK = UUID(int=1), UUID(int=2)


def mark(state: Reading, position: int, *, back: bool = False) -> tuple[ProjectRead, ...]:
    return read_up_to(state, position, user_id=ADA, project_id=DECK, head=10, back=back)


@pytest.mark.parametrize(
    ("was", "position", "back", "becomes"),
    [(0, 7, False, 7), (7, 7, False, None), (7, 3, False, None), (7, 3, True, 3), (7, 0, True, 0), (0, 0, False, None)],
)
def test_it_goes_on_and_back_only_where_that_is_asked_for(
    was: int, position: int, back: bool, becomes: int | None
) -> None:
    events = mark(Reading(position=was), position, back=back)
    assert [evolve(Reading(), event).position for event in events] == ([] if becomes is None else [becomes])


@pytest.mark.parametrize("position", [-1, 11])
def test_nobody_has_read_what_is_not_there(position: int) -> None:
    with pytest.raises(InvalidInputError, match="up to 10"):
        mark(Reading(), position)


def test_each_user_reads_each_project_alone() -> None:
    assert len({reading_id(ADA, DECK), reading_id(DECK, ADA), reading_id(ADA, ADA)}) == 3
