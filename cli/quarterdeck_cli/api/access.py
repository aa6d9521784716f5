"""Logging in, and who one is."""

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.client import Client


class Granted(Answer, frozen=True):
    """An API token, shown this once."""

    secret: str
    token_id: str
    user_name: str


class Viewer(Answer, frozen=True):
    id: str
    name: str
    scopes: tuple[str, ...]


async def log_in(client: Client, one_time_token: str) -> Granted:
    return read(Granted, await client.mutate("login", {"token": one_time_token, "name": "qd"}))


async def viewer(client: Client) -> Viewer:
    return read(Viewer, (await client.query("viewer"))["viewer"])
