"""qd alert: what is out of order."""

from contextlib import aclosing
from typing import Annotated

import typer

from quarterdeck_cli import resolve
from quarterdeck_cli.alert_words import labels, told_deliveries
from quarterdeck_cli.api import alerts as api
from quarterdeck_cli.api import events, read
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.commands.alert_rules import Severities
from quarterdeck_cli.ids import short, uuid_of
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.resume import Cursor, Subscription, resuming
from quarterdeck_cli.text import lately, plain, when

AlertRef = Annotated[str, typer.Argument(metavar="ALERT", help="An alert's id, or the end of it.")]
Note = Annotated[str, typer.Option("--note", "-m", help="What you are going to do about it.")]
All = Annotated[bool, typer.Option("--all", "-a", help="Those that are over, too.")]
OfSeverity = Annotated[list[Severities] | None, typer.Option("--severity", help="Only of this. May be repeated.")]
Find = Annotated[str, typer.Option("--find", "-f", metavar="TEXT", help="In the rule's name, the summary or a label.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]
After = Annotated[int | None, typer.Option("--after", metavar="POSITION", help="From there on; now by default.")]

OPEN = ["firing", "acknowledged"]
MARKS = {"firing": "●", "acknowledged": "◐", "resolved": "○"}
STYLES = {"CRITICAL": "bold red", "WARNING": "yellow", "INFO": "cyan"}


async def list_alerts(
    qd: Qd,
    *,
    project: ProjectName = None,
    everything: All = False,
    severity: OfSeverity = None,
    find: Find = "",
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List the alerts that hold now, of every project that you see; the last raised first."""
    client = await qd.client()
    project_id = await resolve.project_id(client, project) if project else None
    wanted = {
        "states": None if everything else OPEN,
        "severities": [each.name for each in severity] if severity else None,
        "text": find or None,
    }
    found = await first(api.alerts(client, project_id, wanted), limit)
    if as_json:
        qd.out.json(found)
        return
    rows = [
        [
            short(each.id),
            f"{MARKS.get(each.state, '')} {each.state}{', silenced' if each.silenced_until else ''}",
            each.severity.lower(),
            each.project.name if each.project else "server",
            each.rule,
            lately(each.raised_at),
            " · ".join(part for part in (labels(each.labels), each.summary) if part),
        ]
        for each in found
    ]
    narrowed = severity or find
    nothing = "Nothing was ever out of order." if everything else "Nothing is out of order."
    heads = ["ID", "STATE", "SEVERITY", "PROJECT", "RULE", "RAISED", "WHAT"]
    qd.out.table(heads, rows, nothing="No alert is like that." if narrowed else nothing)


async def show_alert(qd: Qd, alert: AlertRef, *, as_json: Json = False) -> None:
    """Show one alert, and how the messages about it fared."""
    client = await qd.client()
    _tell(qd, await api.alert(client, await resolve.alert_id(client, alert)), as_json=as_json)


async def acknowledge_alert(qd: Qd, alert: AlertRef, *, note: Note = "", as_json: Json = False) -> None:
    """Say that you see to an alert: nobody is told of it again until it is over."""
    client = await qd.client()
    _tell(qd, await api.acknowledge(client, await resolve.alert_id(client, alert), note), as_json=as_json)


async def tail_alerts(qd: Qd, *, project: ProjectName = None, after: After = None, as_json: Json = False) -> None:
    """Print what happens to alerts, one a line, until Ctrl-C; what is silenced, too."""
    client = await qd.client()
    project_id = await resolve.project_id(client, project) if project else None
    cursor = Cursor((await events.log_status(client)).position if after is None else after)
    subscription = Subscription("watch_alerts", {"projectId": project_id})
    async with aclosing(resuming(client, subscription, cursor, qd.out.note)) as messages:
        async for message in messages:
            changed = read(api.Changed, message)
            cursor.after = changed.position
            if as_json:
                qd.out.json_line(changed)
            else:
                qd.out.line("  ".join(plain(cell) for cell in _line(changed)), STYLES.get(changed.alert.severity, ""))


def _line(changed: api.Changed) -> list[str]:
    alert, what = changed.alert, changed.topic.removeprefix("Alert").lower()
    home = alert.project.name if alert.project else "server"
    return [short(alert.id), f"{what:<12}", f"{alert.severity.lower():<8}", home, alert.rule, _what(alert)]


def _what(alert: api.Alert) -> str:
    return " · ".join(part for part in (labels(alert.labels), alert.summary) if part)


def _acknowledged(found: api.Alert) -> str:
    by = f" by {found.acknowledger}" if found.acknowledger else ""
    return f"{when(found.acknowledged_at)}{by}" if found.acknowledged_at else ""


def _tell(qd: Qd, found: api.Alert, *, as_json: bool) -> None:
    if as_json:
        qd.out.json(found)
        return
    qd.out.line(f"{MARKS.get(found.state, '')} {plain(found.summary)}", STYLES.get(found.severity, ""))
    qd.out.fields(
        [
            ("id", str(uuid_of(found.id) or found.id)),
            ("state", found.state),
            ("severity", found.severity.lower()),
            ("project", found.project.name if found.project else "the whole server"),
            ("rule", found.rule),
            ("about", labels(found.labels)),
            ("held since", when(found.since)),
            ("raised", when(found.raised_at)),
            ("acknowledged", _acknowledged(found)),
            ("note", found.note),
            ("silenced", f"until {when(found.silenced_until)}" if found.silenced_until else ""),
            ("over", when(found.resolved_at)),
            ("because", (found.resolution or "").replace("_", " ")),
        ]
    )
    told_deliveries(qd, found.deliveries)
