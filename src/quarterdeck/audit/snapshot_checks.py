"""A session's snapshots checked on a server, for `qd audit snapshots`."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.offline import telling
from quarterdeck.audit.records import from_bundle, from_server
from quarterdeck.audit.records.choosing import part_of_bundle, part_on_server
from quarterdeck.audit.records.entry import Entry
from quarterdeck.audit.tampering import Fault, Finding
from quarterdeck.audit.trees.named import NamedTree, trees_of
from quarterdeck.audit.trees.walking import Walk, WrongObjectError
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_cli import ids
from quarterdeck_cli.api.events import log_status
from quarterdeck_cli.errors import NotFoundError, ProtocolError, ServerFailure
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain, size


async def check_snapshots(qd: Qd, session: str, bundle: Path | None, *, as_json: bool) -> int:
    """Prints what was checked and what was found, and returns the exit code."""
    client = await qd.client()
    part = await part_on_server(client, project=None, session=session)
    if part.id is None:
        raise NotFoundError("There is no such session.", "`qd session list --all` shows them.")
    if bundle:
        with telling(bundle):
            part = await asyncio.to_thread(part_of_bundle, bundle, project=None, session=str(part.id))
            trees = await asyncio.to_thread(lambda: list(trees_of(_rows(from_bundle.entries(bundle, part)))))
    else:
        end = (await log_status(client)).position
        entries = from_server.entries(client, part, end)
        trees = await asyncio.to_thread(lambda: list(trees_of(_rows(entries))))
    if part.scope is not Scope.SESSION or part.id is None or not trees:
        raise NotFoundError("The record names no snapshot of this session.", "It may never have been provisioned.")
    with qd.out.status("Checking …") as say:
        check = _Check(Walk(client), ids.global_id("Session", part.id), say)
        finding = await check.run(trees)
    return _told(qd, check, trees, finding, as_json=as_json)


def _rows(entries: Iterable[Entry]) -> Iterator[RawEvent]:
    return (entry.row for entry in entries)


@dataclass
class _Check:
    walk: Walk
    session_id: str
    say: Callable[[str], None]
    trees: int = 0

    async def run(self, trees: Iterable[NamedTree]) -> Finding | None:
        """The first that is not there, or not what its name says."""
        for named in trees:
            if wrong := await self._wrong(named):
                detail = f"snapshot {named.tree}: {wrong}".removesuffix(".")
                return Finding(position=named.position, fault=Fault.CHANGED_SNAPSHOT, detail=detail)
            self.trees += 1
            self.say(f"{self.trees:,} snapshots, {self.walk.folders:,} folders and {self.walk.files:,} files …")
        return None

    async def _wrong(self, named: NamedTree) -> str:
        try:
            await self.walk.tree(self.session_id, named.tree)
        except WrongObjectError as error:
            return str(error)
        except NotFoundError as error:
            return f"the worker has no such tree: {error}"
        except ServerFailure as error:
            if error.code not in {"NOT_FOUND", "INVALID_INPUT"}:
                raise _unread(named, self.trees, error) from error
            return f"it cannot be read: {error}"
        except (ProtocolError, InvalidInputError, ValueError) as error:
            return f"it cannot be read: {error}"
        return ""


def _unread(named: NamedTree, good: int, error: ServerFailure) -> ServerFailure:
    """A worker that is away, or whose store is damaged: nobody can say which."""
    told = f"Snapshot {named.tree}, named at position {named.position}, could not be read: {error.message}"
    return ServerFailure(error.code, f"{told} {good:,} before it are what their names say.", error.next_step)


def _told(qd: Qd, check: _Check, trees: list[NamedTree], finding: Finding | None, *, as_json: bool) -> ExitCode:
    if as_json:
        qd.out.json(
            {
                "intact": finding is None,
                "named": len(trees),
                "checked": check.trees,
                "folders": check.walk.folders,
                "files": check.walk.files,
                "bytes": check.walk.size,
                "finding": {"position": finding.position, "fault": finding.fault.value, "detail": finding.detail}
                if finding
                else None,
            }
        )
    else:
        qd.out.line(
            f"{check.trees:,} of {len(trees):,} snapshots are what their names say: "
            f"{check.walk.folders:,} folders and {check.walk.files:,} files, {size(check.walk.size)}."
        )
        if finding:
            qd.out.line(f"Position {finding.position} is bad: {finding.fault.value}: {plain(finding.detail)}.")
    return ExitCode.CHECK_FAILED if finding else ExitCode.OK
