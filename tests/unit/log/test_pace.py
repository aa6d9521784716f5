"""How many callers go into one commit."""

from quarterdeck.adapters.postgres.pace import MAX_BATCH_ROWS, Pace

APART = 20e-6


def after(callers: int, waiting: int, took: float) -> Pace:
    pace = Pace()
    pace.committed(callers, waiting, took, APART * (callers - 1))
    return pace


def test_at_first_everybody_is_taken_at_once() -> None:
    assert (Pace().share(), Pace().linger(1)) == (MAX_BATCH_ROWS, 0.0)


def test_where_commits_are_quick_half_is_taken_so_that_the_other_comes_back_meanwhile() -> None:
    for callers, waiting in ((32, 0), (16, 16)):
        pace = after(callers, waiting, took=0.5e-3)
        assert (pace.share(), pace.linger(1)) == (16, 0.0)


def test_where_commits_are_slow_all_are_waited_for_and_taken() -> None:
    pace = after(16, 16, took=3e-3)
    assert pace.share() == MAX_BATCH_ROWS
    assert 0 < pace.linger(16) <= 32 * 2 * APART
    assert pace.linger(32) == 0.0


def test_a_lone_caller_is_never_kept_waiting() -> None:
    pace = after(1, 0, took=3e-3)
    assert (pace.share(), pace.linger(1)) == (MAX_BATCH_ROWS, 0.0)


def test_callers_that_come_by_chance_are_hardly_waited_for() -> None:
    pace = Pace()
    for _ in range(100):
        pace.committed(2, 0, took=3e-3, spread=0.2)
    assert pace.linger(1) < 0.5e-3
