"""The record in formats of other programs, for `qd audit export --format`."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from quarterdeck.audit.bundle.checking import events as bundle_events
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.formats.writing import Form, Written, write
from quarterdeck.audit.holes import Holes
from quarterdeck.audit.offline import telling
from quarterdeck.audit.over_api import raw_event
from quarterdeck.audit.records import from_bundle, from_server
from quarterdeck.audit.records.choosing import one_of, part_of_bundle, part_on_server
from quarterdeck.audit.records.entry import Entry
from quarterdeck.audit.records.part import Part
from quarterdeck.domain.erasure import PayloadErased
from quarterdeck_cli.api.events import events, log_status
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError, UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd

SAID_EVERY = 1000


async def export_as(
    qd: Qd,
    path: Path,
    form: str,
    *,
    bundle: Path | None,
    everything: bool,
    project: str | None,
    session: str | None,
    as_json: bool,
) -> int:
    """Writes what is named, and returns the exit code."""
    if os.path.lexists(path):
        raise UsageError(f"{path} is there already.", "Name another file, or remove it.")
    if bundle:
        with telling(bundle):
            part = await asyncio.to_thread(part_of_bundle, bundle, project=project, session=session)
            reasons = await asyncio.to_thread(_reasons, bundle) if form == Form.CLOUDEVENTS else {}
            written = await _written(qd, Form(form), path, part, lambda: from_bundle.entries(bundle, part), reasons)
    else:
        one_of(everything=everything, project=project, session=session)
        client = await qd.client()
        part = await part_on_server(client, project=project, session=session)
        end = (await log_status(client)).position
        entries = from_server.entries(client, part, end)
        written = await _written(qd, Form(form), path, part, lambda: entries, await _reasons_on(client))
    _tell(qd, path, written, as_json=as_json)
    return ExitCode.OK


async def _reasons_on(client: Client) -> dict[int, str]:
    """Why what was erased was: the record of it may come long after the hole."""
    holes = Holes()
    async for event in events(client, topics=[PayloadErased.TOPIC]):
        holes.take(raw_event(event))
    return holes.reasons


def _reasons(bundle: Path) -> dict[int, str]:
    holes = Holes()
    for row in bundle_events(bundle):
        if row.topic == PayloadErased.TOPIC:
            holes.take(row)
    return holes.reasons


async def _written(
    qd: Qd,
    form: Form,
    path: Path,
    part: Part,
    entries: Callable[[], Iterator[Entry]],
    reasons: Mapping[int, str],
) -> Written:
    if form is Form.ATIF and part.scope is not Scope.SESSION:
        raise UsageError("A trajectory is of one session.", "Give --session.")
    with qd.out.status("Exporting …") as say:

        def work() -> Written:
            try:
                return write(form, path, _some(entries(), say), part, reasons)
            except OSError as error:
                if error.filename is None:
                    raise
                told = f"{path} cannot be written: {error.strerror}."
                raise UsageError(told, "See that its folder is there and has room.") from error

        return await asyncio.to_thread(work)


def _some(entries: Iterator[Entry], say: Callable[[str], None]) -> Iterator[Entry]:
    """Raises NotFoundError where there are none."""
    first = next(entries, None)
    if first is None:
        raise NotFoundError("There is nothing of that in the record.", "See what there is: `qd events list`.")
    for number, entry in enumerate(chain([first], entries), 1):
        if number % SAID_EVERY == 0:
            say(f"{number:,} events, now at position {entry.row.position:,} …")
        yield entry


def _tell(qd: Qd, path: Path, written: Written, *, as_json: bool) -> None:
    if as_json:
        told = {"file": str(path), "events": written.events, "erased": written.erased, "bytes": written.size}
        qd.out.json(told | {"recordings": written.recordings})
        return
    recordings = f", {written.recordings:,} recordings" if written.recordings else ""
    qd.out.line(f"{path}: {written.events:,} events{recordings}, {written.size:,} bytes.")
    if written.erased:
        qd.out.note(f"The payloads of {written.erased:,} events were erased: they are holes in it.")
