"""What happened while one was away."""

from typing import Any

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.client import Client


class Actor(Answer, frozen=True):
    name: str
    count: int


class Happening(Answer, frozen=True):
    position: int
    happened_at: str
    actor_name: str
    subject: str
    subject_id: str | None = None


class Group(Answer, frozen=True):
    kind: str
    count: int
    more: bool
    actors: tuple[Actor, ...]
    newest: tuple[Happening, ...]


class WhileAway(Answer, frozen=True, kw_only=True):
    since: int
    read_up_to: int
    up_to: int
    groups: tuple[Group, ...]
    read_at: str | None = None


async def while_away(client: Client, project_id: str, since: dict[str, Any], first: int) -> WhileAway:
    """`since`: a position (`since`) or a time (`sinceTime`); neither: since one has read."""
    data = await client.query("while_away", {"projectId": project_id, **since, "first": first})
    return read(WhileAway, data["whileAway"])


async def mark_read(client: Client, project_id: str, position: int, *, back: bool = False) -> int:
    """Up to where it is read then."""
    asked = {"projectId": project_id, "position": position, "back": back or None}
    return int((await client.mutate("mark_read", asked))["mark"]["position"])
