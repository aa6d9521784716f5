"""qd alert silence: some peace for a while."""

from typing import Annotated, Any

import typer

from quarterdeck_cli import resolve
from quarterdeck_cli.alert_words import labels, pairs
from quarterdeck_cli.api import alerts as api
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.ids import short, uuid_of
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import lately, when
from quarterdeck_cli.times import moment

SilenceRef = Annotated[str, typer.Argument(metavar="SILENCE", help="A silence's id, or the end of it.")]
Until = Annotated[str, typer.Option("--until", metavar="WHEN", help="A time (ISO 8601), or a span from now as 2h, 3d.")]
Reason = Annotated[str, typer.Option("--reason", "-m", help="Why; others see it.")]
OfRule = Annotated[str | None, typer.Option("--rule", metavar="NAME", help="Only of this rule.")]
OfSeverity = Annotated[str | None, typer.Option("--severity", help="Only of this: info, warning or critical.")]
OfLabel = Annotated[
    list[str] | None, typer.Option("--where", metavar="NAME=VALUE", help="Only with this label; may be repeated.")
]
Server = Annotated[bool, typer.Option("--server", help="Of the whole server and every project; for its admins.")]
All = Annotated[bool, typer.Option("--all", "-a", help="Those that are over, too.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]


async def set_silence(
    qd: Qd,
    *,
    until: Until,
    reason: Reason,
    rule: OfRule = None,
    severity: OfSeverity = None,
    where: OfLabel = None,
    project: ProjectName = None,
    server: Server = False,
    as_json: Json = False,
) -> None:
    """Tell nobody of a project's alerts that match, for a while. They are raised and listed all the same."""
    client = await qd.client()
    project_id = None if server else await resolve.project_or_here(client, project)
    asked: dict[str, Any] = {
        "until": moment(until),
        "reason": reason,
        "labels": [{"name": name, "value": value} for name, value in pairs(where or [], "--where")],
    }
    if rule:
        asked["rule"] = rule
    if severity:
        asked["severity"] = severity.upper()
    _tell(qd, await api.set_silence(client, asked, project_id), as_json=as_json)


async def list_silences(
    qd: Qd, *, project: ProjectName = None, everything: All = False, limit: Limit = 50, as_json: Json = False
) -> None:
    """List the silences that hold."""
    client = await qd.client()
    project_id = await resolve.project_id(client, project) if project else None
    found = await first(api.silences(client, project_id, ended=everything), limit)
    if as_json:
        qd.out.json(found)
        return
    rows = [
        [
            short(each.id),
            each.project.name if each.project else "server",
            _matched(each),
            lately(each.ended_at or each.until),
            each.reason,
        ]
        for each in found
    ]
    qd.out.table(["ID", "PROJECT", "ALERTS", "UNTIL", "REASON"], rows, nothing="Nothing is silenced.")


async def end_silence(qd: Qd, silence: SilenceRef, *, as_json: Json = False) -> None:
    """End a silence before its time: what still holds is told then."""
    client = await qd.client()
    _tell(qd, await api.end_silence(client, await resolve.silence_id(client, silence)), as_json=as_json)


def _matched(found: api.Silence) -> str:
    named = [found.rule or "", (found.severity or "").lower(), labels(found.labels)]
    return ", ".join(each for each in named if each) or "all"


def _tell(qd: Qd, found: api.Silence, *, as_json: bool) -> None:
    if as_json:
        qd.out.json(found)
        return
    qd.out.fields(
        [
            ("id", str(uuid_of(found.id) or found.id)),
            ("project", found.project.name if found.project else "the whole server"),
            ("alerts", _matched(found)),
            ("until", when(found.until)),
            ("ended", when(found.ended_at)),
            ("reason", found.reason),
        ]
    )
