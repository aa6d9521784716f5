"""One message to one place: asked for once, sent until it arrives or is given up."""

import functools
import itertools
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

import pytest

from quarterdeck.domain import delivery
from quarterdeck.domain.delivery import (
    ATTEMPTS,
    LEASE,
    Channel,
    DeliveryAsked,
    DeliveryAttempted,
    DeliveryEvent,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliverySucceeded,
    Destination,
    DueDelivery,
    EndedDelivery,
    NoDelivery,
    destination,
)
from quarterdeck.domain.errors import InvalidInputError

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ID = UUID(int=3)
PLACE = Destination(channel=Channel.MAIL, address="ada@example.org")
ASKED = DeliveryAsked(about="alert notice", source_id=UUID(int=1), destination=PLACE)
STARTED = DeliveryAttempted(attempt=1, until=NOW + LEASE)


def state(*events: DeliveryEvent) -> delivery.DeliveryState:
    return functools.reduce(delivery.evolve, events, cast("delivery.DeliveryState", NoDelivery()))


def test_it_is_asked_for_once() -> None:
    assert delivery.ask(state(), ASKED) == (ASKED,)
    assert delivery.ask(state(ASKED), ASKED) == ()


def test_while_one_sends_no_other_begins_and_one_that_died_is_followed() -> None:
    sending = state(ASKED, STARTED)

    assert delivery.begin(state(ASKED), NOW) == (STARTED,)
    assert delivery.begin(sending, NOW + LEASE - timedelta(seconds=1)) == ()
    assert delivery.begin(sending, NOW + LEASE) == (DeliveryAttempted(attempt=2, until=NOW + 2 * LEASE),)


def test_what_arrived_has_ended_even_where_another_attempt_has_begun() -> None:
    twice = state(ASKED, STARTED, DeliveryAttempted(attempt=2, until=NOW + 2 * LEASE))

    [event] = delivery.succeed(twice, 1, "250\r\nOK\x1b[31m")

    assert event == DeliverySucceeded(attempt=1, answer="250 OK [31m")
    assert delivery.succeed(state(ASKED, STARTED, event), 2, "again") == ()
    assert delivery.begin(state(ASKED, STARTED, event), NOW + timedelta(days=9)) == ()


def test_a_failure_is_followed_by_another_attempt_later_each_time() -> None:
    pauses = [delivery.pause_after(attempt, ID) for attempt in range(1, ATTEMPTS)]

    assert timedelta(seconds=7) < pauses[0] < timedelta(seconds=13)
    assert timedelta(hours=6) <= pauses[-1] <= timedelta(hours=10)
    assert all(later > earlier * 1.5 for earlier, later in itertools.pairwise(pauses[:7]))
    assert timedelta(days=1) < sum(pauses, timedelta())
    assert delivery.pause_after(5, ID) != delivery.pause_after(5, UUID(int=4))
    assert delivery.pause_after(5, ID) == delivery.pause_after(5, ID)


def test_a_failure_waits_for_as_long_as_the_receiver_asks() -> None:
    sending = state(ASKED, STARTED)

    [event] = delivery.fail(sending, 1, "busy", NOW, stream_id=ID, wait=timedelta(hours=1))

    assert event == DeliveryFailed(attempt=1, reason="busy", again_at=NOW + timedelta(hours=1))
    failed = state(ASKED, STARTED, event)
    assert not delivery.is_due(failed, NOW + timedelta(minutes=59))
    assert delivery.is_due(failed, NOW + timedelta(hours=1))


def test_it_is_given_up_where_it_cannot_go_better_and_after_the_last_attempt() -> None:
    sending = state(ASKED, STARTED)
    last = state(ASKED, DeliveryAttempted(attempt=ATTEMPTS, until=NOW + LEASE))

    assert delivery.fail(sending, 1, "unknown", NOW, stream_id=ID, permanent=True) == (
        DeliveryGivenUp(attempt=1, reason="unknown"),
    )
    assert delivery.fail(last, ATTEMPTS, "away", NOW, stream_id=ID) == (
        DeliveryGivenUp(attempt=ATTEMPTS, reason="away"),
    )
    [silent] = delivery.begin(last, NOW + LEASE)
    assert isinstance(silent, DeliveryGivenUp)
    ended = state(ASKED, STARTED, DeliveryGivenUp(attempt=1, reason="unknown"))
    assert isinstance(ended, EndedDelivery)
    assert not ended.arrived


def test_a_late_failure_of_an_attempt_that_was_followed_says_nothing() -> None:
    twice = state(ASKED, STARTED, DeliveryAttempted(attempt=2, until=NOW + 2 * LEASE))

    assert delivery.fail(twice, 1, "late", NOW, stream_id=ID) == ()
    assert isinstance(twice, DueDelivery)


def test_what_outsiders_say_is_kept_in_one_line() -> None:
    assert delivery.bounded("a\nb\x00" + "c" * 5000) == "a b " + "c" * 295 + "…"


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        (Channel.MAIL, "ada"),
        (Channel.MAIL, "Ada <ada@example.org>"),
        (Channel.MAIL, "a@example.org\r\nBcc: b@example.org"),
        (Channel.MAIL, ".a@example.org"),
        (Channel.MAIL, "a@" + "x" * 300),
        (Channel.WEBHOOK, "ftp://example.org"),
        (Channel.WEBHOOK, "https://user:secret@example.org"),
        (Channel.WEBHOOK, "https://example.org/#x"),
        (Channel.WEBHOOK, "https://"),
        (Channel.WEBHOOK, "https://example.org:99999/"),
        (Channel.WEBHOOK, "https://example.org/a b"),
        (Channel.FOLDER, "../x"),
    ],
)
def test_an_address_that_cannot_be_sent_to_is_refused_at_once(channel: Channel, address: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        destination(channel, address, "to")

    assert refused.value.field == "to"
    assert "secret" not in refused.value.message or channel is Channel.WEBHOOK


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        (Channel.MAIL, "ada.l+qd@mail.example.org"),
        (Channel.MAIL, "root@localhost"),
        (Channel.WEBHOOK, "https://example.org:8443/hook?team=a"),
        (Channel.FOLDER, "weekly/api"),
    ],
)
def test_others_are_taken(channel: Channel, address: str) -> None:
    assert str(destination(channel, address)) == f"{channel}:{address}"


def test_the_same_message_to_the_same_place_has_one_id() -> None:
    other = Destination(channel=Channel.MAIL, address="bob@example.org")

    assert delivery.delivery_id(ID, PLACE) == delivery.delivery_id(ID, PLACE)
    assert delivery.delivery_id(ID, PLACE) != delivery.delivery_id(ID, other)
    assert delivery.webhook_id(None, "https://a.example") != delivery.webhook_id(ID, "https://a.example")
