"""What leaves the house: sent by whichever conductor is first, and looked for again and again."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from tests.support.deck import ADA, Deck
from tests.support.waiting import eventually

from quarterdeck.adapters.memory.delivery import MemoryFolders, MemoryMailer, MemoryWebhooks
from quarterdeck.application.background import end
from quarterdeck.application.deliveries import Channels, Deliveries
from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.delivery import DeliveryFailedError, Mail, Message
from quarterdeck.application.ports.log import Context, LoggedEvent, StreamWrite
from quarterdeck.application.streams import DELIVERY
from quarterdeck.conductor.open_work import OpenWork
from quarterdeck.conductor.outgoing import Outgoing
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.delivery import Channel, DeliveryAsked, Destination, DueDelivery, EndedDelivery
from quarterdeck.domain.errors import UnavailableError


class Post:
    def __init__(self, deck: Deck) -> None:
        self.deck, self.mailer, self.looked = deck, MemoryMailer(), 0
        self.broken: set[str] = set()

    async def compose(self, delivery_id: UUID, asked: LoggedEvent) -> Message:
        assert isinstance(asked.event, DeliveryAsked)
        address = asked.event.destination.address
        if address in self.broken:
            raise DeliveryFailedError("not now")
        return Message(mail=Mail(delivery_id=delivery_id, to=address, subject="s", text="t"))

    async def look(self) -> None:
        self.looked += 1
        if self.looked == 1:
            raise UnavailableError("not yet")
        if self.looked == 2:
            raise RuntimeError("a mistake of ours")

    def outgoing(self) -> Outgoing:
        channels = Channels(self.mailer, MemoryWebhooks(), MemoryFolders())
        deliveries = Deliveries(Journal(self.deck.log, "conductor"), self.deck.clock, channels, {"test": self.compose})
        return Outgoing(deliveries=deliveries, looks=(self.look,), look_seconds=0.01, send_seconds=0.01)

    async def ask(self, address: str) -> UUID:
        stream_id = uuid4()
        asked = DeliveryAsked(
            about="test", source_id=uuid4(), destination=Destination(channel=Channel.MAIL, address=address)
        )
        context = Context(actor=Actor(kind=ActorKind.USER, id=str(ADA)), correlation_id=uuid4())
        await self.deck.log.append([StreamWrite(stream_id=stream_id, expected_version=0, events=(asked,))], context)
        return stream_id


@pytest.fixture
def post(deck: Deck) -> Post:
    return Post(deck)


async def test_two_conductors_send_each_delivery_once_and_look_on_whatever_fails(deck: Deck, post: Post) -> None:
    before = [await post.ask(f"a{n}@example.org") for n in range(12)]
    conductors = [deck.conductor(outgoing=post.outgoing()) for _ in range(2)]
    tasks = [asyncio.create_task(each.run()) for each in conductors]
    try:
        after = await post.ask("late@example.org")
        await eventually(lambda: len(post.mailer.sent) >= 13 and post.looked > 4)
        for each in [*before, after]:
            state = (await DELIVERY.load(deck.log, each)).state
            assert isinstance(state, (EndedDelivery, DueDelivery))
    finally:
        await end(tasks)
    assert sorted(mail.delivery_id for mail in post.mailer.sent) == sorted([*before, after])


async def test_what_is_being_tried_again_keeps_the_place_that_a_conductor_begins_to_read_at(
    deck: Deck, post: Post
) -> None:
    work = OpenWork()
    delivery_id = await post.ask("a@example.org")
    for recorded in await deck.log.read(0, 100):
        work.apply(recorded)

    assert work.floor == work.position - 1
    assert work.deliveries.ready(datetime.now(UTC) + timedelta(days=1)) == [delivery_id]


async def test_one_that_fails_holds_up_no_other(deck: Deck, post: Post) -> None:
    post.broken = {f"a{n}@example.org" for n in range(20)}
    failing = [await post.ask(address) for address in sorted(post.broken)]
    await post.ask("fine@example.org")
    task = asyncio.create_task(deck.conductor(outgoing=post.outgoing()).run())
    try:
        await eventually(lambda: bool(post.mailer.sent))
    finally:
        await end([task])
    assert [mail.to for mail in post.mailer.sent] == ["fine@example.org"]
    state = (await DELIVERY.load(deck.log, failing[0])).state
    assert isinstance(state, DueDelivery)
    assert (state.attempts, state.reason) == (1, "not now")
