"""Reports: who may have what sent to whom, each period once, and nothing to who may not see it any more."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.reports import figures
from tests.unit.application.conftest import Deck

from quarterdeck.adapters.memory.delivery import MemoryFolders, MemoryMailer, MemoryWebhooks
from quarterdeck.adapters.memory.reports import MemoryFigures, MemoryReportBook
from quarterdeck.application.deliveries import Channels, Deliveries
from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.delivery import Mail
from quarterdeck.application.report_contents import ReportContents
from quarterdeck.application.report_issues import ABOUT, ReportIssues
from quarterdeck.application.reports import RecipientAsked, Reports
from quarterdeck.application.requests import IdempotencyKey
from quarterdeck.application.streams import DELIVERY, REPORT, REPORT_ISSUE
from quarterdeck.bootstrap.reports import LateRenderer
from quarterdeck.domain.delivery import LEASE, Channel, DeliveryAsked, Destination, DueDelivery, EndedDelivery
from quarterdeck.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from quarterdeck.domain.identity import UserRegistered
from quarterdeck.domain.project import MemberAdded, MemberRemoved, Role
from quarterdeck.domain.report import Report
from quarterdeck.domain.report_issue import DeliveredIssue, OpenIssue
from quarterdeck.domain.report_period import Cadence, Schedule

DAILY = Schedule(cadence=Cadence.DAILY, zone="UTC", at_minute=8 * 60)
START = datetime(2026, 11, 26, 7, tzinfo=UTC)


def to(address: str = "ada@example.org", user: str = "me", channel: Channel = Channel.MAIL) -> RecipientAsked:
    return RecipientAsked(destination=Destination(channel=channel, address=address), user=user)


class Office:
    """A project with an owner and a viewer, and reports of it."""

    def __init__(self) -> None:
        self.deck = Deck()
        self.deck.clock.time = START
        self.log, self.clock = self.deck.log, self.deck.clock
        self.source = MemoryFigures(self.log, figures())
        self.mailer, self.webhooks, self.folders = MemoryMailer(), MemoryWebhooks(), MemoryFolders()
        self.contents = ReportContents(self.log, self.clock, self.source, LateRenderer(), "https://deck.example.org")
        self.reports = Reports(self.log, self.clock, self.contents)
        self.ada, self.eve = self.deck.owner, self.deck.stranger
        self.grace = replace(self.ada, user_id=self.deck.ids.new(), user_name="grace")
        self.home = UUID(int=0)

    async def begin(self) -> None:
        for each in (self.ada, self.eve, self.grace):
            await self.deck.append(each.user_id, 0, UserRegistered(name=each.user_name))
        self.home = await self.deck.project()
        await self.deck.append(self.home, 1, MemberAdded(user_id=self.grace.user_id, role=Role.VIEWER))

    def conductor(self, mailer: MemoryMailer | None = None) -> tuple[ReportIssues, Deliveries]:
        journal = Journal(self.log, "conductor")
        issues = ReportIssues(journal, self.clock, MemoryReportBook(self.log), self.contents)
        channels = Channels(mailer or self.mailer, self.webhooks, self.folders)
        return issues, Deliveries(journal, self.clock, channels, {ABOUT: issues.compose})

    async def put(self, *recipients: RecipientAsked, by: Caller | None = None, name: str = "daily") -> UUID:
        outcome = await self.reports.put(by or self.ada, self.home, name, DAILY, recipients or (to(),))
        return outcome.subject_id

    async def deliveries(self) -> list[UUID]:
        return [e.stream_id for e in await self.log.read(0, 10_000) if isinstance(e.event, DeliveryAsked)]

    async def turn(self) -> None:
        """What a conductor does in one."""
        issues, sender = self.conductor()
        await issues.once()
        for each in await self.deliveries():
            await sender.attempt(each)
        await issues.once()

    async def ended(self) -> list[EndedDelivery]:
        states = [(await DELIVERY.load(self.log, each)).state for each in await self.deliveries()]
        return [each for each in states if isinstance(each, EndedDelivery)]


@pytest.fixture
async def office() -> Office:
    office = Office()
    await office.begin()
    return office


async def test_a_period_is_sent_when_it_is_due_once_and_told_to_be_delivered(office: Office) -> None:
    report_id = await office.put(
        to(), to("team", channel=Channel.FOLDER), to("https://a.example.org", channel=Channel.WEBHOOK)
    )
    await office.turn()
    assert office.mailer.sent == []

    office.clock.pass_time(timedelta(hours=1))
    for _ in range(3):
        await office.turn()

    (mail,) = office.mailer.sent
    assert mail.subject.startswith("Daily report: deck, Wed 25 Nov 2026")
    assert mail.delivery_id in await office.deliveries()
    assert [each.media_type for each in mail.images] == ["image/png"] * 3
    assert {each.name for each in mail.attachments} == {"totals.csv", "times.csv", "shares.csv", "tasks.csv"}
    assert len(office.webhooks.sent) == 1
    assert f"team/daily-{report_id.hex[-8:]}-2026-11-25.html" in office.folders.files
    state = (await REPORT.load(office.log, report_id)).state
    assert isinstance(state, Report)
    assert state.through == date(2026, 11, 26)
    topics = [e.topic for e in await office.log.read(0, 10_000)]
    assert [topics.count(each) for each in ("ReportIssued", "ReportPrepared", "ReportDelivered")] == [1, 1, 1]


async def test_two_conductors_at_once_send_it_once(office: Office) -> None:
    await office.put(to(), to("b@example.org"))
    office.clock.pass_time(timedelta(hours=1))

    await asyncio.gather(*(office.turn() for _ in range(5)))

    assert sorted(mail.to for mail in office.mailer.sent) == ["ada@example.org", "b@example.org"]


async def test_what_was_sent_and_not_written_down_is_sent_again_with_the_same_id(office: Office) -> None:
    """As after `kill -9` between the two."""
    await office.put()
    office.clock.pass_time(timedelta(hours=1))

    class Dying(MemoryMailer):
        async def send(self, mail: Mail) -> str:
            await office.mailer.send(mail)
            raise asyncio.CancelledError

    issues, sender = office.conductor(Dying())
    await issues.once()
    (delivery_id,) = await office.deliveries()
    with pytest.raises(asyncio.CancelledError):
        await sender.attempt(delivery_id)
    await office.turn()
    assert len(office.mailer.sent) == 1

    office.clock.pass_time(LEASE)
    await office.turn()

    assert [mail.delivery_id for mail in office.mailer.sent] == [delivery_id, delivery_id]
    assert [each.arrived for each in await office.ended()] == [True]


async def test_a_member_who_was_removed_gets_nothing_more(office: Office) -> None:
    await office.put(to(), to("grace@example.org", "grace"))
    version = len(await office.log.load(office.home))
    await office.deck.append(office.home, version, MemberRemoved(user_id=office.grace.user_id))
    office.clock.pass_time(timedelta(hours=1))
    await office.turn()

    assert [mail.to for mail in office.mailer.sent] == ["ada@example.org"]
    assert sorted(each.arrived for each in await office.ended()) == [False, True]
    refused = next(each for each in await office.ended() if not each.arrived)
    assert "may not see the project" in refused.detail
    issue = next(e.stream_id for e in await office.log.read(0, 10_000) if e.topic == "ReportPrepared")
    state = (await REPORT_ISSUE.load(office.log, issue)).state
    assert isinstance(state, DeliveredIssue)
    assert (state.arrived, state.failed) == (1, 1)


async def test_what_fails_is_tried_again_but_not_once_the_report_or_the_recipient_is_gone(office: Office) -> None:
    office.mailer.away = True
    report_id = await office.put(to(), to("b@example.org"))
    office.clock.pass_time(timedelta(hours=1))
    await office.turn()
    states = [(await DELIVERY.load(office.log, each)).state for each in await office.deliveries()]
    assert all(isinstance(each, DueDelivery) and each.attempts == 1 for each in states)

    office.mailer.away = False
    await office.put(to())
    office.clock.pass_time(timedelta(minutes=1))
    await office.turn()
    assert [mail.to for mail in office.mailer.sent] == ["ada@example.org"]

    office.clock.pass_time(timedelta(days=1))
    office.mailer.away = True
    await office.turn()
    await office.reports.remove(office.ada, report_id)
    office.mailer.away = False
    office.clock.pass_time(timedelta(minutes=1))
    await office.turn()
    assert len(office.mailer.sent) == 1
    assert "removed" in (await office.ended())[-1].detail


async def test_figures_that_cannot_be_read_now_are_waited_for(office: Office) -> None:
    await office.put()
    office.clock.pass_time(timedelta(hours=1))
    office.source.away = True
    await office.turn()
    assert office.mailer.sent == []

    office.source.away = False
    office.clock.pass_time(timedelta(minutes=1))
    await office.turn()
    assert len(office.mailer.sent) == 1


async def test_after_days_without_a_server_one_comes_and_says_how_many_did_not(office: Office) -> None:
    await office.put()
    office.clock.pass_time(timedelta(days=3, hours=2))
    await office.turn()

    (mail,) = office.mailer.sent
    assert "Sat 28 Nov" in mail.subject
    assert "3 reports before this one" in mail.text


async def test_a_report_that_was_removed_and_set_up_anew_does_not_repeat_a_period(office: Office) -> None:
    report_id = await office.put()
    office.clock.pass_time(timedelta(hours=1))
    await office.turn()
    await office.reports.remove(office.ada, report_id)
    later = replace(DAILY, at_minute=10 * 60)
    await office.reports.put(office.ada, office.home, "daily", later, (to(),))
    office.clock.pass_time(timedelta(hours=3))
    await office.turn()
    assert len(office.mailer.sent) == 1

    office.clock.pass_time(timedelta(days=1))
    await office.turn()
    assert len(office.mailer.sent) == 2


async def test_one_that_is_asked_for_goes_out_besides_and_under_a_key_once(office: Office) -> None:
    report_id = await office.put()
    key = IdempotencyKey(key="k", request_sha256="0" * 64)

    first = await office.reports.send(office.ada, report_id, date(2026, 11, 3), key)
    again = await office.reports.send(office.ada, report_id, date(2026, 11, 3), key)
    await office.reports.send(office.ada, report_id, date(2026, 11, 3))
    await office.turn()

    assert first.subject_id == again.subject_id
    assert isinstance(first.state, OpenIssue)
    assert [mail.subject[:38] for mail in office.mailer.sent] == ["Daily report: deck, Tue 3 Nov 2026: $1"] * 2
    assert len({mail.delivery_id for mail in office.mailer.sent}) == 2
    office.clock.pass_time(timedelta(hours=1))
    await office.turn()
    assert len(office.mailer.sent) == 3


async def test_a_member_may_have_it_sent_to_themselves_and_an_owner_to_others(office: Office) -> None:
    await office.put(to("grace@example.org"), by=office.grace, name="mine")
    for wrong in (
        to("a@example.org", "ada"),
        to("https://a.example.org", channel=Channel.WEBHOOK),
        to("team", channel=Channel.FOLDER),
    ):
        with pytest.raises(ForbiddenError):
            await office.put(wrong, by=office.grace, name="others")
    with pytest.raises(NotFoundError):
        await office.put(by=office.eve)
    with pytest.raises(InvalidInputError):
        await office.put(to(user="eve"))


async def test_a_report_is_its_owners_and_the_projects_owners(office: Office) -> None:
    report_id = await office.put()
    with pytest.raises(ConflictError):
        await office.put(to("grace@example.org"), by=office.grace)
    with pytest.raises(ConflictError):
        await office.reports.remove(office.grace, report_id)
    with pytest.raises(NotFoundError):
        await office.reports.remove(office.eve, report_id)
    mine = await office.put(to("grace@example.org"), by=office.grace, name="mine")
    await office.reports.remove(office.ada, mine)


async def test_a_report_of_all_projects_is_of_those_that_the_recipient_may_see(office: Office) -> None:
    outcome = await office.reports.put(office.grace, None, "all", DAILY, (to("grace@example.org"),))
    with pytest.raises(ForbiddenError):
        await office.reports.put(office.grace, None, "all", DAILY, (to("team", channel=Channel.FOLDER),))
    with pytest.raises(NotFoundError):
        await office.reports.remove(office.ada, outcome.subject_id)

    office.clock.pass_time(timedelta(hours=1))
    await office.turn()
    assert office.source.asked[-1].project_ids == (office.home,)
    version = len(await office.log.load(office.home))
    await office.deck.append(office.home, version, MemberRemoved(user_id=office.grace.user_id))
    office.clock.pass_time(timedelta(days=1))
    await office.turn()
    assert [len(each.project_ids) for each in office.source.asked] == [1, 0]


async def test_a_preview_is_what_the_caller_would_get_and_sends_nothing(office: Office) -> None:
    head = await office.log.head()
    content, rendered = await office.reports.preview(office.grace, office.home, "", DAILY, None)

    assert (content.first, content.complete) == (date(2026, 11, 25), True)
    assert rendered.page.startswith("<!DOCTYPE html>")
    running, _ = await office.reports.preview(office.grace, office.home, "", DAILY, date(2026, 11, 26))
    assert not running.complete
    with pytest.raises(NotFoundError):
        await office.reports.preview(office.eve, office.home, "", DAILY, None)
    assert await office.log.head() == head


async def test_nothing_that_a_conductor_writes_has_anything_of_the_content(office: Office) -> None:
    await office.put()
    office.clock.pass_time(timedelta(hours=1))
    await office.turn()
    told: list[Any] = [e.event for e in await office.log.read(0, 10_000)]
    assert "claude-sonnet" not in repr(told)
