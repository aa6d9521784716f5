"""A session's snapshots checked on a server, for `qd audit snapshots`."""

import asyncio
from pathlib import Path

from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.offline import telling
from quarterdeck.audit.records import from_bundle, from_server
from quarterdeck.audit.records.choosing import part_of_bundle, part_on_server
from quarterdeck.audit.snapshots import NamedTree, SnapshotCheck, trees_of
from quarterdeck.audit.tampering import Finding
from quarterdeck_cli import ids
from quarterdeck_cli.api.events import log_status
from quarterdeck_cli.errors import NotFoundError
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
            trees = await asyncio.to_thread(lambda: list(trees_of(from_bundle.entries(bundle, part))))
    else:
        end = (await log_status(client)).position
        entries = from_server.entries(client, part, end)
        trees = await asyncio.to_thread(lambda: list(trees_of(entries)))
    if part.scope is not Scope.SESSION or part.id is None or not trees:
        raise NotFoundError("The record names no snapshot of this session.", "It may never have been provisioned.")
    with qd.out.status("Checking …") as say:
        check = SnapshotCheck(client, ids.global_id("Session", part.id), say)
        finding = await check.run(trees)
    return _told(qd, check, trees, finding, as_json=as_json)


def _told(qd: Qd, check: SnapshotCheck, trees: list[NamedTree], finding: Finding | None, *, as_json: bool) -> ExitCode:
    if as_json:
        qd.out.json(
            {
                "intact": finding is None,
                "named": len(trees),
                "checked": check.trees,
                "folders": check.folders,
                "files": check.files,
                "bytes": check.size,
                "finding": {"position": finding.position, "fault": finding.fault.value, "detail": finding.detail}
                if finding
                else None,
            }
        )
    else:
        qd.out.line(
            f"{check.trees:,} of {len(trees):,} snapshots are what their names say: "
            f"{check.folders:,} folders and {check.files:,} files, {size(check.size)}."
        )
        if finding:
            qd.out.line(f"Position {finding.position} is bad: {finding.fault.value}: {plain(finding.detail)}.")
    return ExitCode.CHECK_FAILED if finding else ExitCode.OK
