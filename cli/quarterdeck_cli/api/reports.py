"""Reports: setting them up, looking at them, and how they were delivered."""

from collections.abc import AsyncIterator
from typing import Any

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.paging import PAGE
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError

ISSUES = 20


class Home(Answer, frozen=True):
    id: str
    name: str


class Recipient(Answer, frozen=True):
    channel: str
    address: str
    user_name: str


class Delivery(Answer, frozen=True):
    id: str
    channel: str
    address: str
    state: str
    attempts: int
    detail: str
    again_at: str | None
    ended_at: str | None


class Issue(Answer, frozen=True):
    id: str
    first: str
    last: str
    missed: int
    asked_for: bool
    prepared_at: str
    delivered_at: str | None
    arrived: int | None
    failed: int | None
    deliveries: tuple[Delivery, ...]


class Report(Answer, frozen=True):
    id: str
    name: str
    owner_name: str
    project: Home | None
    """None: every project that a recipient may see."""
    cadence: str
    zone: str
    at: str
    week_starts: str
    recipients: tuple[Recipient, ...]
    next_at: str
    scheduled_at: str
    revised_at: str
    removed_at: str | None


class ReportWithIssues(Report, frozen=True):
    issues: tuple[Issue, ...]
    """The last first."""


class Preview(Answer, frozen=True):
    subject: str
    first: str
    last: str
    text: str
    html: str
    figures: str


async def reports(client: Client, project_id: str | None) -> AsyncIterator[ReportWithIssues]:
    """Each with its last issue, in the order in which they were set up."""
    after: str | None = None
    while True:
        asked = {"projectId": project_id, "first": PAGE, "after": after}
        connection = (await client.query("reports", asked))["reports"]
        for edge in connection["edges"]:
            yield _with_issues(edge["node"])
        if not connection["pageInfo"]["hasNextPage"]:
            return
        after = connection["pageInfo"]["endCursor"]


async def report(client: Client, report_id: str) -> ReportWithIssues:
    found = (await client.query("report", {"id": report_id, "issues": ISSUES}))["report"]
    if found is None:
        raise NotFoundError("There is no such report.", "`qd report list` shows them.")
    return _with_issues(found)


async def set_report(client: Client, settings: dict[str, Any]) -> Report:
    """`settings`: the API's SetReportInput."""
    return read(Report, (await client.mutate("set_report", settings))["report"])


async def remove_report(client: Client, report_id: str) -> Report:
    return read(Report, (await client.mutate("remove_report", {"reportId": report_id}))["report"])


async def send_report(client: Client, report_id: str, day: str | None) -> Issue:
    return read(Issue, (await client.mutate("send_report", {"reportId": report_id, "day": day}))["issue"])


async def preview_report(client: Client, asked: dict[str, Any]) -> Preview:
    return read(Preview, (await client.query("preview_report", asked))["previewReport"])


def _with_issues(node: dict[str, Any]) -> ReportWithIssues:
    issues = [edge["node"] for edge in node["issues"]["edges"]]
    return read(ReportWithIssues, {**node, "issues": issues})
