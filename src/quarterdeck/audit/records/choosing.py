"""From what a user typed to a part of the record."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from quarterdeck.audit.bundle import checking, contents
from quarterdeck.audit.bundle.container import Member, members
from quarterdeck.audit.bundle.contents import Header, Scope
from quarterdeck.audit.records.part import Part
from quarterdeck_cli import ids, resolve
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError, UsageError
from quarterdeck_cli.text import plain


def one_of(*, everything: bool, project: str | None, session: str | None) -> None:
    """Raises UsageError where not exactly one part is named."""
    if sum((everything, project is not None, session is not None)) != 1:
        raise UsageError(
            "It has to be said what of the record is meant, and that is one thing.",
            "Give --all, --project or --session.",
        )


async def part_on_server(client: Client, *, project: str | None, session: str | None) -> Part:
    if session:
        return Part(scope=Scope.SESSION, id=ids.uuid_of(await resolve.session_id(client, session)))
    if project:
        return Part(scope=Scope.PROJECT, id=ids.uuid_of(await resolve.project_id(client, project)))
    return Part()


def part_of_bundle(path: Path, *, project: str | None, session: str | None) -> Part:
    """All that is in it where nothing is named. Ids may be shortened to their end. Raises BundleError."""
    if session:
        return Part(scope=Scope.SESSION, id=_id("session", session, _sessions(path)))
    if project:
        return Part(scope=Scope.PROJECT, id=_id("project", project, _projects(path)))
    header = header_of(path)
    return Part(scope=header.scope, id=header.id)


def header_of(path: Path) -> Header:
    with path.open("rb") as file:
        return contents.header(next(members(file), Member(name="", content=b"")))


def _sessions(path: Path) -> Iterator[UUID]:
    return (row.envelope.session_id for row in checking.events(path) if row.envelope.session_id)


def _projects(path: Path) -> Iterator[UUID]:
    return (row.envelope.project_id for row in checking.events(path) if row.envelope.project_id)


def _id(noun: str, text: str, known: Iterator[UUID]) -> UUID:
    """A whole id is believed; the end of one is looked for among those that the bundle knows."""
    if whole := ids.uuid_of(text):
        return whole
    suffix = ids.parse_suffix(text)
    if suffix is None:
        raise UsageError(
            f"{plain(text)!r} is no {noun} id.", f"Give the id, or at least its last {ids.SHORTEST} hex digits."
        )
    found = {each for each in known if each.hex.endswith(suffix)}
    if len(found) > 1:
        shown = ", ".join(sorted(map(str, found)))
        raise UsageError(f"{plain(text)} could be any of {shown}.", "Give more of its digits.")
    if not found:
        raise NotFoundError(
            f"The bundle has no {noun} whose id ends with {suffix}.", "See with `--format jsonl` what it has."
        )
    return found.pop()
