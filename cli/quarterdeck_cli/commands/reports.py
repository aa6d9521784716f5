"""qd report: what happened, by day, week or month, sent by mail, webhook or into a folder."""

import asyncio
import os
import re
import tempfile
import webbrowser
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer

from quarterdeck_cli import report_words, resolve
from quarterdeck_cli.api import reports as api
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.errors import NotFoundError, UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain

POLL_SECONDS = 0.5
WAIT_SECONDS = 20.0


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Weekdays(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


CADENCES: Final = {Every.DAY: "DAILY", Every.WEEK: "WEEKLY", Every.MONTH: "MONTHLY"}

Name = Annotated[str, typer.Argument(metavar="NAME", help="The report's name.")]
MaybeName = Annotated[str | None, typer.Argument(metavar="[NAME]", help="A report that is set up.")]
Cadence = Annotated[Every | None, typer.Option("--every", help="How long its periods are; week by default.")]
Starts = Annotated[Weekdays | None, typer.Option("--week-starts", help="A week's first day; monday by default.")]
At = Annotated[str | None, typer.Option("--at", metavar="HH:MM", help="When, on the day after; 08:00 by default.")]
Zone = Annotated[
    str | None, typer.Option("--zone", metavar="ZONE", help="Time zone as Europe/Berlin; this computer's by default.")
]
Mail = Annotated[
    list[str] | None,
    typer.Option("--mail", metavar="[USER:]ADDRESS", help="Send it there, as USER may see it; may be repeated."),
]
Webhook = Annotated[list[str] | None, typer.Option("--webhook", metavar="URL", help="Post its figures there as JSON.")]
Folder = Annotated[
    list[str] | None,
    typer.Option("--folder", metavar="PATH", help="Write it there, below the server's folder of reports."),
]
Everything = Annotated[
    bool, typer.Option("--all-projects", help="Of every project that each recipient may see, not of one.")
]
Day = Annotated[
    str | None, typer.Option("--day", metavar="DATE", help="In the period, as 2026-11-30; the last one by default.")
]
Into = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write it there: as a page, or by its ending .txt or .json."),
]
Open = Annotated[bool, typer.Option("--open", help="Show it in the browser.")]


async def list_reports(qd: Qd, *, project: ProjectName = None, as_json: Json = False) -> None:
    """List reports: when each comes, to whom, and how the last one fared."""
    client = await qd.client()
    project_id = await resolve.project_id(client, project) if project else None
    found = [each async for each in api.reports(client, project_id)]
    if as_json:
        qd.out.json(found)
        return
    rows = [
        [
            each.name,
            each.project.name if each.project else "all projects",
            report_words.schedule(each),
            report_words.next_one(each),
            report_words.fared(each.issues[0]) if each.issues else "none yet",
            report_words.recipients(each),
        ]
        for each in found
    ]
    qd.out.table(
        ["NAME", "OF", "WHEN", "NEXT", "LAST", "TO"],
        rows,
        nothing="There are no reports. Set one up: `qd report set NAME --every week --mail you@example.org`",
    )


async def show_report(qd: Qd, name: Name, *, project: ProjectName = None, as_json: Json = False) -> None:
    """Show a report, and how each of its last ones was delivered."""
    client = await qd.client()
    found = await api.report(client, (await _named(client, name, project)).id)
    if as_json:
        qd.out.json(found)
        return
    _tell(qd, found)
    qd.out.line()
    rows = [row for issue in found.issues for row in report_words.delivery_rows(issue)]
    qd.out.table(report_words.DELIVERY_HEADS, rows, nothing="None has been sent yet.")


async def set_report(
    qd: Qd,
    name: Name,
    *,
    every: Cadence = None,
    week_starts: Starts = None,
    at: At = None,
    zone: Zone = None,
    mail: Mail = None,
    webhook: Webhook = None,
    folder: Folder = None,
    all_projects: Everything = False,
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """Set a report up, or change it: what is left out stays as it is; recipients are replaced together.

    It is sent as long as the user it is for may see the project. Others than yourself, webhooks and folders are for
    owners to name.
    """
    client = await qd.client()
    project_id = None if all_projects else await resolve.project_or_here(client, project)
    known = await _known(client, name, project_id)
    asked: dict[str, Any] = {
        "name": name,
        "projectId": project_id,
        "cadence": CADENCES[every] if every else known.cadence if known else "WEEKLY",
        "weekStarts": week_starts.name if week_starts else known.week_starts if known else "MONDAY",
        "at": at or (known.at if known else "08:00"),
        "zone": zone or (known.zone if known else report_words.zone_here()),
        "recipients": _recipients(mail, webhook, folder) or _kept(known),
    }
    if not asked["recipients"]:
        raise UsageError("Nobody gets it.", "Name a recipient: --mail you@example.org, --webhook URL or --folder PATH.")
    made = await api.set_report(client, asked)
    if as_json:
        qd.out.json(made)
        return
    _tell(qd, made)


async def remove_report(qd: Qd, name: Name, *, project: ProjectName = None, as_json: Json = False) -> None:
    """Remove a report: nothing is sent any more, not even what is being tried again."""
    client = await qd.client()
    removed = await api.remove_report(client, (await _named(client, name, project)).id)
    if as_json:
        qd.out.json(removed)
        return
    qd.out.note(f"Report {plain(removed.name)} is removed.")


async def send_report(
    qd: Qd, name: Name, *, day: Day = None, project: ProjectName = None, as_json: Json = False
) -> int:
    """Send a report to its recipients now, besides those that are due, and see it arrive."""
    client = await qd.client()
    found = await _named(client, name, project)
    issue = await api.send_report(client, found.id, _day(day))
    with qd.out.status("Sending …"):
        issue = await _ended(client, found.id, issue)
    if as_json:
        qd.out.json(issue)
    else:
        qd.out.table(report_words.DELIVERY_HEADS, report_words.delivery_rows(issue), nothing="It has no recipients.")
    if issue.delivered_at is None:
        qd.out.note(f"It is tried again: see `qd report show {plain(name)}`.")
    return ExitCode.OK if issue.delivered_at and not issue.failed else ExitCode.UNAVAILABLE


async def preview_report(
    qd: Qd,
    name: MaybeName = None,
    *,
    every: Cadence = None,
    week_starts: Starts = None,
    zone: Zone = None,
    day: Day = None,
    output: Into = None,
    in_browser: Open = False,
    all_projects: Everything = False,
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """Look at a report without sending it: one that is set up, or that of a project for any period."""
    client = await qd.client()
    asked: dict[str, Any] = {
        "cadence": CADENCES[every or Every.WEEK],
        "weekStarts": (week_starts or Weekdays.MONDAY).name,
        "zone": zone or report_words.zone_here(),
        "day": _day(day),
    }
    if name is not None:
        if every or week_starts or zone or all_projects:
            raise UsageError("A report that is set up has its schedule.", "Leave NAME or the other options out.")
        asked["reportId"] = (await _named(client, name, project)).id
    elif not all_projects:
        asked["projectId"] = await resolve.project_or_here(client, project)
    found = await api.preview_report(client, asked)
    if output is not None or in_browser:
        _write(qd, found, output, show=in_browser)
    elif as_json:
        qd.out.json(orjson.loads(found.figures))
    else:
        for line in found.text.splitlines():
            qd.out.highlighted(plain(line), report_words.STYLES)


def _write(qd: Qd, found: api.Preview, output: Path | None, *, show: bool) -> None:
    if output is None:
        handle, made = tempfile.mkstemp(prefix="qd-report-", suffix=".html")
        os.close(handle)
        output = Path(made)
    content = {".txt": found.text, ".json": found.figures}.get(output.suffix.lower(), found.html)
    try:
        output.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{plain(str(output))} cannot be written: {error.strerror}.") from error
    if not (show and webbrowser.open(output.absolute().as_uri())):
        qd.out.line(plain(str(output)))


async def _known(client: Client, name: str, project_id: str | None) -> api.ReportWithIssues | None:
    """The report of that name in a project; without one, of all projects."""
    async for each in api.reports(client, project_id):
        if each.name == name and (each.project.id if each.project else None) == project_id:
            return each
    return None


async def _named(client: Client, name: str, project: str | None) -> api.ReportWithIssues:
    project_id = await resolve.project_id(client, project) if project else None
    found = [each async for each in api.reports(client, project_id) if each.name == name]
    if not found:
        raise NotFoundError(f"There is no report {plain(name)!r}.", "`qd report list` shows them.")
    if len(found) > 1:
        homes = ", ".join(plain(each.project.name) if each.project else "all projects" for each in found)
        raise UsageError(f"{len(found)} reports are called {plain(name)}: of {homes}.", "Name the project with -p.")
    return found[0]


async def _ended(client: Client, report_id: str, issue: api.Issue) -> api.Issue:
    """As it is once all deliveries have ended, or one of them waits, or time is up."""
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while issue.delivered_at is None and asyncio.get_running_loop().time() < deadline:
        if any(each.state == "WAITING" and each.attempts for each in issue.deliveries):
            break
        await asyncio.sleep(POLL_SECONDS)
        known = await api.report(client, report_id)
        issue = next((each for each in known.issues if each.id == issue.id), issue)
    return issue


def _recipients(mail: list[str] | None, webhook: list[str] | None, folder: list[str] | None) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for text in mail or ():
        user, _, address = text.rpartition(":")
        found.append({"channel": "MAIL", "address": address, **({"user": user} if user else {})})
    found += [{"channel": "WEBHOOK", "address": url} for url in webhook or ()]
    found += [{"channel": "FOLDER", "address": path} for path in folder or ()]
    return found


def _kept(known: api.Report | None) -> list[dict[str, str]]:
    if known is None:
        return []
    return [{"channel": r.channel, "address": r.address, "user": r.user_name} for r in known.recipients]


def _day(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{plain(text)!r} is no day.", "Write it as 2026-11-30.") from None


def _tell(qd: Qd, found: api.Report) -> None:
    qd.out.fields(
        [
            ("name", found.name),
            ("of", found.project.name if found.project else "all projects"),
            ("owner", found.owner_name),
            ("when", report_words.schedule(found)),
            ("next", report_words.next_one(found)),
            *(("to", report_words.recipient(each)) for each in found.recipients),
        ]
    )
