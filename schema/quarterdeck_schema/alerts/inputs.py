"""Rules as they are asked for, in the domain's terms."""

from uuid import UUID

import strawberry

from quarterdeck.domain import alert_rule
from quarterdeck.domain.alert_rule import Comparison, Condition, Kind, RuleSettings, Severity, Statistic
from quarterdeck.domain.delivery import Channel, Destination
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_schema import ids
from quarterdeck_schema.alerts.types import ID_OF
from quarterdeck_schema.arguments import given
from quarterdeck_schema.measures import Measure
from quarterdeck_schema.requires import check_text


@strawberry.input(description="Of the dimension, one of these values: global ids where they are users or the like.")
class AlertFilterInput:
    dimension: str
    values: list[str]


@strawberry.input(description="See AlertCondition.")
class AlertConditionInput:
    kind: Kind
    measure: Measure | None = strawberry.UNSET
    statistic: Statistic = Statistic.TOTAL
    comparison: Comparison = Comparison.ABOVE
    threshold: float = 0.0
    window_seconds: int = 3600
    for_seconds: int = 0
    minimum: int = 1
    group_by: list[str] | None = strawberry.UNSET
    filters: list[AlertFilterInput] | None = strawberry.UNSET


@strawberry.input(description="Every day, as 22:00 and 07:00, by the clocks of an IANA time zone.")
class QuietHoursInput:
    zone: str
    start: str
    end: str


@strawberry.input(description="Puts the whole rule in the place of one of that name.")
class AlertRuleInput:
    name: str
    condition: AlertConditionInput
    severity: Severity = Severity.WARNING
    description: str | None = strawberry.UNSET
    mail: list[str] | None = strawberry.UNSET
    webhooks: list[str] | None = strawberry.UNSET
    gather_seconds: int = 60
    repeat_seconds: int = 4 * 3600
    quiet_hours: QuietHoursInput | None = strawberry.UNSET


def project_id_of(text: str | None) -> UUID | None:
    asked = given(text)
    return None if asked is None else ids.decode_as("Project", asked, "projectId")


def settings_of(asked: AlertRuleInput) -> RuleSettings:
    for name, text in (("description", asked.description), ("name", asked.name)):
        if given(text):
            check_text(name, str(text))
    quiet = given(asked.quiet_hours)
    return RuleSettings(
        condition=condition_of(asked.condition),
        severity=asked.severity,
        description=given(asked.description) or "",
        destinations=(
            *(Destination(channel=Channel.MAIL, address=each) for each in _once(asked.mail)),
            *(Destination(channel=Channel.WEBHOOK, address=each) for each in _once(asked.webhooks)),
        ),
        gather_seconds=asked.gather_seconds,
        repeat_seconds=asked.repeat_seconds,
        quiet_hours=alert_rule.QuietHours(zone=quiet.zone, start=quiet.start, end=quiet.end) if quiet else None,
    )


def _once(addresses: list[str] | None) -> list[str]:
    found = list(dict.fromkeys(given(addresses) or []))
    for each in found:
        check_text("mail", each)
    return found


def condition_of(asked: AlertConditionInput) -> Condition:
    measure = given(asked.measure)
    filters = given(asked.filters) or []
    if len({each.dimension for each in filters}) != len(filters):
        raise InvalidInputError("A dimension is filtered twice.", "Write all its values in one.", field="filters")
    return Condition(
        kind=asked.kind,
        measure=measure.value if measure else "",
        statistic=asked.statistic,
        comparison=asked.comparison,
        threshold=asked.threshold,
        window_seconds=asked.window_seconds,
        for_seconds=asked.for_seconds,
        minimum=asked.minimum,
        group_by=tuple(given(asked.group_by) or ()),
        filters={each.dimension: labels_in(each.dimension, each.values) for each in filters},
    )


def labels_in(name: str, values: list[str]) -> tuple[str, ...]:
    """With plain ids in the place of global ones."""
    for each in values:
        check_text("filters", each)
    kind = ID_OF.get(name)
    return tuple(str(ids.decode_as(kind, each, "filters")) if kind and each else each for each in values)
