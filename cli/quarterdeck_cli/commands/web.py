"""qd web: the web client."""

import webbrowser
from typing import Annotated

import typer

from quarterdeck_cli.api import access
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.qd import Qd

Open = Annotated[
    bool,
    typer.Option("--open", "-o", help="Open it here. Until it is used, others on this machine may see it in ps."),
]


async def web(qd: Qd, *, open_here: Open = False, as_json: Json = False) -> None:
    """Print a link that logs a browser in as you: one, once, within half an hour.

    The browser gets a token of its own, with the scopes of yours: `qd token list`, `qd token revoke`.
    """
    url = await access.login_link(await qd.client())
    if as_json:
        qd.out.json({"url": url})
    elif open_here and webbrowser.open(url):
        qd.out.note("It is open in your browser.")
    else:
        qd.out.line(url)
