"""Looking at every alert rule, again and again: what holds is raised, what is over is resolved, and who is to be told.

One of several conductors looks; the others take over when it has not for a while. Should two look at once, that is
safe, as it is to be killed anywhere. What the read models say is a proposal: ids are made
of the rule, the group and a number, and each append names the version that it was decided on, so of two one loses.
How long a condition has held is in the log, and counts only while somebody looked.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from quarterdeck.application.alerts import deliveries
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.alerts import AlertReadings, KnownAlert, KnownRule, KnownSilence
from quarterdeck.application.ports.log import Cursors, StreamWrite
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.streams import ALERT
from quarterdeck.domain import alert, alert_notice
from quarterdeck.domain.alert import NoAlert, Resolution, Sample, Seen, group_key, holds
from quarterdeck.domain.alert_notice import AlertNoticeMade, LastNotice, Standing
from quarterdeck.domain.alert_rule import Condition, Kind, said
from quarterdeck.domain.delivery import bounded
from quarterdeck.domain.errors import UnavailableError

logger = structlog.get_logger(__name__)

LOOKED = "alerts.looked"
"""Cursor: when somebody looked last, in seconds since 1970."""
SOON = timedelta(seconds=2)
"""Where a look changed something, the next follows so soon, and tells of it."""
BEHIND = timedelta(seconds=5)
"""Who did not look last waits so much longer than who did."""
MOST_RAISED = 100
"""Alerts of one rule that are open at once. Beyond that it says nothing new: the rule is too finely grouped."""
FULL = ("firing", "acknowledged", "pending")


class AlertWatch:
    """`every`: how often it looks. `tolerance`: nobody looked for longer, and what held before counts no more."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        cursors: Cursors,
        readings: AlertReadings,
        *,
        every: timedelta = timedelta(seconds=15),
        tolerance: timedelta = timedelta(seconds=90),
    ) -> None:
        self._journal, self._clock, self._cursors, self._readings = journal, clock, cursors, readings
        self._every, self._tolerance = every, tolerance
        self._next: datetime | None = None
        self._news = 0
        """Counts what looks have changed."""
        self.firing = 0
        """As the last look found them; 0 while another process looks."""
        self._looked = 0
        """What this one wrote last below `LOOKED`."""
        self._since: datetime | None = None
        """From when on somebody has looked without a gap, as far as this process knows; None: for long."""

    async def once(self) -> bool:
        """A look, if it is time for one."""
        if self._next is not None and self._clock.now() < self._next:
            return False
        if (until := await self._turn_of_another()) is not None:
            self._next, self.firing = until, 0
            return False
        news = self._news
        await self.look()
        self._next = self._clock.now() + (self._every if news == self._news else SOON)
        return True

    async def _turn_of_another(self) -> datetime | None:
        """Until when."""
        last = await self._cursors.get(LOOKED)
        until = datetime.fromtimestamp(last, UTC) + self._every + BEHIND
        return until if last != self._looked and until > self._clock.now() else None

    async def look(self) -> None:
        """Raises UnavailableError where what is told from lags behind the log: then nothing is decided."""
        await self._readings.wait_for(await self._journal.log.head())
        now = self._clock.now()
        anew = await self._is_anew(now)
        rules, open_alerts = await self._readings.rules(), _by_rule(await self._readings.alerts())
        for rule in rules:
            try:
                await self._rule(rule, open_alerts.pop(rule.id, []), now, anew=anew)
            except UnavailableError:
                raise
            except Exception:
                # one that cannot be looked at holds up no other
                logger.exception("an alert rule could not be looked at", rule=str(rule.id))
        for rest in open_alerts.values():
            for each in rest:
                await self._end(each, Resolution.RULE_REMOVED, None)
        await self._tell(rules, now)
        self._looked = int(now.timestamp())
        await self._cursors.put(LOOKED, self._looked)

    async def _is_anew(self, now: datetime) -> bool:
        last = await self._cursors.get(LOOKED)
        anew = now.timestamp() - last > self._tolerance.total_seconds()
        if anew:
            self._since = now
        return anew

    async def _rule(self, rule: KnownRule, known: Sequence[KnownAlert], now: datetime, *, anew: bool) -> None:
        condition = rule.settings.condition
        if condition.kind is Kind.ABSENCE and not self._watched_for(condition, rule, now):
            return
        found = map(_plain, await self._readings.samples(rule.project_id, rule.settings, now))
        samples = {group_key(each.labels): each for each in found}
        holding = {key: each for key, each in samples.items() if holds(condition, each)}
        open_alerts = {group_key(each.labels): each for each in known if each.state in FULL}
        for key, each in open_alerts.items():
            if key not in holding:
                changed = each.revision not in {0, rule.revision} and key not in samples
                resolution = Resolution.RULE_CHANGED if changed else Resolution.RECOVERED
                await self._end(each, resolution, samples[key].value if key in samples else None)
            elif each.state == "pending":
                seen = self._seen(rule, holding[key], each.number, now, anew=anew)
                await self._journal.decide(ALERT, each.id, partial(self._see, seen=seen))
        room = MOST_RAISED - len(open_alerts)
        fresh = [key for key in holding if key not in open_alerts]
        if len(fresh) > room:
            logger.warning("an alert rule tells too many apart", rule=str(rule.id), left_out=len(fresh) - room)
        await self._begin(rule, {key: holding[key] for key in fresh[: max(0, room)]}, now)

    def _watched_for(self, condition: Condition, rule: KnownRule, now: datetime) -> bool:
        """What is absent must have been missed for as long as the rule is there, and somebody looked."""
        begin = now - timedelta(seconds=condition.window_seconds)
        return begin >= rule.set_at and (self._since is None or begin >= self._since)

    async def _begin(self, rule: KnownRule, fresh: Mapping[str, Sample], now: datetime) -> None:
        numbers = await self._readings.numbers(rule.id, list(fresh)) if fresh else dict[str, int]()
        for key, sample in fresh.items():
            number = numbers.get(key, 0) + 1
            seen = self._seen(rule, sample, number, now)
            write = StreamWrite(
                stream_id=alert.alert_id(rule.id, sample.labels, number),
                expected_version=0,
                events=alert.see(NoAlert(), seen),
                project_id=rule.project_id,
            )
            self._news += 1
            await self._once([write])

    async def _once(self, writes: Sequence[StreamWrite]) -> None:
        try:
            await self._journal.begin(writes)
        except ConcurrencyError:
            logger.debug("another one was faster")

    def _seen(self, rule: KnownRule, sample: Sample, number: int, now: datetime, *, anew: bool = False) -> Seen:
        return Seen(
            rule_id=rule.id,
            project_id=rule.project_id,
            rule=rule.name,
            revision=rule.revision,
            severity=rule.settings.severity,
            condition=rule.settings.condition,
            number=number,
            labels=sample.labels,
            summary=said(rule.settings.condition, sample.value),
            value=sample.value,
            now=now,
            anew=anew,
        )

    def _see(self, state: alert.AlertState, seen: Seen) -> tuple[alert.AlertEvent, ...]:
        """Of a pending one, which has its number already."""
        events = alert.see(state, seen) if isinstance(state, alert.PendingAlert) else ()
        self._news += len(events)
        return events

    async def _end(self, each: KnownAlert, resolution: Resolution, value: float | None) -> None:
        if each.state in FULL:
            self._news += 1
            await self._journal.decide(ALERT, each.id, partial(alert.end, resolution=resolution, value=value))

    async def _tell(self, rules: Sequence[KnownRule], now: datetime) -> None:
        """By what the read models have now: what was raised in this look comes with the next."""
        known, last = _by_rule(await self._readings.alerts()), await self._readings.notices()
        silences = await self._readings.silences(now - timedelta(days=7))
        self.firing = sum(each.resolved_at is None and each.state != "pending" for of in known.values() for each in of)
        for rule in rules:
            standing = [_standing(each, silences, now) for each in known.get(rule.id, []) if each.state != "pending"]
            made = alert_notice.plan(
                rule.id, rule.project_id, rule.settings, standing, last.get(rule.id, LastNotice()), now
            )
            if made is not None:
                await self._once(_writes(made, rule))


def _writes(made: AlertNoticeMade, rule: KnownRule) -> list[StreamWrite]:
    """The notice and its deliveries: all or none."""
    notice_id = alert_notice.notice_id(rule.id, made.number)
    notice = StreamWrite(stream_id=notice_id, expected_version=0, events=(made,), project_id=rule.project_id)
    return [notice, *deliveries(notice_id, rule.settings, rule.project_id)]


def _plain(sample: Sample) -> Sample:
    """With labels as they can be kept: names of models and personas come from outside."""
    return replace(sample, labels={name: bounded(value) for name, value in sample.labels.items()})


def _standing(each: KnownAlert, silences: Sequence[KnownSilence], now: datetime) -> Standing:
    over = each.resolved_at is not None
    return Standing(
        id=each.id,
        raised_at=each.raised_at or now,
        over=over,
        acknowledged=each.state == "acknowledged",
        silenced=any(silence.covers(each, each.resolved_at or now) for silence in silences),
        told=each.told,
        told_at=each.told_at,
    )


def _by_rule(alerts: Sequence[KnownAlert]) -> dict[UUID, list[KnownAlert]]:
    found = defaultdict[UUID, list[KnownAlert]](list)
    for each in alerts:
        found[each.rule_id].append(each)
    return found
