"""What alerts need of the read models, and what makes messages of notices."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from quarterdeck.application.ports.delivery import Message
from quarterdeck.domain.alert import AlertRaised, AlertState, Sample
from quarterdeck.domain.alert_notice import AlertNoticeMade, LastNotice
from quarterdeck.domain.alert_rule import RuleSettings
from quarterdeck.domain.delivery import Destination
from quarterdeck.domain.silence import Matcher

MOST_SAMPLES = 1000
"""Groups that a look at a rule tells apart; those that are furthest beyond come first."""


@dataclass(frozen=True, kw_only=True)
class KnownRule:
    """One that is not removed."""

    id: UUID
    project_id: UUID | None
    name: str
    revision: int
    settings: RuleSettings
    set_at: datetime
    """When it became as it is."""


@dataclass(frozen=True, kw_only=True)
class KnownAlert:
    """One that is pending or firing, or is over and not told of yet."""

    id: UUID
    rule_id: UUID
    project_id: UUID | None
    rule: str
    revision: int
    """Of the rule that raised it."""
    number: int
    labels: Mapping[str, str]
    severity: str
    state: str
    raised_at: datetime | None
    resolved_at: datetime | None
    told: str
    told_at: datetime | None


class Silenceable(Protocol):
    """What a silence looks at of an alert."""

    @property
    def project_id(self) -> UUID | None: ...
    @property
    def rule(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def labels(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, kw_only=True)
class KnownSilence:
    project_id: UUID | None
    matcher: Matcher
    since: datetime
    until: datetime
    """Or when it was ended."""

    def covers(self, alert: Silenceable, at: datetime) -> bool:
        return (
            self.since <= at < self.until
            and self.project_id in {None, alert.project_id}
            and self.matcher.matches(rule=alert.rule, severity=alert.severity, labels=alert.labels)
        )


def silenced_until(alert: Silenceable, silences: Sequence[KnownSilence], at: datetime) -> datetime | None:
    """None: nothing silences it."""
    return max((each.until for each in silences if each.covers(alert, at)), default=None)


class AlertReadings(Protocol):
    """Read models, with the rights to read only. Raises UnavailableError where they do not answer."""

    async def wait_for(self, position: int) -> None:
        """Returns when all that alerts are told from has come as far. Raises UnavailableError when it takes too long:
        what lags behind is not taken for what is not there."""
        ...

    async def rules(self) -> Sequence[KnownRule]: ...
    async def alerts(self) -> Sequence[KnownAlert]: ...
    async def numbers(self, rule_id: UUID, keys: Collection[str]) -> Mapping[str, int]:
        """By `domain.alert.group_key`: how many alerts there were of a rule."""
        ...

    async def notices(self) -> Mapping[UUID, LastNotice]:
        """By rule."""
        ...

    async def silences(self, since: datetime) -> Sequence[KnownSilence]:
        """Those that held at `since` or later."""
        ...

    async def samples(self, project_id: UUID | None, settings: RuleSettings, now: datetime) -> Sequence[Sample]:
        """What the rule looks at, as it is now: a sample for each group, at most `MOST_SAMPLES`."""
        ...


@dataclass(frozen=True, kw_only=True)
class NoticedAlert:
    id: UUID
    what: str
    """`raised`, `resolved` or `repeated`."""
    raised: AlertRaised
    raised_at: datetime
    state: AlertState
    ended_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """With names instead of ids, where they are known."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notice as it is told to one place."""

    delivery_id: UUID
    destination: Destination
    made: AlertNoticeMade
    made_at: datetime
    rule: str
    description: str
    severity: str
    project: str
    """Its name; empty: the server."""
    project_id: UUID | None = None
    quiet_zone: str = ""
    """The time zone that its rule reckons with; empty: UTC."""
    alerts: Sequence[NoticedAlert] = field(default_factory=tuple[NoticedAlert, ...])


class NoticeWriter(Protocol):
    def write(self, notice: Notice) -> Message: ...
