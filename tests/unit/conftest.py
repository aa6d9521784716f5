"""What holds for all tests of small parts."""

from collections.abc import Iterator

import pytest
from tests.support import pauses


@pytest.fixture(autouse=True)
def short_pauses() -> Iterator[None]:
    with pauses.shorter():
        yield
