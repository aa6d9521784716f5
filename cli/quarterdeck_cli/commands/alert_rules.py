"""qd alert rule: when alerts are raised, and who is told."""

import re
from enum import StrEnum
from typing import Annotated, Any

import msgspec
import typer

from quarterdeck_cli import resolve, settings
from quarterdeck_cli.alert_words import labels, pairs, told_deliveries
from quarterdeck_cli.api import alerts as api
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.ids import uuid_of
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain, when
from quarterdeck_cli.usage_words import Measures

_QUIET = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)(?:@(\S+))?")


class Kinds(StrEnum):
    THRESHOLD = "threshold"
    RATE = "rate"
    ABSENCE = "absence"
    ERROR_RATIO = "error-ratio"
    QUEUE_AGE = "queue-age"
    DISK = "disk"
    BUDGET_SHARE = "budget-share"


class Severities(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Statistics(StrEnum):
    TOTAL = "total"
    COUNT = "count"
    HIGHEST = "highest"
    MEAN = "mean"


Name = Annotated[str, typer.Argument(metavar="NAME", help="The rule's name.")]
KindOf = Annotated[Kinds, typer.Option("--kind", help="What is looked at.")]
MeasureOf = Annotated[Measures | None, typer.Option("--measure", help="Of what, where the kind needs one.")]
StatisticOf = Annotated[Statistics, typer.Option("--statistic", help="Of a threshold: of all in the window.")]
Above = Annotated[float | None, typer.Option("--above", metavar="VALUE", help="Dollars, seconds, or a share as 0.2.")]
Below = Annotated[float | None, typer.Option("--below", metavar="VALUE", help="The same, the other way round.")]
Window = Annotated[str, typer.Option("--window", metavar="SPAN", help="Looked at: as 10m, 1h, 7d.")]
For = Annotated[str, typer.Option("--for", metavar="SPAN", help="So long it must hold before it is raised.")]
Minimum = Annotated[int, typer.Option("--minimum", min=1, help="Of an error ratio: with fewer nothing is said.")]
By = Annotated[list[str] | None, typer.Option("--by", help="Tell apart by: user, persona, model, …; repeatable.")]
Where = Annotated[
    list[str] | None, typer.Option("--where", metavar="NAME=VALUE", help="Only of these; may be repeated.")
]
Severity = Annotated[Severities, typer.Option("--severity", help="How bad it is.")]
Description = Annotated[str, typer.Option("--description", help="What it means, and what to do; in each mail.")]
Mail = Annotated[list[str] | None, typer.Option("--mail", metavar="ADDRESS", help="Who is told; may be repeated.")]
Webhook = Annotated[list[str] | None, typer.Option("--webhook", metavar="URL", help="The same by a signed call.")]
Gather = Annotated[str, typer.Option("--gather", metavar="SPAN", help="From one message to the next at least.")]
Repeat = Annotated[str, typer.Option("--repeat", metavar="SPAN", help="Then what still holds is said again; 0: never.")]
Quiet = Annotated[
    str | None,
    typer.Option("--quiet", metavar="HOURS", help="When nobody is told, as 22:00-07:00@Europe/Paris; a digest after."),
]
Server = Annotated[bool, typer.Option("--server", help="Of the whole server; for its admins.")]
Send = Annotated[bool, typer.Option("--send", help="And send a test to everybody whom it tells.")]
Url = Annotated[str, typer.Argument(metavar="URL", help="The webhook's.")]


async def set_rule(
    qd: Qd,
    name: Name,
    *,
    kind: KindOf,
    measure: MeasureOf = None,
    statistic: StatisticOf = Statistics.TOTAL,
    above: Above = None,
    below: Below = None,
    window: Window = "1h",
    held_for: For = "0",
    minimum: Minimum = 1,
    by: By = None,
    where: Where = None,
    severity: Severity = Severities.WARNING,
    description: Description = "",
    mail: Mail = None,
    webhook: Webhook = None,
    gather: Gather = "1m",
    repeat: Repeat = "4h",
    quiet: Quiet = None,
    project: ProjectName = None,
    server: Server = False,
    as_json: Json = False,
) -> None:
    """Set a rule, or put this one in the place of that name.

    As in: failing --kind error-ratio --measure command-duration --above 0.2 --window 10m --minimum 5 --mail ops@a.org
    """
    client = await qd.client()
    project_id = await _home(client, project, server=server)
    asked: dict[str, Any] = {
        "name": name,
        "condition": {
            "kind": _enum(kind),
            "measure": _enum(measure) if measure else None,
            "statistic": _enum(statistic),
            **_bound(kind, above, below),
            "windowSeconds": settings.span(window),
            "forSeconds": settings.span(held_for),
            "minimum": minimum,
            "groupBy": by or [],
            "filters": _filters(where or []),
        },
        "severity": _enum(severity),
        "description": description,
        "mail": mail or [],
        "webhooks": webhook or [],
        "gatherSeconds": settings.span(gather),
        "repeatSeconds": settings.span(repeat),
        "quietHours": _quiet(quiet),
    }
    _tell(qd, await api.set_rule(client, asked, project_id), as_json=as_json)


async def list_rules(qd: Qd, *, project: ProjectName = None, as_json: Json = False) -> None:
    """List the rules of a project, or of all that you see."""
    client = await qd.client()
    project_id = await resolve.project_id(client, project) if project else None
    found = [each async for each in api.rules(client, project_id)]
    if as_json:
        qd.out.json(found)
        return
    rows = [
        [
            each.name,
            each.project.name if each.project else "server",
            each.severity.lower(),
            ", ".join((*each.mail, *each.webhooks)) or "nobody",
            _said(each),
        ]
        for each in found
    ]
    qd.out.table(
        ["NAME", "PROJECT", "SEVERITY", "TELLS", "WHEN"],
        rows,
        nothing="There are no alert rules. Set one: `qd alert rule set NAME --kind …`",
    )


async def show_rule(
    qd: Qd, name: Name, *, project: ProjectName = None, server: Server = False, as_json: Json = False
) -> None:
    """Show one rule, and how its last messages fared."""
    client = await qd.client()
    found = await api.rule(client, name, await _home(client, project, server=server))
    _tell(qd, found, as_json=as_json)


async def try_rule(
    qd: Qd,
    name: Name,
    *,
    send: Send = False,
    project: ProjectName = None,
    server: Server = False,
    as_json: Json = False,
) -> None:
    """Show what a rule finds now. Nothing is raised; with --send, whoever it tells gets a message that says so."""
    client = await qd.client()
    project_id = await _home(client, project, server=server)
    known = await api.rule(client, name, project_id)
    found = await api.samples(client, _as_asked(known), project_id)
    if send:
        await api.send_test(client, known.id)
    if as_json:
        qd.out.json(found)
        return
    rows = [["● raised" if each.holds else "○ fine", labels(each.labels), each.said, str(each.count)] for each in found]
    qd.out.table(["NOW", "ABOUT", "WHAT", "OF"], rows, nothing="There is nothing to look at yet.")
    if send:
        qd.out.note(f"A test is on its way; `qd alert rule show {plain(name)}` says how it fares.")


async def show_secret(
    qd: Qd, url: Url, *, project: ProjectName = None, server: Server = False, as_json: Json = False
) -> None:
    """Print the secret that a webhook's messages are signed with, for whoever receives them."""
    client = await qd.client()
    secret = await api.webhook_secret(client, url, await _home(client, project, server=server))
    if as_json:
        qd.out.json({"secret": secret})
    else:
        qd.out.line(secret)


async def remove_rule(
    qd: Qd, name: Name, *, project: ProjectName = None, server: Server = False, as_json: Json = False
) -> None:
    """Remove a rule; what it raised is over with it."""
    client = await qd.client()
    found = await api.rule(client, name, await _home(client, project, server=server))
    await api.remove_rule(client, found.id)
    if as_json:
        qd.out.json({"id": found.id, "name": found.name})
    else:
        qd.out.note(f"Rule {plain(found.name)} is removed.")


async def _home(client: Client, project: str | None, *, server: bool) -> str | None:
    return None if server else await resolve.project_or_here(client, project)


def _enum(value: StrEnum) -> str:
    """As the API writes it."""
    return value.name


def _bound(kind: Kinds, above: float | None, below: float | None) -> dict[str, Any]:
    if above is not None and below is not None:
        raise UsageError("A rule is about one bound.", "Give --above or --below.")
    if kind is Kinds.ABSENCE:
        return {}
    if above is None and below is None:
        raise UsageError(f"A rule of kind {kind} needs a bound.", "Give --above or --below.")
    if below is not None:
        return {"comparison": "BELOW", "threshold": below}
    return {"comparison": "ABOVE", "threshold": above}


def _filters(words: list[str]) -> list[dict[str, Any]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs(words, "--where"):
        found.setdefault(name, []).append(value)
    return [{"dimension": name, "values": values} for name, values in found.items()]


def _quiet(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    found = _QUIET.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} are no hours.", "Write them as 22:00-07:00@Europe/Paris.")
    return {"start": found[1], "end": found[2], "zone": found[3] or "UTC"}


def _as_asked(known: api.Rule) -> dict[str, Any]:
    """The API's AlertRuleInput for a rule as it is."""
    told: dict[str, Any] = msgspec.to_builtins(known)
    condition = {name: value for name, value in told["condition"].items() if name != "said"}
    kept = ("name", "severity", "description", "mail", "webhooks", "gatherSeconds", "repeatSeconds", "quietHours")
    return {**{name: told[name] for name in kept}, "condition": condition}


def _said(found: api.Rule) -> str:
    by = f" by {', '.join(found.condition.group_by)}" if found.condition.group_by else ""
    held = f", held for {found.condition.for_seconds} s" if found.condition.for_seconds else ""
    return f"{found.condition.said}{by}{held}"


def _tell(qd: Qd, found: api.Rule, *, as_json: bool) -> None:
    if as_json:
        qd.out.json(found)
        return
    quiet, condition = found.quiet_hours, found.condition
    qd.out.fields(
        [
            ("id", str(uuid_of(found.id) or found.id)),
            ("name", found.name),
            ("project", found.project.name if found.project else "the whole server"),
            ("description", found.description),
            ("severity", found.severity.lower()),
            ("when", _said(found)),
            ("only", "; ".join(f"{each.dimension} {', '.join(each.values)}" for each in condition.filters)),
            ("at least", str(condition.minimum) if condition.minimum > 1 else ""),
            ("mail", ", ".join(found.mail)),
            ("webhooks", ", ".join(found.webhooks)),
            ("gathers", f"{found.gather_seconds} s"),
            ("repeats", f"after {found.repeat_seconds} s" if found.repeat_seconds else "never"),
            ("quiet", f"{quiet.start} to {quiet.end} in {quiet.zone}" if quiet else ""),
            ("revision", str(found.revision)),
            ("set", when(found.set_at)),
        ]
    )
    told_deliveries(qd, found.deliveries)
