"""What a release can read of a log."""

from dataclasses import replace

from tests.support.rows import row

from quarterdeck.audit.rehearse import Unreadable, rehearse


def test_what_can_be_read_is_counted_with_earlier_shapes_and_holes() -> None:
    known = replace(row(1, b'{"reason":"x"}'), topic="CommandLost")
    earlier = replace(row(2, b'{"name":"ada"}'), topic="UserRegistered")
    found = rehearse([known, earlier, replace(row(3), payload=None)])
    assert (found.good, found.read, found.erased) == (True, 2, 1)


def test_what_cannot_be_read_is_told_by_kind_and_reason() -> None:
    rows = [
        replace(row(1), topic="SessionTeleported"),
        replace(row(2, b'{"reason":1}'), topic="CommandLost"),
        replace(row(3, b'{"reason":"x"}'), topic="CommandLost", schema_version=9),
        replace(row(4), topic="SessionTeleported"),
    ]
    found = rehearse(rows)
    assert not found.good
    assert [(each.topic, each.why, each.count, each.positions) for each in found.unreadable.values()] == [
        ("SessionTeleported", Unreadable.TOPIC, 2, [1, 4]),
        ("CommandLost", Unreadable.PAYLOAD, 1, [2]),
        ("CommandLost", Unreadable.VERSION, 1, [3]),
    ]


def test_of_many_alike_the_first_positions_are_told() -> None:
    found = rehearse(replace(row(position), topic="SessionTeleported") for position in range(1, 100))
    [kind] = found.unreadable.values()
    assert (kind.count, kind.positions) == (99, list(range(1, 11)))
