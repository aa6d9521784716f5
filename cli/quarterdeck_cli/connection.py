"""Which server, with which token: from the environment, a context, or a server found on this machine."""

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from quarterdeck_cli.api import access
from quarterdeck_cli.client import Client, Renew, Standby
from quarterdeck_cli.contexts import Context, Contexts, ContextsFile
from quarterdeck_cli.credentials import Credentials
from quarterdeck_cli.errors import CliError, NotSetUpError, ServerFailure, UsageError
from quarterdeck_cli.local_server import (
    DATA_DIR_VARIABLE,
    LocalServer,
    client_files,
    find_local_server,
    read_client_file,
)
from quarterdeck_cli.text import plain

URL_VARIABLE = "QD_URL"
TOKEN_VARIABLE = "QD_TOKEN"  # noqa: S105 - the name of a variable
CONTEXT_VARIABLE = "QD_CONTEXT"
LOCAL = "local"


@dataclass(frozen=True)
class Login:
    """What a client needs. `context` is None where the environment says it all."""

    url: str
    token: str | None
    context: str | None = None
    local: LocalServer | None = None
    project: str | None = None
    """The one that is meant where none is named."""


@dataclass(frozen=True)
class Logins:
    """The log-ins that this user has."""

    named: str | None = None
    """The context that this call is to use, whatever else is chosen."""
    file: ContextsFile = field(default_factory=ContextsFile)
    credentials: Credentials = field(default_factory=Credentials)

    def chosen(self) -> Login | None:
        """The log-in that commands use; None where nothing is known yet.

        A token goes to its own server only: what a call names is taken as a whole, whatever the environment says.
        """
        if self.named:
            return self._from_context()
        token = os.environ.get(TOKEN_VARIABLE)
        url = address(given) if (given := os.environ.get(URL_VARIABLE)) else None
        if url and token:
            return Login(url, token)
        known = self._from_context()
        if known is None:
            return Login(url, None) if url else None
        return Login(
            url or known.url,
            token or (known.token if url in {None, known.url} else None),
            known.context,
            known.local,
            known.project if url in {None, known.url} else None,
        )

    def current_name(self, contexts: Contexts) -> str | None:
        if named := self.named or os.environ.get(CONTEXT_VARIABLE):
            contexts.named(named)
            return named
        if os.environ.get(DATA_DIR_VARIABLE):
            return next(filter(None, map(contexts.of_client_file, client_files())), None)
        return contexts.current

    def save(self, name: str, login: Login, user: str, token_id: str | None, *, use: bool = True) -> Context:
        """With `use` it becomes the current context. Its project stays what it was, at the same server."""
        known = self.file.read()
        before = known.contexts.get(name)
        place = self.credentials.store(name, login.token or "")
        context = Context(
            url=login.url,
            user=user,
            token_id=token_id,
            kept_in=place,
            client_file=str(login.local.path) if login.local else None,
            project=login.project or (before.project if before and before.url == login.url else None),
        )
        contexts = known.with_context(name, context)
        self.file.write(contexts.using(name) if use or contexts.current is None else contexts)
        return context

    def forget(self, name: str) -> None:
        """The context with its token, and those that share its log-in; of one that shares another's, only itself."""
        contexts = self.file.read()
        if context := contexts.contexts.get(name):
            if context.login_of is None:
                self.credentials.delete(name, context.kept_in)
            for each in (*contexts.sharing(name), name):
                contexts = contexts.without(each)
            self.file.write(contexts)

    def place_of(self, context: Context) -> str:
        """Where a context's token lies, in words."""
        return "the system's keyring" if context.kept_in == "keyring" else str(self.credentials.path)

    def _from_context(self) -> Login | None:
        contexts = self.file.read()
        name = self.current_name(contexts)
        if name is None:
            return None
        owner, context = contexts.login_of(name)
        local = read_client_file(Path(context.client_file)) if context.client_file else None
        url = local.url if local else context.url
        token = self.credentials.load(owner, context.kept_in)
        return Login(url, token, name, local, contexts.contexts[name].project)


def address(text: str) -> str:
    """A server's address as `http://host:port`, without a slash at its end."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise UsageError(f"{plain(text)!r} is no address of a server.", "Write it as http://host:port.")
    return text.rstrip("/")


@asynccontextmanager
async def connected(logins: Logins, standby: Callable[[Login], Standby | None]) -> AsyncGenerator[Client]:
    """A client for the chosen server, logging in to one on this machine where there is nothing else."""
    login = logins.chosen()
    if login is None or login.token is None:
        login = await _log_in_locally(logins, login)
    renew = _renewal(logins, login)
    async with Client(login.url, login.token, renew, standby(login), project=login.project) as client:
        yield client


def _renewal(logins: Logins, login: Login) -> Renew | None:
    """For a server on this machine whose data was made anew: the one-time token that it has left since."""
    local = login.local
    if local is None or not local.login_token:
        return None

    async def renew() -> str | None:
        with suppress(CliError):
            return (await redeem_local(logins, local)).token
        return None

    return renew


async def _log_in_locally(logins: Logins, login: Login | None) -> Login:
    local = find_local_server()
    if local is None and login is None and (chosen := os.environ.get(DATA_DIR_VARIABLE)):
        raise NotSetUpError(
            f"No server has left its address in {plain(chosen)}, which {DATA_DIR_VARIABLE} names.",
            f"Start it with `quarterdeck up`, or unset {DATA_DIR_VARIABLE} to use the server you logged in to.",
        )
    if local is None or (login and login.url != local.url):
        where = f" at {login.url}" if login else ""
        raise NotSetUpError(
            f"You are not logged in to a server{where}.",
            "Start one here with `quarterdeck up`, or log in with `qd login URL`.",
        )
    return await redeem_local(logins, local)


async def redeem_local(logins: Logins, local: LocalServer) -> Login:
    """Trades the one-time token of a server on this machine for a token of one's own, and keeps that."""
    if not local.login_token:
        raise NotSetUpError(
            f"The server at {local.url} has left no log-in token in {local.path}.",
            "Ask it for one with `quarterdeck login-token`, then `qd login TOKEN`.",
        )
    async with Client(local.url, None) as client:
        try:
            granted = await access.log_in(client, local.login_token)
        except ServerFailure as failure:
            raise ServerFailure(
                failure.code,
                f"The one-time token in {local.path} was refused: {failure.message}",
                failure.next_step or "Log in with a token of yours: `qd login TOKEN`.",
            ) from failure
    login = Login(local.url, granted.secret, local=local)
    name = local_name(logins, local)
    logins.save(name, login, granted.user_name, granted.token_id)
    return replace(login, context=name, project=logins.file.read().named(name).project)


def local_name(logins: Logins, local: LocalServer) -> str:
    """What the call names it, or what it was called; else `local`, with the data folder where another has that name."""
    contexts = logins.file.read()
    if logins.named:
        return contexts.login_of(logins.named)[0] if logins.named in contexts.contexts else logins.named
    if known := contexts.of_client_file(local.path):
        return known
    return LOCAL if LOCAL not in contexts.contexts else f"{LOCAL}:{local.path.parent.parent}"
