"""A session's page made from a bundle, or from a server's record, for `qd audit report`."""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from quarterdeck.audit.bundle.checking import BundleReport, check
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.exporting import write_bundle
from quarterdeck.audit.notes import VerifierKey
from quarterdeck.audit.offline import telling
from quarterdeck.audit.records import from_bundle
from quarterdeck.audit.records.choosing import part_of_bundle, part_on_server
from quarterdeck.audit.records.part import Part
from quarterdeck.audit.report.beside import from_server
from quarterdeck.audit.report.from_file import from_file
from quarterdeck.audit.report.page import FromFile, FromServer, page
from quarterdeck.audit.report.story import Story, told
from quarterdeck.audit.telling import given
from quarterdeck_cli import ids
from quarterdeck_cli.errors import NotFoundError, UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd


async def report(
    qd: Qd, session: str | None, output: Path | None, bundle: Path | None, trusted: Sequence[str], *, as_json: bool
) -> int:
    """Writes the page, and returns the exit code."""
    _, keys = given(None, trusted)
    if bundle:
        with telling(bundle):
            part = await asyncio.to_thread(part_of_bundle, bundle, project=None, session=session)
            story, checked = await _read(bundle, part, keys)
            filed = await asyncio.to_thread(from_file, bundle, story)
        return await _write(qd, output, story, checked, None, filed, as_json=as_json)
    if session is None:
        raise UsageError("No session is named.", "Give its id; `qd session list --all` shows them.")
    client = await qd.client()
    part = await part_on_server(client, project=None, session=session)
    with tempfile.TemporaryDirectory(prefix="qd-report-") as folder:
        file = Path(folder) / "session"
        await write_bundle(qd, file, part)
        story, checked = await _read(file, part, keys)
    with qd.out.status("Asking for what was changed …"):
        beside = await from_server(client, story)
    return await _write(qd, output, story, checked, beside, None, as_json=as_json)


async def _read(file: Path, part: Part, keys: tuple[VerifierKey, ...]) -> tuple[Story, BundleReport]:
    """Checked first, and then read, whatever the check has found."""
    if part.scope is not Scope.SESSION or part.id is None:
        raise UsageError("The bundle has more than one session.", "Name the session that the report is of.")
    session = part.id
    checked = await asyncio.to_thread(check, file, keys)
    story = await asyncio.to_thread(lambda: told(from_bundle.entries(file, part), session))
    if not story.events:
        raise NotFoundError("There is no such session in the record.", "See what there is: `qd session list --all`.")
    return story, checked


async def _write(
    qd: Qd,
    output: Path | None,
    story: Story,
    checked: BundleReport,
    beside: FromServer | None,
    filed: FromFile | None,
    *,
    as_json: bool,
) -> ExitCode:
    path = output or Path(f"session-{ids.short(str(story.session))}.html")
    content = await asyncio.to_thread(lambda: page(story, checked, beside, datetime.now(UTC), filed))
    size = _put(path, content.encode("utf-8", "backslashreplace"))
    if as_json:
        qd.out.json(
            {
                "file": str(path),
                "session": str(story.session),
                "intact": checked.report.intact,
                "proven": checked.covered,
                "events": story.events,
                "commands": len(story.commands),
                "bytes": size,
            }
        )
    else:
        qd.out.line(f"{path}: {story.events:,} events, {len(story.commands):,} commands, {size:,} bytes.")
        if finding := checked.report.finding:
            qd.out.line(f"Position {finding.position} is bad: {finding.fault.value}: {finding.detail}.")
    return ExitCode.OK if checked.report.intact else ExitCode.CHECK_FAILED


def _put(path: Path, content: bytes) -> int:
    """In the place of what was there, when it is whole."""
    beside = path.with_name(f"{path.name}.part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        beside.rename(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}.", "See that its folder is there and has room."
        ) from error
    return len(content)
