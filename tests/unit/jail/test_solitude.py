"""How long a shim has been alone."""

import time

from quarterdeck.jail.shim.solitude import Solitude


def test_it_is_too_long_once_and_counts_from_when_the_last_worker_went() -> None:
    alone = Solitude(60)
    alone.note(alone=True)
    ends = alone.ends
    alone.note(alone=True)
    assert ends is not None
    assert alone.ends == ends
    assert not alone.is_too_long(ends - 1)
    assert alone.is_too_long(ends)
    assert not alone.is_too_long(ends + 1)


def test_with_a_worker_it_is_never_too_long() -> None:
    alone = Solitude(60)
    alone.note(alone=True)
    alone.note(alone=False)
    assert alone.ends is None
    assert not alone.is_too_long(time.monotonic() + 3600)


def test_where_it_may_be_alone_for_ever_it_is_not_counted() -> None:
    alone = Solitude(0)
    alone.note(alone=True)
    assert alone.ends is None
