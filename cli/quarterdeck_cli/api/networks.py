"""Networks of sessions."""

from collections.abc import AsyncIterator
from typing import Any

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.projects import NetworkRule
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError

PAGE = 50


class SessionNetwork(Answer, frozen=True):
    own: bool
    rules: tuple[NetworkRule, ...]
    persona: str | None = None


class NetworkAccess(Answer, frozen=True):
    decided_at: str
    host: str
    port: int
    verdict: str
    rule: str
    reason: str
    address: str
    bytes_up: int
    bytes_down: int
    count: int


async def network(client: Client, session_id: str) -> SessionNetwork:
    return read(SessionNetwork, (await _page(client, session_id, 0, None))["network"])


async def accesses(client: Client, session_id: str) -> AsyncIterator[NetworkAccess]:
    """Newest first."""
    before: str | None = None
    while True:
        connection = (await _page(client, session_id, PAGE, before))["networkAccess"]
        for edge in reversed(connection["edges"]):
            yield read(NetworkAccess, edge["node"])
        if not connection["pageInfo"]["hasPreviousPage"]:
            return
        before = connection["pageInfo"]["startCursor"]


async def change(client: Client, session_id: str, rules: list[dict[str, Any]] | None) -> SessionNetwork:
    """None: as its project's sessions."""
    payload = await client.mutate("change_session_network", {"sessionId": session_id, "rules": rules})
    return read(SessionNetwork, payload["session"]["network"])


async def _page(client: Client, session_id: str, last: int, before: str | None) -> dict[str, Any]:
    data = await client.query("session_network", {"id": session_id, "last": last, "before": before})
    if data["session"] is None:
        raise NotFoundError("There is no such session.", "List yours with `qd session list`.")
    found: dict[str, Any] = data["session"]
    return found
