"""What is found, over a World: what a test put there."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from graphql import GraphQLError
from tests.support.fake_gateway.world import NOW, Json, World, global_id


def add_hit(world: World, line: str, word: str, *, command: str = "make", offset: int | None = None) -> Json:
    start = line.index(word)
    hit: Json = {
        "kind": "COMMAND" if offset is None else "OUTPUT",
        "command": {"id": global_id("Command", uuid4()), "text": command, "requestedBy": "ann"},
        "sessionId": global_id("Session", uuid4()),
        "projectId": global_id("Project", uuid4()),
        "position": 7,
        "at": NOW,
        "offset": offset,
        "excerpt": line,
        "ranges": [{"start": start, "end": start + len(word)}],
        "cut": False,
    }
    world.found.append(hit)
    return hit


def queries(world: World) -> dict[str, Callable[..., Any]]:
    def search(_info: Any, first: int, after: str | None = None, **asked: Any) -> Json:
        world.asked.append(asked)
        if "waitFor" in asked and (failure := world.failures.get("search")):
            raise GraphQLError(failure["message"], extensions={"code": failure["code"]})
        start = int(after.split(".")[0]) if after else 0
        some = world.found[start : start + first]
        end = start + len(some)
        return {
            "edges": [{"cursor": f"{start + place + 1}.0.0", "node": hit} for place, hit in enumerate(some)],
            "pageInfo": {"hasNextPage": end < len(world.found), "endCursor": f"{end}.0.0"},
            "skippedBytes": world.skipped_bytes if not after else 0,
            "searchedUpto": len(world.events) if world.searched_upto is None else world.searched_upto,
        }

    return {"search": search}
