"""Streams that were read a moment ago."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from quarterdeck.adapters.postgres.events import decoded
from quarterdeck.adapters.postgres.feed import Entry
from quarterdeck.adapters.postgres.recent import FRESH_SECONDS, LONGEST, MOST_STREAMS, RecentStreams
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.domain.base import Actor, ActorKind, Envelope

ENVELOPE = Envelope(
    recorded_at=datetime(2026, 1, 1, tzinfo=UTC), actor=Actor(kind=ActorKind.USER, id="u"), correlation_id=uuid4()
)
STREAM = uuid4()


class Hands:
    """A clock that is set by hand."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


def entry(version: int, stream_id: UUID = STREAM) -> Entry:
    return Entry(
        RawEvent(
            position=version,
            stream_id=stream_id,
            version=version,
            topic="CommandCancelRequested",
            schema_version=1,
            envelope=ENVELOPE,
            payload=b"{}",
            payload_digest=bytes(32),
            digest=bytes(32),
        )
    )


def read(upto: int, stream_id: UUID = STREAM) -> list[Entry]:
    return [entry(version, stream_id) for version in range(1, upto + 1)]


def put(recent: RecentStreams, upto: int, missed: list[Entry] | None = None, stream_id: UUID = STREAM) -> None:
    recent.put(stream_id, [decoded(each.raw) for each in read(upto, stream_id)], [] if missed is None else missed)


def versions(recent: RecentStreams, at_least: int = 0, stream_id: UUID = STREAM) -> list[int] | None:
    found = recent.get(stream_id, at_least)
    return None if found is None else [each.version for each in found]


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def recent(hands: Hands) -> RecentStreams:
    return RecentStreams(hands)


def test_what_was_never_read_is_not_known(recent: RecentStreams) -> None:
    assert versions(recent) is None


def test_a_stream_is_known_as_it_was_read_and_as_it_went_on(recent: RecentStreams) -> None:
    put(recent, 2)
    given = recent.get(STREAM, 0)
    recent.heard([entry(3), entry(4, uuid4())])

    assert versions(recent) == [1, 2, 3]
    assert given is not None
    assert len(given) == 2


def test_what_the_feed_had_while_it_was_read_is_not_missed(recent: RecentStreams) -> None:
    put(recent, 2, missed=[entry(2), entry(3)])

    assert versions(recent) == [1, 2, 3]


def test_where_the_feed_cannot_tell_nothing_is_kept(recent: RecentStreams) -> None:
    recent.put(STREAM, [decoded(entry(1).raw)], None)

    assert versions(recent) is None


def test_a_gap_in_what_was_heard_has_it_read_anew(recent: RecentStreams) -> None:
    put(recent, 2)
    recent.heard([entry(4)])

    assert versions(recent) is None


def test_it_is_read_anew_where_this_process_knows_of_a_later_version(recent: RecentStreams) -> None:
    put(recent, 2)

    assert versions(recent, at_least=3) is None


def test_it_is_read_anew_after_a_moment_whatever_was_heard(recent: RecentStreams, hands: Hands) -> None:
    put(recent, 1)
    hands.at += FRESH_SECONDS * 0.9
    recent.heard([entry(2)])
    assert versions(recent) == [1, 2]

    hands.at += FRESH_SECONDS * 0.2
    assert versions(recent) is None


def test_long_streams_and_old_ones_take_no_memory(recent: RecentStreams) -> None:
    put(recent, LONGEST + 1)
    assert versions(recent) is None

    put(recent, 1)
    for _ in range(MOST_STREAMS):
        put(recent, 1, stream_id=uuid4())
    assert versions(recent) is None


def test_a_stream_that_grows_long_is_let_go(recent: RecentStreams) -> None:
    put(recent, LONGEST)
    recent.heard([entry(LONGEST + 1)])

    assert versions(recent) is None
