"""What happened while somebody was away, over a World: what a test put there."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from graphql import GraphQLError
from tests.support.fake_gateway.world import NOW, Json, World, global_id


def add_happening(world: World, project: Json, kind: str, *subjects: str, by: str = "ann", **more: Any) -> Json:
    newest = [
        {
            "position": 100 + place,
            "happenedAt": NOW,
            "actorName": by,
            "subjectId": global_id("Task", uuid4()),
            "subject": subject,
        }
        for place, subject in enumerate(subjects)
    ]
    group: Json = {
        "kind": kind,
        "count": len(subjects),
        "more": False,
        "actors": [{"name": by, "count": len(subjects)}],
        "newest": newest[::-1],
        **more,
    }
    world.happened.setdefault(project["id"], []).append(group)
    return group


def queries(world: World) -> dict[str, Callable[..., Any]]:
    def while_away(_info: Any, projectId: str, first: int, **asked: Any) -> Json:  # noqa: N803
        world.asked.append(asked)
        if failure := world.failures.get("whileAway"):
            raise GraphQLError(failure["message"], extensions={"code": failure["code"]})
        read = world.read.get(projectId, 0)
        since = asked.get("since", read)
        groups = [_after(group, since, first) for group in world.happened.get(projectId, [])]
        told = [group for group in groups if group["newest"]]
        newest = max((each["position"] for group in told for each in group["newest"]), default=since)
        return {
            "since": since,
            "readAt": NOW if read else None,
            "readUpTo": read,
            "upTo": newest,
            "groups": told,
        }

    return {"whileAway": while_away}


def mutations() -> dict[str, Callable[[World, Json], Awaitable[Json]]]:
    return {"markRead": _mark}


async def _mark(world: World, asked: Json) -> Json:
    world.read[asked["projectId"]] = asked["position"]
    return {"mark": {"position": asked["position"], "readAt": NOW}}


def _after(group: Json, since: int, first: int) -> Json:
    return {**group, "newest": [each for each in group["newest"] if each["position"] > since][:first]}
