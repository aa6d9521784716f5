"""What a rule may ask for, and how it says what it found."""

from dataclasses import replace
from uuid import UUID

import pytest

from quarterdeck.domain import alert_rule
from quarterdeck.domain.alert_rule import (
    AlertRuleRemoved,
    AlertRuleSet,
    Comparison,
    Condition,
    Kind,
    NoRule,
    QuietHours,
    Rule,
    RuleSettings,
    Statistic,
    said,
)
from quarterdeck.domain.delivery import Channel, Destination
from quarterdeck.domain.errors import InvalidInputError, NotFoundError

PROJECT = UUID(int=5)
FAILING = Condition(kind=Kind.ERROR_RATIO, measure="command_duration", threshold=0.2, window_seconds=600)
SETTINGS = RuleSettings(condition=FAILING)


def put(settings: RuleSettings, project_id: UUID | None = PROJECT, name: str = "failing") -> object:
    return alert_rule.put(NoRule(), project_id=project_id, name=name, settings=settings)


def test_a_rule_is_set_and_revised_and_not_written_again_as_it_is() -> None:
    [first] = alert_rule.put(NoRule(), project_id=PROJECT, name="failing", settings=SETTINGS)
    assert isinstance(first, AlertRuleSet)
    state = alert_rule.evolve(NoRule(), first)
    stricter = replace(SETTINGS, condition=replace(FAILING, threshold=0.1))

    assert alert_rule.put(state, project_id=PROJECT, name="failing", settings=SETTINGS) == ()
    [second] = alert_rule.put(state, project_id=PROJECT, name="failing", settings=stricter)
    assert isinstance(second, AlertRuleSet)
    assert (first.revision, second.revision) == (1, 2)


def test_a_removed_rule_is_no_rule_until_it_is_set_again() -> None:
    state = Rule(project_id=PROJECT, name="failing", revision=3, settings=SETTINGS)
    assert alert_rule.remove(state) == (AlertRuleRemoved(),)
    removed = alert_rule.evolve(state, AlertRuleRemoved())

    assert alert_rule.remove(removed) == ()
    with pytest.raises(NotFoundError):
        alert_rule.existing(removed)
    [again] = alert_rule.put(removed, project_id=PROJECT, name="failing", settings=SETTINGS)
    assert isinstance(again, AlertRuleSet)
    assert again.revision == 4


def of(**changes: object) -> RuleSettings:
    return RuleSettings(condition=replace(FAILING, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (of(measure=""), "measure"),
        (of(measure="cost"), "measure"),
        (of(kind=Kind.QUEUE_AGE), "measure"),
        (of(threshold=1.5), "threshold"),
        (of(threshold=float("nan")), "threshold"),
        (of(window_seconds=10), "windowSeconds"),
        (of(for_seconds=-1), "forSeconds"),
        (of(minimum=0), "minimum"),
        (of(group_by=("worker",)), "groupBy"),
        (of(group_by=("user", "user")), "groupBy"),
        (of(group_by=("user", "model", "persona", "task")), "groupBy"),
        (of(filters={"colour": ("red",)}), "filters"),
        (of(filters={"model": ()}), "filters"),
        (of(kind=Kind.DISK, measure=""), "kind"),
        (replace(SETTINGS, repeat_seconds=5), "repeatSeconds"),
        (replace(SETTINGS, gather_seconds=-5), "gatherSeconds"),
        (replace(SETTINGS, description="x" * 501), "description"),
        (replace(SETTINGS, quiet_hours=QuietHours(zone="Mars/Base", start="22:00", end="07:00")), "quietHours"),
        (replace(SETTINGS, quiet_hours=QuietHours(zone="UTC", start="25:00", end="07:00")), "quietHours"),
        (replace(SETTINGS, quiet_hours=QuietHours(zone="UTC", start="07:00", end="07:00")), "quietHours"),
        (replace(SETTINGS, quiet_hours=QuietHours(zone="../../etc/passwd", start="1", end="2")), "quietHours"),
        (replace(SETTINGS, destinations=(Destination(channel=Channel.MAIL, address="nobody"),)), "mail"),
        (replace(SETTINGS, destinations=(Destination(channel=Channel.WEBHOOK, address="ftp://x"),)), "webhooks"),
        (replace(SETTINGS, destinations=(Destination(channel=Channel.FOLDER, address="x"),)), "mail"),
    ],
)
def test_what_no_rule_can_be_is_refused_with_its_place(settings: RuleSettings, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        put(settings)

    assert refused.value.field == field


@pytest.mark.parametrize("name", ["", "Failing", "a b", "-x", "x" * 65])
def test_a_name_is_a_word(name: str) -> None:
    with pytest.raises(InvalidInputError, match="name of a rule"):
        put(SETTINGS, name=name)


def test_a_disk_is_the_servers() -> None:
    disk = RuleSettings(condition=Condition(kind=Kind.DISK, threshold=0.9, group_by=("worker",)))

    assert put(disk, project_id=None)


def test_the_same_name_in_two_projects_is_two_rules() -> None:
    ids = {alert_rule.rule_id(project, "failing") for project in (PROJECT, UUID(int=6), None)}

    assert len(ids) == 3


@pytest.mark.parametrize(
    ("condition", "value", "line"),
    [
        (FAILING, None, "failing commands > 20 % over 10 min"),
        (FAILING, 0.5, "failing commands 50 % > 20 % over 10 min"),
        (
            Condition(kind=Kind.THRESHOLD, measure="cost", threshold=20, window_seconds=86400),
            1234.5,
            "cost (total) 1,234 > 20 over 1 d",
        ),
        (
            Condition(
                kind=Kind.RATE, measure="model_calls", comparison=Comparison.BELOW, threshold=5, window_seconds=3600
            ),
            2.25,
            "model calls per hour 2.25 < 5 over 1 h",
        ),
        (
            Condition(kind=Kind.ABSENCE, measure="session_duration", window_seconds=3600),
            0,
            "no session duration over 1 h",
        ),
        (Condition(kind=Kind.QUEUE_AGE, threshold=300), 312, "oldest waiting session 5 min 12 s > 5 min"),
        (Condition(kind=Kind.DISK, threshold=0.9), 0.934, "disk full 93.4 % > 90 %"),
        (Condition(kind=Kind.BUDGET_SHARE, threshold=0.8), 0.85, "budget used 85 % > 80 %"),
        (
            Condition(kind=Kind.THRESHOLD, measure="command_duration", statistic=Statistic.MEAN, threshold=60),
            61.5,
            "command duration (mean) 61.5 > 60 over 1 h",
        ),
    ],
)
def test_what_was_found_is_said_in_a_line(condition: Condition, value: float | None, line: str) -> None:
    assert said(condition, value) == line
