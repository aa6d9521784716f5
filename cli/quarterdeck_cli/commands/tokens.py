"""qd token: API tokens."""

from typing import Annotated

import typer

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api import tokens as api
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain, when
from quarterdeck_cli.times import moment

Name = Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")]
Scopes = Annotated[
    list[str], typer.Option("--scope", help="What it may do, as session:write; may be repeated. * is all that you may.")
]
Expires = Annotated[
    str | None, typer.Option("--expires", metavar="WHEN", help="A time (ISO 8601), or a span as 12h, 30d or 4w.")
]
Which = Annotated[str, typer.Argument(metavar="TOKEN", help="A token's id, or the end of it.")]
All = Annotated[bool, typer.Option("--all", "-a", help="Revoked ones, too.")]


async def issue_token(qd: Qd, name: Name, *, scope: Scopes, expires: Expires = None, as_json: Json = False) -> None:
    """Issue a token. Its secret is printed this once, on standard output."""
    client = await qd.client()
    issued = await api.issue_token(client, name, scope, moment(expires) if expires else None)
    if as_json:
        qd.out.json(issued)
        return
    qd.out.line(issued.secret)
    qd.out.note(f"Token {ids.short(issued.token.id)}. Keep the secret now: it is not shown again.")


async def list_tokens(qd: Qd, *, everything: All = False, as_json: Json = False) -> None:
    """List your tokens. Secrets are not kept, so none are shown."""
    known = [token async for token in api.tokens(await qd.client()) if everything or not token.revoked]
    if as_json:
        qd.out.json(known)
        return
    rows = [
        [
            ids.short(token.id),
            "revoked" if token.revoked else "valid",
            when(token.created_at),
            when(token.expires_at) or "never",
            token.name,
            " ".join(token.scopes),
        ]
        for token in known
    ]
    qd.out.table(["ID", "STATE", "CREATED", "EXPIRES", "NAME", "SCOPES"], rows, nothing="There are no tokens.")


async def revoke_token(qd: Qd, token: Which, *, as_json: Json = False) -> None:
    """Revoke a token: it is refused from now on, and what is open with it is cut."""
    client = await qd.client()
    revoked = await api.revoke_token(client, await resolve.token_id(client, token))
    if as_json:
        qd.out.json(revoked)
        return
    qd.out.note(f"Token {ids.short(revoked.id)} ({plain(revoked.name)}) is revoked.")
