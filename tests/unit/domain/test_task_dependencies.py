"""Which task waits for which: never in a circle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.domain.base import fold
from quarterdeck.domain.errors import ConflictError
from quarterdeck.domain.task_dependencies import TaskDependencies, TaskDependenciesDeclared, declare, evolve


def waiting(**of: tuple[int, ...]) -> TaskDependencies:
    return TaskDependencies(of={int(number.removeprefix("t")): found for number, found in of.items()})


def test_what_is_declared_already_is_nothing_new() -> None:
    assert declare(waiting(t2=(1,)), 2, (1,)) == ()
    assert declare(TaskDependencies(), 2, ()) == ()
    assert declare(waiting(t2=(1,)), 2, ()) == (TaskDependenciesDeclared(number=2, dependencies=()),)


@pytest.mark.parametrize(
    ("state", "number", "wanted", "circle"),
    [
        (TaskDependencies(), 1, (1,), "T-1 → T-1"),
        (waiting(t2=(1,)), 1, (2,), "T-1 → T-2 → T-1"),
        (waiting(t2=(1,), t3=(2, 7)), 1, (9, 3), "T-1 → T-3 → T-2 → T-1"),
    ],
)
def test_a_task_that_would_wait_for_itself_is_refused_with_the_circle(
    state: TaskDependencies, number: int, wanted: tuple[int, ...], circle: str
) -> None:
    with pytest.raises(ConflictError, match=circle):
        declare(state, number, wanted)


def test_a_long_circle_is_shortened() -> None:
    chain = TaskDependencies(of={n: (n - 1,) for n in range(2, 5_000)})
    with pytest.raises(ConflictError, match=r"T-1 → T-4999 → .* → … → T-1\.$"):
        declare(chain, 1, (4_999,))


EDITS = st.lists(st.tuples(st.integers(1, 6), st.sets(st.integers(1, 6), max_size=3).map(lambda s: tuple(sorted(s)))))


@given(edits=EDITS)
def test_whatever_is_asked_for_there_is_an_order_in_which_all_can_be_done(
    edits: list[tuple[int, tuple[int, ...]]],
) -> None:
    state = TaskDependencies()
    for number, wanted in edits:
        try:
            state = fold(evolve, state, declare(state, number, wanted))
        except ConflictError:
            assert _reaches(state, wanted, number)
    left = {n: set(found) for n, found in state.of.items()}
    while free := [n for n, found in left.items() if not found & left.keys()]:
        for n in free:
            del left[n]
    assert not left


def _reaches(state: TaskDependencies, starts: tuple[int, ...], goal: int) -> bool:
    return any(each == goal or _reaches(state, state.of.get(each, ()), goal) for each in starts)
