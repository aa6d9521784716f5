"""Limits asked for: who asks for less has its way."""

import pytest

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
