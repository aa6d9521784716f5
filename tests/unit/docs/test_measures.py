"""The page of measures."""

from pathlib import Path

from quarterdeck_projections.usage.measures import MEASURES, Measure
from quarterdeck_projections.usage.reference import page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "measures.md"


def test_every_measure_is_described() -> None:
    assert list(MEASURES) == list(Measure)


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), (
        "python -m quarterdeck_projections.usage.reference docs/reference/measures.md"
    )
