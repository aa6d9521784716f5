"""What the shim hears of its descriptors."""

import os
from collections.abc import Iterator
from contextlib import suppress

import pytest

from quarterdeck.jail.shim.descriptors import Descriptors


@pytest.fixture
def ready() -> Iterator[tuple[int, int]]:
    """Two that have something to read."""
    pipes = [os.pipe(), os.pipe()]
    for _, writing in pipes:
        os.write(writing, b"x")
    yield pipes[0][0], pipes[1][0]
    for fd in (fd for pipe in pipes for fd in pipe):
        with suppress(OSError):
            os.close(fd)


def test_all_that_are_ready_are_called(ready: tuple[int, int]) -> None:
    descriptors, called = Descriptors(), list[bytes]()
    descriptors.watch(ready[0], lambda: called.append(os.read(ready[0], 1)))
    descriptors.watch(ready[1], lambda: called.append(os.read(ready[1], 1)))

    descriptors.call_ready(1, _fail)

    assert called == [b"x", b"x"]


def test_a_descriptor_is_not_called_for_what_its_number_meant_before(ready: tuple[int, int]) -> None:
    """As when a jail has ended: its descriptors are ready together, and those of the next have the same numbers."""
    descriptors, called = Descriptors(), list[str]()

    def end_and_begin_anew() -> None:
        called.append("old")
        silent, end = os.pipe()
        for fd in ready:
            descriptors.unwatch(fd)
            os.dup2(silent, fd)
            descriptors.watch(fd, lambda: called.append("new"))
        os.close(silent)
        ends.append(end)

    ends = list[int]()
    for fd in ready:
        descriptors.watch(fd, end_and_begin_anew)

    descriptors.call_ready(1, _fail)
    descriptors.call_ready(0, _fail)

    assert called == ["old"]
    for end in ends:
        os.close(end)


def test_one_whose_callback_fails_is_told_and_the_others_are_called(
    ready: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    descriptors, called, failed = Descriptors(), list[bytes](), list[int]()
    descriptors.watch(ready[0], lambda: called.append(os.pread(ready[0], 1, 0)))
    descriptors.watch(ready[1], lambda: called.append(os.read(ready[1], 1)))

    descriptors.call_ready(1, failed.append)

    assert (failed, called) == ([ready[0]], [b"x"])
    assert "Illegal seek" in capsys.readouterr().err


def _fail(fd: int) -> None:
    raise AssertionError(f"the callback of {fd} failed")
