"""The pictures in the README and the guide."""

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs"
IMAGES = DOCS / "images"


@pytest.mark.parametrize("cast", sorted(IMAGES.glob("*.cast")), ids=lambda path: path.stem)
def test_a_picture_is_the_one_that_its_recording_makes(cast: Path) -> None:
    drawn = runpy.run_path(str(DOCS / "picture.py"))["drawn"]

    picture = drawn(cast.read_text("utf-8"))

    assert picture == cast.with_suffix(".svg").read_text("utf-8"), "run `python docs/picture.py`"
