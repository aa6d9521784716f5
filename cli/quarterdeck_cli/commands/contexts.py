"""qd context: servers and projects under names of their own."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer
from msgspec.structs import replace

from quarterdeck_cli.command_line import Json
from quarterdeck_cli.commands.login import ApiToken, granted, revoke
from quarterdeck_cli.connection import Login, address
from quarterdeck_cli.contexts import Context, Contexts
from quarterdeck_cli.errors import CliError, NotSetUpError, UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain

Name = Annotated[str, typer.Argument(metavar="NAME", help="A context's name.")]
Some = Annotated[str | None, typer.Argument(metavar="[NAME]", help="A context's name; the one in use by default.")]
Url = Annotated[
    str | None,
    typer.Argument(
        metavar="[URL]", help="The server's address, which asks for a token; without it, --like says which."
    ),
]
Like = Annotated[
    str | None,
    typer.Option("--like", metavar="CONTEXT", help="Share the log-in of another; by default of the one in use."),
]
Project = Annotated[
    str | None,
    typer.Option("--project", "-p", metavar="PROJECT", help="The project that is meant where none is named."),
]
NoProject = Annotated[bool, typer.Option("--no-project", help="Let the folder say which project is meant.")]


@dataclass(frozen=True)
class Shown:
    """A context as it is listed."""

    name: str
    url: str
    user: str
    project: str | None
    current: bool
    kept_in: str
    login_of: str | None

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "url": self.url,
            "user": self.user,
            "project": self.project,
            "current": self.current,
            "keptIn": self.kept_in,
            "loginOf": self.login_of,
        }


async def list_contexts(qd: Qd, *, as_json: Json = False) -> None:
    """List the servers that you are logged in to, by the names you gave. The one in use is marked."""
    known = qd.logins.file.read()
    shown = [_shown(qd, known, name) for name in known.contexts]
    if as_json:
        qd.out.json([each.as_json() for each in shown])
        return
    rows = [
        ["*" if each.current else "", each.name, each.url, each.user, each.project or "", each.login_of or ""]
        for each in shown
    ]
    columns = ["", "NAME", "SERVER", "USER", "PROJECT", "LOG-IN OF"]
    qd.out.table(columns, rows, nothing="There are no contexts. Log in: `qd login` or `qd login URL`")


async def show_context(qd: Qd, name: Some = None, *, as_json: Json = False) -> None:
    """Show a context and where its token is kept. No server is asked."""
    known = qd.logins.file.read()
    shown = _shown(qd, known, name or _in_use(qd, known))
    if as_json:
        qd.out.json(shown.as_json())
        return
    qd.out.fields(
        [
            ("name", shown.name),
            ("server", shown.url),
            ("user", shown.user),
            ("project", shown.project or ""),
            ("log-in of", shown.login_of or ""),
            ("token in", qd.logins.place_of(known.login_of(shown.name)[1])),
            ("in use", "yes" if shown.current else "no"),
        ]
    )


async def use_context(
    qd: Qd, name: Name, *, project: Project = None, no_project: NoProject = False, as_json: Json = False
) -> None:
    """Use a context from now on, and perhaps change which project is meant in it."""
    if project and no_project:
        raise UsageError("--project and --no-project contradict each other.", "Give one of them.")
    known = qd.logins.file.read()
    context = known.named(name)
    if project or no_project:
        known = known.with_context(name, replace(context, project=project))
    qd.logins.file.write(known.using(name))
    _tell(qd, name, "is used from now on", as_json=as_json)


async def add_context(
    qd: Qd,
    name: Name,
    url: Url = None,
    *,
    like: Like = None,
    token: ApiToken = None,
    project: Project = None,
    as_json: Json = False,
) -> None:
    """Add a context: another server, or another project of one that you are logged in to. The one in use stays so."""
    known = qd.logins.file.read()
    if name in known.contexts:
        raise UsageError(f"There is a context {plain(name)!r} already.", "Remove it first: `qd context remove NAME`.")
    if url and like:
        raise UsageError("Both an address and --like were given.", "Give one of them.")
    if url is None and token is not None:
        raise UsageError("A token was given, but no address of a server.", "Write `qd context add NAME URL --token -`.")
    if url:
        place = address(url)
        login, user, token_id = await granted(qd, place, None, token)
        made = Login(place, login.token, project=project)
        qd.logins.save(name, made, user, token_id, use=False)
    else:
        owner, context = known.login_of(like or _in_use(qd, known))
        shared = replace(context, login_of=owner, token_id=None, project=project)
        qd.logins.file.write(known.with_context(name, shared))
    _tell(qd, name, "is added. Use it: `qd context use NAME`, or --context NAME", as_json=as_json)


async def remove_context(qd: Qd, name: Name, *, as_json: Json = False) -> None:
    """Forget a context. Its token is revoked, unless another context shares it or it was given as it is."""
    known = qd.logins.file.read()
    context = known.named(name)
    if sharing := known.sharing(name):
        raise UsageError(
            f"Its log-in is that of {', '.join(map(plain, sharing))} as well.",
            "Remove those first, or end the log-in and all of them with `qd logout --context NAME`.",
        )
    shown = _shown(qd, known, name)
    if context.login_of is None:
        await _revoked(qd, name, context)
    qd.logins.forget(name)
    if as_json:
        qd.out.json(shown.as_json())
        return
    qd.out.note(f"Context {plain(name)} is removed.")


async def _revoked(qd: Qd, name: str, context: Context) -> None:
    """As far as the server can be asked: a context of a server that is gone can be removed all the same."""
    login = Login(context.url, qd.logins.credentials.load(name, context.kept_in))
    try:
        await revoke(login, context.token_id)
    except CliError as error:
        qd.out.note(f"Its token may still be valid at the server: {error.message} See `qd token list` there.")


def _in_use(qd: Qd, known: Contexts) -> str:
    name = qd.logins.current_name(known)
    if name is None:
        raise NotSetUpError("You are not logged in.", "Log in with `qd login` or `qd login URL`.")
    return name


def _shown(qd: Qd, known: Contexts, name: str) -> Shown:
    context = known.named(name)
    return Shown(
        name=name,
        url=context.url,
        user=context.user,
        project=context.project,
        current=name == qd.logins.current_name(known),
        kept_in=known.login_of(name)[1].kept_in,
        login_of=context.login_of,
    )


def _tell(qd: Qd, name: str, what: str, *, as_json: bool) -> None:
    if as_json:
        qd.out.json(_shown(qd, qd.logins.file.read(), name).as_json())
        return
    qd.out.note(f"Context {plain(name)} {what.replace('NAME', plain(name))}.")
