"""The picture in the README."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"
IMAGES = DOCS / "images"


def test_the_picture_is_the_one_that_its_recording_makes() -> None:
    drawn = runpy.run_path(str(DOCS / "picture.py"))["drawn"]

    picture = drawn((IMAGES / "terminal.cast").read_text("utf-8"))

    assert picture == (IMAGES / "terminal.svg").read_text("utf-8"), "run `python docs/picture.py`"
