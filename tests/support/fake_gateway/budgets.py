"""Budgets over a World: as a test put them there, and what is asked for is kept."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from tests.support.fake_gateway.world import NOW, Json, World, global_id, page

LATER = "2030-11-23T08:00:00.123456+00:00"


def amount(usd: str | None, tokens: int | None = None) -> Json:
    return {"usd": usd, "tokens": tokens}


def add_budget(world: World, project: Json | None, spent: str = "0", reserved: str = "0", **more: Any) -> Json:
    """A daily one of ten dollars."""
    share = float(spent) / 10
    now: Json = {
        "begins": NOW,
        "ends": LATER,
        "standing": "OPEN",
        "limit": amount("10"),
        "spent": amount(spent, 5),
        "reserved": amount(reserved, 0),
        "left": amount(f"{10 - float(spent) - float(reserved):g}"),
        "share": share,
        "near": share >= 0.8,
        "reservations": 0,
        "calls": 3,
        "unpriced": 0,
        "exhaustedAt": None,
        "answer": None,
        "answeredAt": None,
        "answerReason": None,
        **more.pop("now", {}),
    }
    budget: Json = {
        "__typename": "Budget",
        "id": global_id("Budget", uuid4()),
        "covers": "EVERYTHING",
        "subjectId": None,
        "persona": None,
        "every": "DAY",
        "timeZone": "UTC",
        "limit": amount("10"),
        "atLimit": "PAUSE",
        "warnPercent": 80,
        "now": now,
        "periods": [now],
        "asks": None,
        "setAt": NOW,
        "revisedAt": NOW,
        "removedAt": None,
        "project": project,
        "held": [],
        **more,
    }

    def reservations(_info: Any, first: int, after: str | None = None) -> Json:
        return page(budget["held"], first, after)

    budget["reservations"] = reservations
    world.budgets.append(budget)
    return budget


def queries(world: World) -> dict[str, Callable[..., Any]]:
    def budgets(_info: Any, first: int = 50, after: str | None = None, projectId: str | None = None) -> Json:  # noqa: N803
        found = [each for each in world.budgets if (each["project"] and each["project"]["id"]) == projectId]
        return page(found, first, after)

    def budget(_info: Any, id: str) -> Json | None:  # noqa: A002 - the schema's name
        return next((each for each in world.budgets if each["id"] == id), None)

    return {"budgets": budgets, "budget": budget}


def mutations() -> dict[str, Callable[[World, Json], Awaitable[Json]]]:
    return {
        "setBudget": _set,
        "removeBudget": _changed,
        "answerBudget": _changed,
        "reserveBudget": _reserve,
        "releaseBudget": _release,
    }


async def _set(world: World, asked: Json) -> Json:
    project = next((each for each in world.projects if each["id"] == asked.get("projectId")), None)
    return {"budget": add_budget(world, project, every=asked["every"], timeZone=asked["timeZone"])}


async def _changed(world: World, asked: Json) -> Json:
    return {"budget": next(each for each in world.budgets if each["id"] == asked["budgetId"])}


async def _reserve(world: World, asked: Json) -> Json:
    return {"reservationId": global_id("BudgetReservation", uuid4()), "fate": "OPEN", "expiresAt": LATER, "budgets": 1}


async def _release(world: World, asked: Json) -> Json:
    return {"reservationId": asked["reservationId"], "fate": "RELEASED"}
