"""Looking at alert rules: raised once, resolved once, told once, whoever looks and whatever dies."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from tests.support.memory_alerts import MemoryAlertReadings, tables

from quarterdeck.adapters.delivery.notices import WrittenNotices
from quarterdeck.adapters.memory.cursors import MemoryCursors
from quarterdeck.adapters.memory.delivery import MemoryFolders, MemoryMailer, MemoryWebhooks
from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.adapters.system import SystemIds
from quarterdeck.application.alert_notices import AlertNotices
from quarterdeck.application.alert_watch import MOST_RAISED, AlertWatch
from quarterdeck.application.alerts import NOTICE, Alerts
from quarterdeck.application.deliveries import Channels, Deliveries, OpenDeliveries
from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.callers import Caller
from quarterdeck.domain.alert import Sample
from quarterdeck.domain.alert_rule import Condition, Kind, QuietHours, RuleSettings, rule_id
from quarterdeck.domain.delivery import Channel, Destination
from quarterdeck.domain.errors import ForbiddenError, NotFoundError, UnavailableError
from quarterdeck.domain.silence import Matcher

ADMIN = Caller(
    user_id=UUID(int=1),
    user_name="ada",
    token_id=UUID(int=2),
    scopes=("*",),
    correlation_id=uuid4(),
    roles=frozenset({"admin"}),
)
MAIL = Destination(channel=Channel.MAIL, address="ada@example.org")
HOOK = Destination(channel=Channel.WEBHOOK, address="https://example.org/hook")
QUEUE = Condition(kind=Kind.QUEUE_AGE, threshold=60, group_by=("user",))
SETTINGS = RuleSettings(condition=QUEUE, destinations=(MAIL, HOOK), gather_seconds=60)
BOTH = (Sample(value=100, labels={"user": "a"}), Sample(value=200, labels={"user": "b"}))
RULE = rule_id(None, "queue")


@dataclass
class Clock:
    time: datetime = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@dataclass
class House:
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.log = MemoryEventLog(self.clock)
        self.readings = MemoryAlertReadings(self.log)
        self.cursors = MemoryCursors()
        self.alerts = Alerts(self.log, self.clock, SystemIds())
        self.mailer, self.webhooks = MemoryMailer(), MemoryWebhooks()

    def watch(self) -> AlertWatch:
        """Another conductor's, each time."""
        return AlertWatch(Journal(self.log, "conductor"), self.clock, self.cursors, self.readings)

    async def rule(self, settings: RuleSettings = SETTINGS, name: str = "queue") -> None:
        await self.alerts.set_rule(ADMIN, None, name, settings)

    async def look(self, *found: Sample, after: float = 15, watch: AlertWatch | None = None) -> None:
        self.clock.time += timedelta(seconds=after)
        self.readings.found = list(found)
        await (watch or self.watch()).look()

    async def deliver(self) -> None:
        notices = AlertNotices(Journal(self.log, "conductor"), WrittenNotices("http://deck.example"))
        deliveries = Deliveries(
            Journal(self.log, "conductor"),
            self.clock,
            Channels(self.mailer, self.webhooks, MemoryFolders()),
            {NOTICE: notices.compose},
        )
        opened = OpenDeliveries()
        for each in await self.log.read(0, 10_000):
            opened.apply(each)
        for delivery_id in opened.ready(self.clock.now()):
            await deliveries.attempt(delivery_id)

    async def states(self) -> dict[str, str]:
        """By the user that it is about: of the last alert of each."""
        rows = (await tables(self.log)).get("alerts", {}).values()
        return {str(row["group_key"]).split('"')[3]: str(row["state"]) for row in rows}

    async def topics(self) -> list[str]:
        return [each.topic for each in await self.log.read(0, 10_000)]

    async def count(self, topic: str) -> int:
        return (await self.topics()).count(topic)


@pytest.fixture
async def house() -> House:
    made = House()
    await made.rule()
    return made


async def test_what_holds_is_raised_told_in_one_message_and_resolved(house: House) -> None:
    await house.look(*BOTH)
    await house.look(*BOTH)
    await house.deliver()

    assert await house.states() == {"a": "firing", "b": "firing"}
    [mail] = house.mailer.sent
    assert mail.to == "ada@example.org"
    assert "2 raised" in mail.subject
    assert len(house.webhooks.sent) == 1
    await house.look(BOTH[0], after=61)
    await house.look(BOTH[0])
    await house.deliver()
    assert await house.states() == {"a": "firing", "b": "resolved"}
    assert len(house.mailer.sent) == 2
    assert "1 over, 1 still there" in house.mailer.sent[1].subject
    assert mail.thread == house.mailer.sent[1].thread


async def test_two_conductors_that_look_at_once_raise_tell_and_resolve_once(house: House) -> None:
    for found in (BOTH, BOTH, (), ()):
        house.clock.time += timedelta(seconds=61)
        house.readings.found = list(found)
        await asyncio.gather(*(house.watch().look() for _ in range(5)))

    assert await house.count("AlertRaised") == 2
    assert await house.count("AlertResolved") == 2
    assert await house.count("AlertNoticeMade") == 2
    assert await house.count("DeliveryAsked") == 4


async def test_of_two_conductors_one_looks_and_the_other_takes_over(house: House) -> None:
    house.readings.found = list(BOTH)
    one, other = house.watch(), house.watch()
    assert (await one.once(), await other.once()) == (True, False)
    for _ in range(60):
        house.clock.time += timedelta(seconds=1)
        await one.once()
        assert not await other.once()
    assert (one.firing, other.firing) == (2, 0)

    seconds = 0
    while not await other.once():
        house.clock.time += timedelta(seconds=1)
        seconds += 1
    assert 5 <= seconds <= 20
    assert (await one.once(), one.firing, other.firing) == (False, 0, 2)


async def test_what_comes_back_is_another_alert(house: House) -> None:
    for found in (BOTH[:1], (), BOTH[:1]):
        await house.look(*found)

    assert await house.count("AlertRaised") == 2
    assert len((await tables(house.log))["alerts"]) == 2


async def test_it_must_hold_for_as_long_as_the_rule_wants_over_a_restart(house: House) -> None:
    await house.rule(replace(SETTINGS, condition=replace(QUEUE, for_seconds=120)))

    for _ in range(8):
        await house.look(*BOTH)
    assert await house.count("AlertPending") == 2
    assert await house.count("AlertRaised") == 0
    await house.look(*BOTH)
    assert await house.count("AlertRaised") == 2
    # and what comes back waits, and is raised, once more
    await house.look()
    for _ in range(9):
        await house.look(*BOTH)
    assert await house.count("AlertRaised") == 4


async def test_an_outage_does_not_count_as_time_in_which_it_held(house: House) -> None:
    await house.rule(replace(SETTINGS, condition=replace(QUEUE, for_seconds=120)))
    await house.look(*BOTH)

    await house.look(*BOTH, after=3600)

    assert await house.count("AlertRaised") == 0
    for _ in range(8):
        await house.look(*BOTH)
    assert await house.count("AlertRaised") == 2


async def test_what_ends_before_is_never_raised_nor_told(house: House) -> None:
    await house.rule(replace(SETTINGS, condition=replace(QUEUE, for_seconds=120)))
    await house.look(*BOTH)
    await house.look()
    await house.look(after=61)

    assert await house.states() == {"a": "cleared", "b": "cleared"}
    assert await house.count("AlertNoticeMade") == 0


async def test_nothing_is_decided_by_read_models_that_lag_behind(house: House) -> None:
    house.readings.late = True

    with pytest.raises(UnavailableError):
        await house.look(*BOTH)

    assert await house.count("AlertRaised") == 0
    # and that nobody could look is not taken for a look
    assert await house.cursors.get("alerts.looked") == 0


async def test_absence_is_raised_only_where_somebody_looked_for_all_that_time(house: House) -> None:
    absent = Condition(kind=Kind.ABSENCE, measure="command_duration", window_seconds=600)
    await house.alerts.remove_rule(ADMIN, RULE)
    await house.rule(RuleSettings(condition=absent), "silent")
    nothing, watch = Sample(value=0, count=0), house.watch()

    for _ in range(39):
        await house.look(nothing, watch=watch)
    assert await house.count("AlertRaised") == 0
    for _ in range(3):
        await house.look(nothing, watch=watch)
    assert await house.count("AlertRaised") == 1
    await house.look(Sample(value=1, count=1), watch=watch)
    assert await house.count("AlertResolved") == 1
    await house.look(nothing, after=7200, watch=watch)
    assert await house.count("AlertRaised") == 1


async def test_a_rule_that_is_removed_takes_its_alerts_with_it(house: House) -> None:
    await house.look(*BOTH)
    await house.alerts.remove_rule(ADMIN, RULE)
    await house.look(*BOTH)

    rows = (await tables(house.log))["alerts"].values()
    assert {row["resolution"] for row in rows} == {"rule_removed"}


async def test_a_rule_grouped_otherwise_resolves_what_it_raised_before(house: House) -> None:
    await house.look(*BOTH)
    await house.rule(replace(SETTINGS, condition=replace(QUEUE, group_by=())))
    await house.look(Sample(value=200))

    rows = [(row["group_key"], row["state"], row["resolution"]) for row in (await tables(house.log))["alerts"].values()]
    assert rows[2] == ("[]", "firing", "")
    assert {row[1:] for row in rows[:2]} == {("resolved", "rule_changed")}


async def test_one_rule_that_cannot_be_looked_at_holds_up_no_other_and_resolves_nothing(house: House) -> None:
    await house.look(*BOTH)
    house.readings.broken = True
    await house.look()

    assert await house.states() == {"a": "firing", "b": "firing"}


async def test_a_rule_grouped_too_finely_raises_so_many_and_no_more(house: House) -> None:
    await house.look(*(Sample(value=99, labels={"user": str(number)}) for number in range(MOST_RAISED + 50)))

    assert await house.count("AlertRaised") == MOST_RAISED


async def test_what_is_silenced_is_raised_and_not_told_until_the_silence_is_over(house: House) -> None:
    until = house.clock.now() + timedelta(minutes=10)
    await house.alerts.set_silence(ADMIN, None, Matcher(labels={"user": "a"}), until, "known")

    await house.look(*BOTH)
    await house.look(*BOTH)
    await house.deliver()
    [first] = house.mailer.sent
    assert "user: b" in first.text
    assert "user: a" not in first.text
    await house.look(*BOTH, after=600)
    await house.deliver()
    assert "user: a" in house.mailer.sent[1].text


async def test_what_was_over_while_it_was_silenced_is_never_told(house: House) -> None:
    until = house.clock.now() + timedelta(minutes=10)
    await house.alerts.set_silence(ADMIN, None, Matcher(), until, "known")
    await house.look(*BOTH)
    await house.look()

    await house.look(after=700)

    assert await house.count("AlertNoticeMade") == 0


async def test_a_silence_that_is_ended_holds_no_more(house: House) -> None:
    until = house.clock.now() + timedelta(minutes=10)
    outcome = await house.alerts.set_silence(ADMIN, None, Matcher(), until, "known")
    await house.look(*BOTH)
    await house.alerts.end_silence(ADMIN, outcome.subject_id)
    await house.look(*BOTH)

    assert await house.count("AlertNoticeMade") == 1


async def test_what_somebody_sees_to_is_not_said_again(house: House) -> None:
    await house.rule(replace(SETTINGS, repeat_seconds=300))
    await house.look(BOTH[0])
    await house.look(BOTH[0])
    await house.look(BOTH[0], after=301)
    assert await house.count("AlertNoticeMade") == 2
    [alert_id] = [row["id"] for row in (await tables(house.log))["alerts"].values()]
    await house.alerts.acknowledge(ADMIN, UUID(str(alert_id)), "on it")

    await house.look(BOTH[0], after=301)

    assert await house.count("AlertNoticeMade") == 2
    assert await house.states() == {"a": "acknowledged"}


async def test_quiet_hours_end_with_a_digest(house: House) -> None:
    quiet = QuietHours(zone="UTC", start="11:00", end="13:00")
    await house.rule(replace(SETTINGS, quiet_hours=quiet))
    await house.look(*BOTH)
    await house.look(BOTH[0], after=60)
    await house.deliver()
    assert house.mailer.sent == []

    await house.look(BOTH[0], after=3600)
    await house.deliver()

    [mail] = house.mailer.sent
    assert mail.subject.startswith("[digest]")
    assert "user: a" in mail.text
    assert "user: b" in mail.text


async def test_a_sender_that_dies_between_notice_and_delivery_leaves_it_to_the_next(house: House) -> None:
    await house.look(*BOTH)
    await house.look(*BOTH)
    house.mailer.away = True
    await house.deliver()
    house.mailer.away = False

    house.clock.time += timedelta(minutes=1)
    await house.deliver()
    await house.deliver()

    assert len(house.mailer.sent) == len(house.webhooks.sent) == 1


async def test_a_test_goes_to_every_place(house: House) -> None:
    await house.alerts.send_test(ADMIN, RULE)
    await house.deliver()

    assert house.mailer.sent[0].subject.startswith("[test] server: queue")
    assert b'"type":"alert.test"' in house.webhooks.sent[0].body


async def test_what_names_hold_is_told_as_text(house: House) -> None:
    nasty = Sample(value=99, labels={"user": "<script>alert(1)</script>\r\nBcc: x@example.org"})
    await house.look(nasty)
    await house.look(nasty)
    await house.deliver()

    [mail] = house.mailer.sent
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert "\n" not in mail.subject


async def test_a_look_waits_for_its_time_and_follows_soon_where_something_changed(house: House) -> None:
    watch = house.watch()
    house.readings.found = list(BOTH)
    await watch.once()
    house.readings.found = []
    await watch.once()
    assert await house.states() == {"a": "firing", "b": "firing"}

    house.clock.time += timedelta(seconds=2)
    await watch.once()
    assert await house.states() == {"a": "resolved", "b": "resolved"}
    house.clock.time += timedelta(seconds=2)
    await watch.once()
    house.readings.found = list(BOTH)
    house.clock.time += timedelta(seconds=2)
    await watch.once()
    assert await house.states() == {"a": "resolved", "b": "resolved"}
    house.clock.time += timedelta(seconds=13)
    await watch.once()
    assert await house.states() == {"a": "firing", "b": "firing"}


async def test_alerts_of_the_server_are_its_admins(house: House) -> None:
    await house.look(*BOTH)
    stranger = replace(ADMIN, roles=frozenset[str]())
    [first, _] = [UUID(str(row["id"])) for row in (await tables(house.log))["alerts"].values()]

    with pytest.raises(ForbiddenError):
        await house.alerts.set_rule(stranger, None, "mine", SETTINGS)
    with pytest.raises(ForbiddenError):
        await house.alerts.set_silence(stranger, None, Matcher(), house.clock.now() + timedelta(hours=1), "x")
    for attempt in (
        house.alerts.remove_rule(stranger, RULE),
        house.alerts.send_test(stranger, RULE),
        house.alerts.acknowledge(stranger, first, ""),
        house.alerts.acknowledge(ADMIN, uuid4(), ""),
        house.alerts.set_rule(stranger, uuid4(), "mine", SETTINGS),
    ):
        with pytest.raises(NotFoundError):
            await attempt
