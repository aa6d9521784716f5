"""Logging in, and who one is."""

from socket import gethostname
from typing import Final

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.client import Client

LONGEST_NAME: Final = 60


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
    """`name`d after this machine, since a person has a token for each."""
    name = f"qd on {gethostname()}"[:LONGEST_NAME]
    return read(Granted, await client.mutate("login", {"token": one_time_token, "name": name}))


async def login_link(client: Client) -> str:
    """For a browser, which it logs in as the client."""
    return str((await client.mutate("issue_login_link", {}, once=True))["url"])


async def viewer(client: Client) -> Viewer:
    return read(Viewer, (await client.query("viewer"))["viewer"])
