"""A world in memory for one test."""

from pathlib import Path

import pytest
from tests.support.deck import Deck


@pytest.fixture
def deck(tmp_path: Path) -> Deck:
    return Deck(tmp_path)
