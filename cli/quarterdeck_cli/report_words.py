"""Reports in words: their schedules, their recipients, and how they fared."""

import os
from pathlib import Path
from typing import Final

from quarterdeck_cli.api.reports import Delivery, Issue, Recipient, Report
from quarterdeck_cli.text import when

DELIVERY_HEADS: Final = ("PERIOD", "TO", "STATE", "TRIES", "AT", "DETAIL")
STYLES: Final = (
    (r"^\w+ report: .*", "bold"),
    (r"^[A-Z]{3,}[A-Z ]*(?=  |$)", "bold"),
    (r"^! .*", "yellow"),
    (r"[█▏▎▍▌▋▊▉▁▂▃▄▅▆▇]+", "blue"),
    (r"[▲▼] [^ ]+( [^ ]+)? ?%", "dim"),
    (r"✓ done", "green"),
)
"""How lines of a report look in a terminal: patterns, and what is done with what fits them."""


def schedule(report: Report) -> str:
    """As `weekly from monday, 08:00 Europe/Berlin`."""
    begins = f" from {report.week_starts.lower()}" if report.cadence == "WEEKLY" else ""
    return f"{report.cadence.lower()}{begins}, {report.at} {report.zone}"


def next_one(report: Report) -> str:
    return when(report.next_at)[:16]


def recipients(report: Report) -> str:
    return ", ".join(each.address for each in report.recipients)


def recipient(each: Recipient) -> str:
    return f"{each.channel.lower()} {each.address}, for {each.user_name}"


def fared(issue: Issue) -> str:
    """Of the last one, in few words."""
    ended = sum(each.state == "ARRIVED" for each in issue.deliveries)
    told = f"{issue.last}: {ended} of {len(issue.deliveries)} arrived"
    given_up = sum(each.state == "GIVEN_UP" for each in issue.deliveries)
    return f"{told}, {given_up} given up" if given_up else told


def delivery_rows(issue: Issue) -> list[list[str]]:
    return [
        [
            issue.first if issue.first == issue.last else f"{issue.first} to {issue.last}",
            each.address,
            each.state.lower().replace("_", " "),
            str(each.attempts),
            _at(each),
            each.detail,
        ]
        for each in issue.deliveries
    ]


def _at(delivery: Delivery) -> str:
    if delivery.ended_at:
        return when(delivery.ended_at)
    return f"again {when(delivery.again_at)}" if delivery.again_at and delivery.state == "WAITING" else ""


def zone_here() -> str:
    """This computer's time zone by its IANA name, UTC where it has none."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if "/" in named and not named.startswith("/"):
        return named
    _, found, zone = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")
    return zone if found and zone not in {"Etc/UTC", "UCT"} else "UTC"
