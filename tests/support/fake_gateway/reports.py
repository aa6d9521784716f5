"""Reports over a World: kept as they are set, and sent at once."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from tests.support.fake_gateway.world import NOW, Json, World, global_id, page

TEXT = "Weekly report: p\nMon 16\x1b[2J\n\nCOST BY DAY\nMon 16  ███  $2.10\n"


def queries(world: World) -> dict[str, Callable[..., Any]]:
    def report(_info: Any, id: str) -> Json | None:  # noqa: A002 - the schema's name
        return next((each for each in world.reports if each["id"] == id), None)

    def reports(_info: Any, first: int, after: str | None = None, projectId: str | None = None) -> Json:  # noqa: N803
        found = [each for each in world.reports if projectId is None or _home(each) == projectId]
        return page(found, first, after)

    def preview_report(_info: Any, **asked: Any) -> Json:
        world.calls.append(("previewReport", asked))
        return {
            "subject": "Weekly report: p",
            "first": "2026-11-16",
            "last": "2026-11-22",
            "text": TEXT,
            "html": "<!DOCTYPE html>",
            "figures": '{"type": "report"}',
        }

    return {"report": report, "reports": reports, "previewReport": preview_report}


def mutations() -> dict[str, Callable[[World, Json], Awaitable[Json]]]:
    return {"setReport": _set, "removeReport": _remove, "sendReport": _send}


def _home(report: Json) -> str | None:
    project: Json | None = report["project"]
    return project["id"] if project else None


async def _set(world: World, asked: Json) -> Json:
    project = next((each for each in world.projects if each["id"] == asked.get("projectId")), None)
    known = next((e for e in world.reports if (e["name"], e["project"]) == (asked["name"], project)), None)
    made: Json = known or {"__typename": "Report", "id": global_id("Report", uuid4()), "kept": []}
    kept: list[Json] = made["kept"]

    def issues(_info: Any, first: int, after: str | None = None) -> Json:
        return page(kept[::-1], first, after)

    made.update(
        {name: asked[name] for name in ("name", "cadence", "zone", "at", "weekStarts")},
        project=project,
        ownerName="ann",
        recipients=[
            {
                "channel": each["channel"],
                "address": each["address"],
                "userName": each["user"] if each["user"] != "me" else "ann",
            }
            for each in asked["recipients"]
        ],
        nextAt=NOW,
        scheduledAt=NOW,
        revisedAt=NOW,
        removedAt=None,
        issues=issues,
    )
    if known is None:
        world.reports.append(made)
    return {"report": made}


async def _remove(world: World, asked: Json) -> Json:
    found = next(each for each in world.reports if each["id"] == asked["reportId"])
    world.reports.remove(found)
    return {"report": found | {"removedAt": NOW}}


async def _send(world: World, asked: Json) -> Json:
    found = next(each for each in world.reports if each["id"] == asked["reportId"])
    refused = [each["address"].startswith("nobody") for each in found["recipients"]]
    issue: Json = {
        "__typename": "ReportIssue",
        "id": global_id("ReportIssue", uuid4()),
        "first": "2026-11-16",
        "last": "2026-11-22",
        "missed": 0,
        "askedFor": True,
        "preparedAt": NOW,
        "deliveredAt": NOW,
        "arrived": refused.count(False),
        "failed": refused.count(True),
        "deliveries": [
            {
                "id": str(uuid4()),
                "channel": each["channel"],
                "address": each["address"],
                "state": "GIVEN_UP" if wrong else "ARRIVED",
                "attempts": 1,
                "detail": "550 unknown\x1b[2J" if wrong else "taken",
                "againAt": None,
                "endedAt": NOW,
            }
            for each, wrong in zip(found["recipients"], refused, strict=True)
        ],
    }
    found["kept"].append(issue)
    return {"issue": issue}
