"""Python's cycle collector, kept from walking a batch again and again while it is built."""

import contextlib
import gc
from collections.abc import Generator

NEW_OBJECTS = 200_000
"""A batch makes some ten thousand at once, and none of them in a cycle."""


@contextlib.contextmanager
def rare_collection() -> Generator[None]:
    """For a process that does nothing but project. Doubles the rate of catching up."""
    before = gc.get_threshold()
    gc.set_threshold(NEW_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
