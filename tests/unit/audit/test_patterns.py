"""Patterns that a user gives, on what a jail printed."""

import pytest

from quarterdeck.audit.patterns import Pattern, by_pattern
from quarterdeck_cli.errors import UsageError


def test_a_pattern_finds_what_it_matches_and_one_that_is_none_is_refused() -> None:
    assert by_pattern(r"pass\w*=\S+")("x password=hunter2 y") == [(2, 18)]
    assert by_pattern("x*")("yyy") is None
    with pytest.raises(UsageError, match="no regular expression"):
        by_pattern("(")


def test_half_of_a_surrogate_pair_is_no_reason_to_fail() -> None:
    assert Pattern("a").search("\ud800a") == (1, 2)
    assert Pattern("é").search("aé") == (1, 2)
