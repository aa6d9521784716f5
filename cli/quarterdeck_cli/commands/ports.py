"""qd port: what listens in a session, in a browser."""

from typing import Annotated

import typer

from quarterdeck_cli import resolve
from quarterdeck_cli.api import ports as api
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.commands.sessions import Which
from quarterdeck_cli.qd import Qd

Port = Annotated[int, typer.Argument(metavar="PORT", min=1, max=65535, help="A TCP port that something listens on.")]


async def list_ports(qd: Qd, session: Which, *, as_json: Json = False) -> None:
    """List the TCP ports that something in a session listens on."""
    client = await qd.client()
    found = await api.ports(client, await resolve.session_id(client, session))
    if as_json:
        qd.out.json(found)
        return
    qd.out.table(["PORT"], [[str(port)] for port in found], nothing="Nothing listens there.")


async def open_port(qd: Qd, session: Which, port: Port, *, as_json: Json = False) -> None:
    """Print a link that opens a port of a session in a browser: in one, once, within ten minutes."""
    client = await qd.client()
    url = await api.open_port(client, await resolve.session_id(client, session), port)
    if as_json:
        qd.out.json({"url": url})
        return
    qd.out.line(url)
    qd.out.note("Open it in your browser within ten minutes. What it opens, only you can see.")
