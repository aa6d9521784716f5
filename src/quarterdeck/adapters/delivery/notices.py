"""The `NoticeWriter` port: notices as mail, in text and HTML, and as the body of a webhook."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import jinja2
import orjson

from quarterdeck.application.ports.alerts import Notice, NoticedAlert
from quarterdeck.application.ports.delivery import Mail, Message
from quarterdeck.domain.alert import EndedAlert, FiringAlert
from quarterdeck.domain.alert_notice import NoticeKind
from quarterdeck.domain.delivery import bounded

TEXTS = {"raised": "raised", "resolved": "over", "repeated": "still there"}
COLOURS = {"critical": "#b3261e", "warning": "#9a5b00", "info": "#1f5f99", "over": "#1b7340"}
_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("quarterdeck.adapters.delivery"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class WrittenNotices:
    """`url`: where the server is, as its users know it."""

    def __init__(self, url: str) -> None:
        self._url = url

    def write(self, notice: Notice) -> Message:
        return Message(mail=self._mail(notice), payload=_payload(notice))

    def _mail(self, notice: Notice) -> Mail:
        told = {
            "title": _title(notice),
            # of one alert it would say the same twice
            "lead": "" if len(notice.alerts) == 1 else _lead(notice),
            "colour": _colour(notice),
            "severity": notice.severity,
            "rule": notice.rule,
            "place": notice.project or "the whole server",
            "description": notice.description,
            "sections": [
                (name, [_row(each, notice) for each in notice.alerts if each.what == what])
                for what, name in (("raised", "New"), ("repeated", "Still there"), ("resolved", "Over"))
            ],
            "more": notice.made.more,
            "url": self._url,
            "at": _time(notice.made_at, notice.quiet_zone),
        }
        return Mail(
            delivery_id=notice.delivery_id,
            to=notice.destination.address,
            subject=_subject(notice),
            text=_TEMPLATES.get_template("alerts.txt.j2").render(told),
            html=_TEMPLATES.get_template("alerts.html.j2").render(told),
            thread=f"alert rule {notice.made.rule_id}",
        )


def _subject(notice: Notice) -> str:
    if notice.made.kind is NoticeKind.TEST:
        mark = "test"
    elif notice.made.kind is NoticeKind.DIGEST:
        mark = "digest"
    else:
        mark = "resolved" if not _of(notice, "raised") and not _of(notice, "repeated") else notice.severity
    return f"[{mark}] {notice.project or 'server'}: {notice.rule}: {_lead(notice)}"


def _title(notice: Notice) -> str:
    match notice.made.kind:
        case NoticeKind.TEST:
            return f"A test of {notice.rule}"
        case NoticeKind.DIGEST:
            return f"While it was quiet: {notice.rule}"
        case NoticeKind.ALERTS:
            return notice.rule


def _lead(notice: Notice) -> str:
    if notice.made.kind is NoticeKind.TEST:
        return "this is how its alerts arrive"
    told = [f"{len(found)} {TEXTS[what]}" for what in TEXTS if (found := _of(notice, what))]
    only = notice.alerts[0] if len(notice.alerts) == 1 else None
    return f"{only.raised.summary} ({TEXTS[only.what]})" if only else ", ".join(told) or "nothing is left to tell"


def _of(notice: Notice, what: str) -> Sequence[NoticedAlert]:
    return [each for each in notice.alerts if each.what == what]


def _colour(notice: Notice) -> str:
    over = notice.alerts and all(each.what == "resolved" for each in notice.alerts)
    return COLOURS["over" if over else notice.severity]


def _row(each: NoticedAlert, notice: Notice) -> dict[str, str]:
    begun = _time(each.raised_at, notice.quiet_zone)
    until = f" to {_time(each.ended_at, notice.quiet_zone)}" if each.ended_at else ""
    return {
        "labels": bounded(", ".join(f"{name}: {value}" for name, value in each.labels.items())),
        "summary": each.raised.summary,
        "when": f"{begun}{until}",
        "note": _note(each),
        "show": f"qd alert show {each.id}",
    }


def _note(each: NoticedAlert) -> str:
    state = each.state
    acknowledged = state.acknowledged if isinstance(state, FiringAlert | EndedAlert) else None
    if acknowledged is None:
        return "over by now" if isinstance(state, EndedAlert) and each.what != "resolved" else ""
    return bounded(f"acknowledged{': ' + acknowledged.note if acknowledged.note else ''}")


def _time(at: datetime | None, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone or "UTC")).strftime("%Y-%m-%d %H:%M %Z") if at else ""


def _payload(notice: Notice) -> bytes:
    """Grows by fields, and never changes the ones that are there."""
    return orjson.dumps(
        {
            "type": f"alert.{notice.made.kind.value}",
            "timestamp": notice.made_at,
            "data": {
                "rule": notice.rule,
                "ruleId": notice.made.rule_id,
                "description": notice.description,
                "severity": notice.severity,
                "project": notice.project or None,
                "projectId": notice.project_id,
                "number": notice.made.number,
                "more": notice.made.more,
                "alerts": [_alert(each) for each in notice.alerts],
            },
        }
    )


def _alert(each: NoticedAlert) -> dict[str, object]:
    return {
        "id": each.id,
        "what": each.what,
        "summary": each.raised.summary,
        "labels": each.raised.labels,
        "names": dict(each.labels),
        "severity": each.raised.severity,
        "value": each.raised.value,
        "since": each.raised.since,
        "raisedAt": each.raised_at,
        "resolvedAt": each.ended_at,
    }
