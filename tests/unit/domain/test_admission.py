"""Who is let in next."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.domain.admission import Applicant, admit
from quarterdeck.domain.project import ProjectSettings

HOME, OTHER = uuid4(), uuid4()
ADA, BOB = uuid4(), uuid4()
SETTINGS = {HOME: ProjectSettings(max_sessions=3, max_sessions_per_user=2), OTHER: ProjectSettings(max_sessions=1)}


def one(project_id: UUID = HOME, owner_id: UUID = ADA) -> Applicant:
    return Applicant(session_id=uuid4(), project_id=project_id, owner_id=owner_id)


def let_in(waiting: Iterable[Applicant], placed: Iterable[Applicant] = (), room: int = 100) -> list[Applicant]:
    return admit(waiting, placed, SETTINGS, room)


def test_who_came_first_is_let_in_first() -> None:
    waiting = [one(owner_id=uuid4()) for _ in range(5)]

    assert let_in(waiting) == waiting[:3]
    assert let_in(waiting, placed=[one(owner_id=uuid4())]) == waiting[:2]


def test_one_whose_owner_has_enough_holds_up_nobody() -> None:
    third_of_ada, bobs = one(owner_id=ADA), one(owner_id=BOB)

    assert let_in([third_of_ada, bobs], placed=[one(), one()]) == [bobs]


def test_a_full_project_holds_up_no_other() -> None:
    of_home, of_other = one(owner_id=BOB), one(OTHER)

    assert let_in([of_home, of_other], placed=[one(owner_id=uuid4()) for _ in range(3)]) == [of_other]


def test_nobody_is_let_in_beyond_the_room_that_workers_have() -> None:
    waiting = [one(owner_id=uuid4()) for _ in range(3)]

    assert let_in(waiting, room=2) == waiting[:2]
    assert let_in(waiting, room=0) == []
    assert let_in(waiting, room=-1) == []


@given(
    st.lists(st.tuples(st.sampled_from([HOME, OTHER]), st.sampled_from([ADA, BOB]), st.booleans())), st.integers(0, 5)
)
def test_no_bound_is_passed_and_no_place_stays_free_for_one_who_may_have_it(
    sessions: list[tuple[UUID, UUID, bool]], room: int
) -> None:
    waiting = [one(project, owner) for project, owner, placed in sessions if not placed]
    inside = let_in(waiting, room=room)

    for project, settings in SETTINGS.items():
        here = [each for each in inside if each.project_id == project]
        assert len(here) <= settings.max_sessions
        most = settings.max_sessions_per_user or settings.max_sessions
        assert all(sum(each.owner_id == owner for each in here) <= most for owner in (ADA, BOB))
    assert len(inside) <= room
    outside = [each for each in waiting if each not in inside]
    assert len(inside) == room or not let_in(outside, placed=inside)
