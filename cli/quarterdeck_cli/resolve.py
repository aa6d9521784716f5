"""From what a user typed to a global id: the id itself, its UUID, a unique suffix of it, or a project's name."""

from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from quarterdeck_cli import ids
from quarterdeck_cli.api.alerts import Alert, Silence, alerts, silences
from quarterdeck_cli.api.commands import RecentCommand, recent_commands
from quarterdeck_cli.api.projects import Project, projects
from quarterdeck_cli.api.sessions import Session, sessions
from quarterdeck_cli.api.tokens import Token, tokens
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError, UsageError
from quarterdeck_cli.folder import project_here
from quarterdeck_cli.text import plain

LISTED_BY = {
    "session": "qd session list --all",
    "command": "qd command list -s SESSION",
    "token": "qd token list",
    "project": "qd project list",
    "alert": "qd alert list --all",
    "silence": "qd alert silences",
}
T = TypeVar("T", Session, RecentCommand, Project, Token, Alert, Silence)
LOOK_BACK = 2000
"""How many objects a suffix is looked for in, newest first."""


async def session_id(client: Client, text: str) -> str:
    return _whole("Session", text) or await _by_suffix(
        "session", text, sessions(client), lambda s: f"{s.state.lower()}, {s.project.name} {s.title}"
    )


async def command_id(client: Client, text: str) -> str:
    return _whole("Command", text) or await _by_suffix(
        "command", text, recent_commands(client), lambda c: f"{c.state.lower()}, {c.text[:60]}"
    )


async def token_id(client: Client, text: str) -> str:
    return _whole("Token", text) or await _by_suffix("token", text, tokens(client), lambda t: t.name)


async def session_or_only(client: Client, text: str | None) -> str:
    """A session that is named, else the one that is open in the project that is meant."""
    if text:
        return await session_id(client, text)
    home = await project_or_here(client, None)
    found = [each async for each in sessions(client, project_id=home, live=True)]
    if len(found) == 1:
        return found[0].id
    if not found:
        raise NotFoundError(
            "No session is open in this project.", "Open one with `qd session open`, or name one with -s."
        )
    named = ", ".join(f"{ids.short(each.id)} {plain(each.title)}".strip() for each in found[:10])
    raise UsageError(f"{len(found)} sessions are open in this project: {named}.", "Name one with -s.")


def reservation_id(text: str) -> str:
    """From what `qd budget reserve` printed."""
    parsed = ids.parse_global_id(text)
    uuid = ids.parse_uuid(text)
    if parsed and parsed[0] == "BudgetReservation":
        return text
    if uuid is None:
        raise UsageError(f"{plain(text)!r} is no id of a reservation.", "`qd budget reserve` prints one.")
    return ids.global_id("BudgetReservation", uuid)


async def alert_id(client: Client, text: str) -> str:
    return _whole("Alert", text) or await _by_suffix(
        "alert", text, alerts(client), lambda a: f"{a.state}, {a.rule}: {a.summary}"
    )


async def silence_id(client: Client, text: str) -> str:
    return _whole("Silence", text) or await _by_suffix("silence", text, silences(client), lambda s: s.reason)


async def project_id(client: Client, text: str) -> str:
    """A project may also be called by its name, which goes before a suffix."""
    if whole := _whole("Project", text):
        return whole
    known = [project async for project in projects(client)]
    named = [project for project in known if project.name == text]
    if len(named) == 1:
        return named[0].id
    if named:
        raise _ambiguous("project", text, named, lambda p: p.repository)
    if ids.parse_suffix(text) is None:
        raise NotFoundError(f"There is no project {plain(text)!r}.", f"`{LISTED_BY['project']}` shows them.")
    return await _by_suffix("project", text, _each(known), lambda p: p.name)


async def project_or_here(client: Client, text: str | None) -> str:
    """A project that is named, else the context's, else that of the working directory."""
    named = text or client.project
    return await project_id(client, named) if named else (await project_here(client)).id


def _whole(kind: str, text: str) -> str | None:
    parsed = ids.parse_global_id(text)
    if parsed and parsed[0] == kind:
        return text
    if parsed:
        raise UsageError(f"{text} is the id of a {parsed[0].lower()}, not of a {kind.lower()}.")
    uuid = ids.parse_uuid(text)
    return ids.global_id(kind, uuid) if uuid else None


async def _by_suffix(noun: str, text: str, items: AsyncIterator[T], describe: Callable[[T], str]) -> str:
    suffix = ids.parse_suffix(text)
    if suffix is None:
        raise UsageError(
            f"{plain(text)!r} is no {noun} id.",
            f"Give the whole id, or at least its last {ids.SHORTEST} hex digits; `{LISTED_BY[noun]}` shows them.",
        )
    found: list[T] = []
    looked = 0
    async for item in items:
        looked += 1
        if ids.ends_with(item.id, suffix):
            found.append(item)
        if looked >= LOOK_BACK:
            break
    if len(found) == 1:
        return found[0].id
    if found:
        raise _ambiguous(noun, text, found, describe)
    raise NotFoundError(
        f"No {noun} among the last {looked:,} has an id that ends with {suffix}.", f"`{LISTED_BY[noun]}` shows them."
    )


def _ambiguous(noun: str, text: str, found: list[T], describe: Callable[[T], str]) -> UsageError:
    candidates = "\n".join(f"  {ids.uuid_of(item.id)}  {plain(describe(item))}" for item in found)
    return UsageError(f"{plain(text)} could be any of {len(found)} {noun}s:\n{candidates}", "Give more of its digits.")


async def _each(items: list[Project]) -> AsyncIterator[Project]:
    for item in items:
        yield item
