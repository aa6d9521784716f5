"""Personas of projects."""

from collections.abc import AsyncIterator
from typing import Any

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.paging import PAGE
from quarterdeck_cli.api.projects import LimitsAsked, NetworkRule
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError
from quarterdeck_cli.text import plain


class Persona(Answer, frozen=True):
    id: str
    name: str
    description: str
    revision: int
    limits: LimitsAsked
    network: tuple[NetworkRule, ...] | None
    defined_at: str
    revised_at: str
    retired_at: str | None = None


async def personas(client: Client, project_id: str, *, retired: bool) -> AsyncIterator[Persona]:
    """In the order in which they were defined."""
    after: str | None = None
    while True:
        asked = {"projectId": project_id, "retired": retired, "first": PAGE, "after": after}
        connection = _project(await client.query("personas", asked))["personas"]
        for edge in connection["edges"]:
            yield read(Persona, edge["node"])
        if not connection["pageInfo"]["hasNextPage"]:
            return
        after = connection["pageInfo"]["endCursor"]


async def persona(client: Client, project_id: str, name: str) -> Persona:
    found = _project(await client.query("persona", {"projectId": project_id, "name": name}))["persona"]
    if found is None:
        raise NotFoundError(f"The project has no persona {plain(name)!r}.", "`qd persona list` shows them.")
    return read(Persona, found)


async def define_persona(client: Client, project_id: str, name: str, settings: dict[str, Any]) -> Persona:
    """`settings`: the rest of the API's DefinePersonaInput."""
    payload = await client.mutate("define_persona", {"projectId": project_id, "name": name, **settings})
    return read(Persona, payload["persona"])


async def revise_persona(client: Client, persona_id: str, settings: dict[str, Any]) -> Persona:
    """`settings`: the rest of the API's RevisePersonaInput."""
    payload = await client.mutate("revise_persona", {"personaId": persona_id, **settings})
    return read(Persona, payload["persona"])


async def retire_persona(client: Client, persona_id: str) -> Persona:
    return read(Persona, (await client.mutate("retire_persona", {"personaId": persona_id}))["persona"])


def _project(data: dict[str, Any]) -> dict[str, Any]:
    if data["project"] is None:
        raise NotFoundError("There is no such project.", "List yours with `qd project list`.")
    found: dict[str, Any] = data["project"]
    return found
