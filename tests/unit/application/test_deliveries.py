"""Sending what is to be delivered: claimed in the log before, and how it went after."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from quarterdeck.adapters.memory.delivery import MemoryFolders, MemoryMailer, MemoryWebhooks
from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.application.deliveries import Channels, Deliveries, OpenDeliveries
from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.delivery import DeliveryFailedError, Mail, Message
from quarterdeck.application.ports.log import Context, LoggedEvent, StreamWrite
from quarterdeck.domain import delivery
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.delivery import (
    LEASE,
    Channel,
    DeliveryAsked,
    DeliveryAttempted,
    DeliveryEvent,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliverySucceeded,
    Destination,
)

PROJECT = UUID(int=5)
MAIL = Destination(channel=Channel.MAIL, address="ada@example.org")
HOOK = Destination(channel=Channel.WEBHOOK, address="https://example.org/hook")
FOLDER = Destination(channel=Channel.FOLDER, address="weekly")


@dataclass
class Clock:
    time: datetime = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@dataclass
class Post:
    """A log, one clock, and channels in memory."""

    clock: Clock = field(default_factory=Clock)
    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    webhooks: MemoryWebhooks = field(default_factory=MemoryWebhooks)
    folders: MemoryFolders = field(default_factory=MemoryFolders)

    def __post_init__(self) -> None:
        self.log = MemoryEventLog(self.clock)

    def sender(self, name: str = "conductor") -> Deliveries:
        channels = Channels(self.mailer, self.webhooks, self.folders)
        return Deliveries(Journal(self.log, name), self.clock, channels, {"test": self.compose})

    async def compose(self, delivery_id: UUID, asked: LoggedEvent) -> Message:
        assert isinstance(asked.event, DeliveryAsked)
        mail = Mail(delivery_id=delivery_id, to=asked.event.destination.address, subject="s", text="t")
        return Message(mail=mail, payload=b"{}", files={"a.txt": b"a"})

    async def asked(self, destination: Destination = MAIL, about: str = "test") -> UUID:
        delivery_id = delivery.delivery_id(uuid4(), destination)
        event = DeliveryAsked(about=about, source_id=uuid4(), destination=destination)
        context = Context(
            actor=Actor(kind=ActorKind.SYSTEM, id="conductor"), correlation_id=uuid4(), project_id=PROJECT
        )
        await self.log.append([StreamWrite(stream_id=delivery_id, expected_version=0, events=(event,))], context)
        return delivery_id

    async def events(self, delivery_id: UUID) -> list[object]:
        return [each.event for each in await self.log.load(delivery_id)]

    async def open(self) -> OpenDeliveries:
        found = OpenDeliveries()
        for recorded in await self.log.read(0, 1000):
            found.apply(recorded)
        return found


async def test_each_channel_gets_its_message_once() -> None:
    post = Post()
    ids = [await post.asked(place) for place in (MAIL, HOOK, FOLDER)]

    outcomes = [await post.sender().attempt(each) for each in ids]
    again = [await post.sender().attempt(each) for each in ids]

    assert [type(each) for each in outcomes] == [DeliverySucceeded] * 3
    assert again == [None] * 3
    assert [mail.delivery_id for mail in post.mailer.sent] == ids[:1]
    [called] = post.webhooks.sent
    assert (called.delivery_id, called.webhook_id) == (ids[1], delivery.webhook_id(PROJECT, HOOK.address))
    assert post.folders.files == {"weekly/a.txt": b"a"}
    assert (await post.open()).due == {}


async def test_of_many_senders_at_once_one_sends() -> None:
    post = Post()
    delivery_id = await post.asked()

    outcomes = await asyncio.gather(*(post.sender(str(number)).attempt(delivery_id) for number in range(20)))

    assert len([each for each in outcomes if each]) == 1
    assert len(post.mailer.sent) == 1


async def test_what_a_sender_that_died_may_have_sent_is_sent_again_with_the_same_id() -> None:
    post = Post()
    delivery_id = await post.asked()

    async def dies(mail: Mail) -> str:
        post.mailer.sent.append(mail)
        raise asyncio.CancelledError

    dying = post.sender("first")
    dying._channels.mailer.send = dies  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        await dying.attempt(delivery_id)
    del post.mailer.send
    early = await post.sender("second").attempt(delivery_id)
    post.clock.time += LEASE
    assert (await post.open()).ready(post.clock.now()) == [delivery_id]
    later = await post.sender("second").attempt(delivery_id)

    assert (early, later) == (None, DeliverySucceeded(attempt=2, answer="OK"))
    assert {mail.delivery_id for mail in post.mailer.sent} == {delivery_id}


async def test_a_failure_is_tried_again_when_the_log_says_so() -> None:
    post = Post()
    delivery_id = await post.asked(HOOK)
    post.webhooks.failure = DeliveryFailedError("HTTP 503.", wait=timedelta(minutes=5))

    failed = await post.sender().attempt(delivery_id)
    post.webhooks.failure = None

    assert isinstance(failed, DeliveryFailed)
    assert failed.again_at == post.clock.now() + timedelta(minutes=5)
    assert (await post.open()).ready(post.clock.now()) == []
    assert await post.sender().attempt(delivery_id) is None
    post.clock.time += timedelta(minutes=5)
    assert (await post.open()).ready(post.clock.now()) == [delivery_id]
    assert isinstance(await post.sender().attempt(delivery_id), DeliverySucceeded)


async def test_a_receiver_that_never_answers_is_given_up_after_more_than_a_day() -> None:
    post = Post(mailer=MemoryMailer(away=True))
    delivery_id = await post.asked()
    began, last = post.clock.time, None

    while (await post.open()).due:
        last = await post.sender().attempt(delivery_id)
        post.clock.time += timedelta(minutes=10)

    assert isinstance(last, DeliveryGivenUp)
    assert timedelta(days=1) < post.clock.time - began < timedelta(days=3)


async def test_an_unknown_address_is_given_up_at_once() -> None:
    post = Post(mailer=MemoryMailer(refused={MAIL.address}))

    assert isinstance(await post.sender().attempt(await post.asked()), DeliveryGivenUp)


async def test_a_message_that_cannot_be_made_is_tried_again_and_holds_up_nothing() -> None:
    post = Post()

    async def breaks(_: UUID, __: LoggedEvent) -> Message:
        raise RuntimeError("a secret")

    broken = Deliveries(
        Journal(post.log, "conductor"),
        post.clock,
        Channels(post.mailer, post.webhooks, post.folders),
        {"test": breaks},
    )
    outcomes: list[DeliveryEvent | None] = [
        await broken.attempt(await post.asked()),
        await broken.attempt(await post.asked(about="from a later release")),
    ]

    for outcome in outcomes:
        assert isinstance(outcome, DeliveryFailed)
        assert "secret" not in outcome.reason


async def test_an_attempt_that_cannot_be_written_down_is_not_made() -> None:
    post = Post()
    delivery_id = await post.asked()
    context = Context(actor=Actor(kind=ActorKind.SYSTEM, id="other"), correlation_id=uuid4())
    claim = DeliveryAttempted(attempt=1, until=post.clock.now() + LEASE)
    await post.log.append([StreamWrite(stream_id=delivery_id, expected_version=1, events=(claim,))], context)

    assert await post.sender().attempt(delivery_id) is None
    assert post.mailer.sent == []
