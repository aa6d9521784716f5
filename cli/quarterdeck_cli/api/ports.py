"""Ports of sessions."""

from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError


async def ports(client: Client, session_id: str) -> list[int]:
    data = await client.query("session_ports", {"id": session_id})
    if data["session"] is None:
        raise NotFoundError("There is no such session.", "List yours with `qd session list`.")
    return [int(port) for port in data["session"]["ports"]]


async def open_port(client: Client, session_id: str, port: int) -> str:
    """A link to it, for one browser."""
    return str((await client.mutate("open_port", {"sessionId": session_id, "port": port}, once=True))["url"])
