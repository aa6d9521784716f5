"""Pictures made of characters."""

import pytest

from quarterdeck_cli import pictures


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0, ""), (1, "████"), (0.5, "██"), (0.28, "█▏"), (0.0001, "▏"), (7, "████"), (-1, "")],
)
def test_a_bar_is_as_long_as_its_share_and_anything_is_seen(share: float, drawn: str) -> None:
    assert pictures.bar(share, 4) == drawn


def test_a_funnels_bar_is_in_the_middle() -> None:
    assert [pictures.centred(share, 6) for share in (1, 0.33, 0.01, 0)] == ["██████", "  ██", "  █", ""]


@pytest.mark.parametrize(
    ("values", "drawn"),
    [([0, 1, 2, 4], "▁▃▅█"), ([None, 3, None], " █ "), ([0, 0], "▁▁"), ([], ""), ([None], " ")],
)
def test_a_line_of_bars_leaves_blanks_for_nothing(values: list[float | None], drawn: str) -> None:
    assert pictures.line(values) == drawn


def test_a_spread_shows_where_values_lie_between_the_ends_of_all() -> None:
    assert pictures.spread([1, 10, 100, 1000], 1, 1000, 10) == "───█▓▓▒▒▒▒"
    assert pictures.spread([100, 100, 100], 1, 10_000, 5) == "  █"
    assert pictures.spread([0, 0], 0, 0, 5) == "█"
