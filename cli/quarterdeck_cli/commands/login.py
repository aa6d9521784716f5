"""Logging in and out."""

import os
import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer

from quarterdeck_cli.api import access
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.connection import TOKEN_VARIABLE, Login, address, redeem_local
from quarterdeck_cli.contexts import Context
from quarterdeck_cli.errors import NotSetUpError, ServerFailure, UsageError
from quarterdeck_cli.failures import UNAUTHENTICATED
from quarterdeck_cli.local_server import LocalServer, find_local_server
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain

OneTime = Annotated[
    str | None,
    typer.Argument(
        metavar="[URL|LINK|TOKEN]",
        help="The server's address, which asks for a token; or a log-in link as the server prints it; or the one-time "
        "token in it, where - reads it from standard input.",
    ),
]
Url = Annotated[str | None, typer.Option("--url", help="The server's address, as http://host:port.")]
ApiToken = Annotated[
    str | None, typer.Option("--token", help="An API token to use as it is; - reads it from standard input.")
]

TokenFile = Annotated[
    Path | None, typer.Option("--token-file", metavar="FILE", help="A file with the token, which you alone can read.")
]
HOW = (
    "Servers take tokens, no passwords and no single sign-on: a one-time token, which `quarterdeck login-token` prints "
    "on the server's machine, or an API token, which `qd token issue` makes."
)

DropPending = Annotated[bool, typer.Option("--drop-pending", help="Although changes wait to be sent.")]


async def log_in(
    qd: Qd,
    one_time: OneTime = None,
    url: Url = None,
    token: ApiToken = None,
    *,
    token_file: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Log in to a server and make it the current one.

    With nothing given: the server on this machine, by the one-time token it left for its own user. Elsewhere a token is
    needed, one-time or of the API: it is asked for, or read from standard input or a file. The API token is kept in
    the system's keyring, or in a file that only you can read where there is no keyring. --context names the log-in, to
    have several.
    """
    if one_time and "://" in one_time:
        if url:
            raise UsageError("Two addresses were given.", "Give one of them.")
        url, one_time = _of_link(one_time)
    if sum(given is not None for given in (one_time, token, token_file)) > 1:
        raise UsageError("More than one token was given.", "Give one: as a word, with --token, or with --token-file.")
    local = find_local_server()
    if url is None and one_time is None and token is None and token_file is None and local:
        login = await redeem_local(qd.logins, local)
        _say_logged_in(qd, login.url, qd.logins.file.read().named(login.context or ""), as_json=as_json)
        return
    place = _address(url, local)
    given = token_in(token_file) if token_file else one_time
    login, user, token_id = await granted(qd, place, given, token)
    context = qd.logins.save(qd.logins.named or _context_name(place), login, user, token_id)
    _say_logged_in(qd, place, context, as_json=as_json)


async def log_out(qd: Qd, *, drop_pending: DropPending = False, as_json: Json = False) -> None:
    """Forget the current server's token and what is known of it here, and revoke the token there. Contexts that share
    the log-in go with it."""
    login = qd.logins.chosen()
    if login is None or login.context is None:
        raise NotSetUpError("You are not logged in.", "Log in with `qd login`.")
    owner, context = qd.logins.file.read().login_of(login.context)
    known = qd.known()
    if known and not drop_pending:
        known.refuse_if_waiting()
    try:
        await revoke(login, context.token_id)
    finally:
        qd.logins.forget(owner)
        if known:
            known.forget()
    if as_json:
        qd.out.json({"url": login.url})
        return
    qd.out.note(f"Logged out of {login.url}.")


async def who_am_i(qd: Qd, *, as_json: Json = False) -> None:
    """Show the server, the user and the scopes of the token in use, and where that is kept."""
    client = await qd.client()
    viewer = await access.viewer(client)
    name, place = _kept(qd)
    if as_json:
        shown = {"url": client.url, "id": viewer.id, "name": viewer.name, "scopes": viewer.scopes}
        qd.out.json({**shown, "context": name, "project": client.project, "keptIn": place})
        return
    qd.out.fields(
        [
            ("server", client.url),
            ("user", viewer.name),
            ("scopes", ", ".join(viewer.scopes)),
            ("context", name or ""),
            ("project", client.project or ""),
            ("token in", place),
        ]
    )


def _kept(qd: Qd) -> tuple[str | None, str]:
    """The context in use, and where its token is."""
    if os.environ.get(TOKEN_VARIABLE) and not qd.logins.named:
        return None, f"{TOKEN_VARIABLE}, which every program that you start can read"
    known = qd.logins.file.read()
    name = qd.logins.current_name(known)
    return name, qd.logins.place_of(known.login_of(name)[1]) if name else ""


def _say_logged_in(qd: Qd, url: str, context: Context, *, as_json: bool) -> None:
    if as_json:
        qd.out.json({"url": url, "name": context.user, "keptIn": context.kept_in})
        return
    qd.out.note(f"Logged in to {url} as {plain(context.user)}. The token is in {qd.logins.place_of(context)}.")


async def granted(qd: Qd, url: str, one_time: str | None, token: str | None) -> tuple[Login, str, str | None]:
    """A log-in by a token, which may be one-time where it is not said to be of the API; the user, and the id of a
    token that was made."""
    if token and token != "-":  # noqa: S105 - no secret
        qd.out.note("Whoever is on this machine could read the token in the list of processes: use `--token -`.")
    secret = _secret(qd, token or one_time)
    try:
        async with Client(url, secret) as client:
            return Login(url, secret), (await access.viewer(client)).name, None
    except ServerFailure as failure:
        if token or failure.code != UNAUTHENTICATED:
            raise
    async with Client(url, None) as client:
        try:
            granted = await access.log_in(client, secret)
        except ServerFailure as failure:
            if failure.code == UNAUTHENTICATED:
                failure.next_step = HOW
            raise
    return Login(url, granted.secret), granted.user_name, granted.token_id


def token_in(path: Path) -> str:
    """What a file holds. Whoever may read it may act as its owner."""
    try:
        if path.stat().st_mode & 0o077:
            raise UsageError(f"Others can read {plain(str(path))}.", f"Make it yours alone: `chmod 600 {path}`.")
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{plain(str(path))} cannot be read: {error}.", "Name a file with a token in it.") from error
    if not secret:
        raise UsageError(f"{plain(str(path))} is empty.", "Write the token into it.")
    return secret


async def revoke(login: Login, token_id: str | None) -> None:
    """A token that was given with --token may be in use elsewhere; only one made by logging in is revoked."""
    if token_id is None:
        return
    async with Client(login.url, login.token) as client:
        try:
            await client.mutate("revoke_token", {"tokenId": token_id})
        except ServerFailure as failure:
            if failure.code not in {"UNAUTHENTICATED", "NOT_FOUND"}:
                raise


def _address(url: str | None, local: LocalServer | None) -> str:
    if url:
        return address(url)
    if local is None:
        raise NotSetUpError(
            "There is no server on this machine.", "Name one with --url, or start one with `quarterdeck up`."
        )
    return local.url


def _of_link(text: str) -> tuple[str, str | None]:
    """An address as it is; a log-in link for browsers taken apart into the address and the one-time token."""
    page, _, token = text.partition("#")
    return (page.removesuffix("/login"), token) if token else (text, None)


def _secret(qd: Qd, given: str | None) -> str:
    """A token given as an argument shows in the list of processes: it may come from standard input or a prompt."""
    if given and given != "-":
        return given
    if sys.stdin.isatty():
        qd.out.note(HOW)
        secret = getpass("Token (paste it; it is not shown): ")
    else:
        secret = sys.stdin.readline()
    if not secret.strip():
        raise UsageError("No token was given.", f"{HOW} Pipe it in, or name a file with --token-file.")
    return secret.strip()


def _context_name(url: str) -> str:
    return url.split("://", 1)[-1]
