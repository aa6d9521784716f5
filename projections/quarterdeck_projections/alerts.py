"""Alert rules, alerts, what was told of them, and silences, as they are now."""

from collections.abc import Sequence
from typing import assert_never, cast, get_args

from quarterdeck.domain.alert import (
    AlertAcknowledged,
    AlertCleared,
    AlertEvent,
    AlertPending,
    AlertRaised,
    AlertResolved,
    group_key,
)
from quarterdeck.domain.alert_notice import AlertNoticeMade, NoticeKind
from quarterdeck.domain.alert_rule import AlertRuleEvent, AlertRuleRemoved, AlertRuleSet
from quarterdeck.domain.silence import SilenceEnded, SilenceEvent, SilenceSet
from quarterdeck_projections.changes import Changes, Row
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection
from quarterdeck_projections.tables import Alert, AlertNotice, AlertRule, Silence

Told = AlertRuleEvent | AlertEvent | AlertNoticeMade | SilenceEvent


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    for logged in batch:
        event = cast("Told", logged.event)
        match event:
            case AlertRuleSet() | AlertRuleRemoved():
                _rule(changes, logged, event)
            case AlertPending() | AlertCleared() | AlertRaised() | AlertAcknowledged() | AlertResolved():
                _alert(changes, logged, event)
            case AlertNoticeMade():
                _notice(changes, logged, event)
            case SilenceSet() | SilenceEnded():
                _silence(changes, logged, event)
            case _:
                assert_never(event)
    return changes


def _rule(changes: Changes, logged: Logged, event: AlertRuleEvent) -> None:
    rules, key = changes.of(AlertRule), (logged.stream_id,)
    match event:
        case AlertRuleSet():
            row: Row = {
                "id": logged.stream_id,
                "position": logged.position,
                "project_id": event.project_id,
                "name": event.name,
                "revision": event.revision,
                "settings": event.settings,
                "set_at": logged.recorded_at,
                "set_by": logged.actor_id,
            }
            rules.replace(key, row)
        case AlertRuleRemoved():
            rules.update(key, {"removed_at": logged.recorded_at})


def _alert(changes: Changes, logged: Logged, event: AlertEvent) -> None:
    alerts, key = changes.of(Alert), (logged.stream_id,)
    match event:
        case AlertPending():
            alerts.replace(key, _pending(logged, event))
        case AlertCleared():
            alerts.update(key, {"state": "cleared", "resolved_at": logged.recorded_at})
        case AlertRaised():
            alerts.replace(key, _raised(logged, event))
        case AlertAcknowledged():
            row: Row = {
                "state": "acknowledged",
                "acknowledged_at": logged.recorded_at,
                "acknowledged_by": event.user_id,
                "note": event.note,
            }
            alerts.update(key, row)
        case AlertResolved():
            ended: Row = {
                "state": "resolved",
                "resolved_at": logged.recorded_at,
                "resolution": event.resolution,
                "last_value": event.value,
            }
            alerts.update(key, ended)
        case _:
            assert_never(event)


def _pending(logged: Logged, event: AlertPending) -> Row:
    return {
        **_beginning(logged, event),
        "rule": "",
        "revision": 0,
        "state": "pending",
        "severity": "",
        "summary": "",
        "value": 0.0,
    }


def _raised(logged: Logged, event: AlertRaised) -> Row:
    return {
        **_beginning(logged, event),
        "rule": event.rule,
        "revision": event.revision,
        "state": "firing",
        "severity": event.severity,
        "summary": event.summary,
        "value": event.value,
        "raised_at": logged.recorded_at,
    }


def _beginning(logged: Logged, event: AlertPending | AlertRaised) -> Row:
    return {
        "id": logged.stream_id,
        "position": logged.position,
        "project_id": event.project_id,
        "rule_id": event.rule_id,
        "number": event.number,
        "group_key": group_key(event.labels),
        "labels": event.labels,
        "since": event.since,
        "note": "",
        "resolution": "",
        "told": "",
    }


def _notice(changes: Changes, logged: Logged, event: AlertNoticeMade) -> None:
    alerts = changes.of(Alert)
    for each in (*event.raised, *event.repeated):
        alerts.update((str(each),), {"told": "raised", "told_at": logged.recorded_at})
    for each in event.resolved:
        alerts.update((str(each),), {"told": "resolved", "told_at": logged.recorded_at})
    row: Row = {
        "id": logged.stream_id,
        "position": logged.position,
        "project_id": event.project_id,
        "rule_id": event.rule_id,
        "number": 0 if event.kind is NoticeKind.TEST else event.number,
        "kind": event.kind,
        "alerts": list(dict.fromkeys((*event.raised, *event.resolved, *event.repeated))),
        "made_at": logged.recorded_at,
    }
    changes.of(AlertNotice).insert((logged.stream_id,), row)


def _silence(changes: Changes, logged: Logged, event: SilenceEvent) -> None:
    silences, key = changes.of(Silence), (logged.stream_id,)
    match event:
        case SilenceSet():
            row: Row = {
                "id": logged.stream_id,
                "position": logged.position,
                "project_id": event.project_id,
                "matcher": event.matcher,
                "reason": event.reason,
                "set_at": logged.recorded_at,
                "set_by": event.user_id,
                "until": event.until,
            }
            silences.insert(key, row)
        case SilenceEnded():
            silences.update(key, {"ended_at": logged.recorded_at})


ALERTS = RowProjection(
    name="alerts",
    tables=(AlertRule, Alert, AlertNotice, Silence),
    topics=frozenset(
        cls.TOPIC
        for cls in (*get_args(AlertRuleEvent), *get_args(AlertEvent), AlertNoticeMade, *get_args(SilenceEvent))
    ),
    project=project,
)
