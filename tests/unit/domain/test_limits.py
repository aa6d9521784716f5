"""Limits asked for: who asks for less has its way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.domain import limits
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.limits import GIB, LimitsAsked


def test_of_each_limit_the_strictest_wish_counts() -> None:
    project = LimitsAsked(memory_bytes=4 * GIB, cpus=2.0, idle_seconds=600)
    request = LimitsAsked(memory_bytes=8 * GIB, cpus=0.5, processes=64)

    assert limits.strictest(project, request) == LimitsAsked(
        memory_bytes=4 * GIB, cpus=0.5, processes=64, idle_seconds=600
    )


def test_what_nobody_asks_for_is_left_open() -> None:
    assert limits.strictest(LimitsAsked(), LimitsAsked()) == LimitsAsked()
    assert limits.strictest() == LimitsAsked()


def test_every_limit_has_bounds() -> None:
    assert set(limits.BOUNDS) == set(vars(LimitsAsked()))


def test_a_limit_that_no_shell_could_live_with_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidInputError) as refused:
        limits.check(LimitsAsked(open_files=3), "limits")

    assert refused.value.field == "limits.openFiles"


SOMEBODY = st.fixed_dictionaries(
    {name: st.none() | st.integers(int(least) or 1, int(most)) for name, (least, most) in limits.BOUNDS.items()}
).map(lambda given: LimitsAsked(**given))


@given(st.lists(SOMEBODY, max_size=4))
def test_nobody_gets_more_than_anybody_asks_for(everybody: list[LimitsAsked]) -> None:
    together = limits.strictest(*everybody)

    for name in limits.BOUNDS:
        wishes = [wish for each in everybody if (wish := getattr(each, name)) is not None]
        assert getattr(together, name) == (min(wishes) if wishes else None)


@given(SOMEBODY, SOMEBODY, SOMEBODY)
def test_it_does_not_matter_who_is_asked_first_or_twice(
    project: LimitsAsked, persona: LimitsAsked, request: LimitsAsked
) -> None:
    together = limits.strictest(project, persona, request)

    assert limits.strictest(request, limits.strictest(persona, project)) == together
    assert limits.strictest(together, persona) == together
