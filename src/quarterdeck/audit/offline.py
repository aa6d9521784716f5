"""`qd audit` on bundles: making one, and reading one without a server."""

import asyncio
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from quarterdeck.audit.bundle.checking import check
from quarterdeck.audit.bundle.checking import events as bundle_events
from quarterdeck.audit.bundle.container import BundleError
from quarterdeck.audit.exporting import export
from quarterdeck.audit.over_api import rows_of
from quarterdeck.audit.records.choosing import one_of, part_on_server
from quarterdeck.audit.rehearse import rehearse
from quarterdeck.audit.telling import given, rehearsed, told
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_cli.api.events import log_status
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.qd import Qd


async def check_bundle(qd: Qd, path: Path, known_head: str | None, trusted: Sequence[str], *, as_json: bool) -> int:
    """Prints what was found in a bundle, and returns the exit code."""
    known, keys = given(known_head, trusted)
    with qd.out.status(f"Checking {path} …"), telling(path):
        found = await asyncio.to_thread(check, path, keys, known)
    return told(qd, found.report, found.signatures, as_json=as_json, bundle=found)


async def export_bundle(
    qd: Qd,
    path: Path,
    *,
    bundle: Path | None,
    everything: bool,
    project: str | None,
    session: str | None,
    files: bool,
    as_json: bool,
) -> int:
    """Writes a bundle of what is named, and returns the exit code."""
    if bundle:
        raise UsageError("A bundle is not made out of a bundle.", "Give another --format, or leave --bundle out.")
    one_of(everything=everything, project=project, session=session)
    if os.path.lexists(path):
        raise UsageError(f"{path} is there already.", "Name another file, or remove it.")
    client = await qd.client()
    part = await part_on_server(client, project=project, session=session)
    try:
        return await export(qd, path, part, files=files, as_json=as_json)
    except BundleError as error:
        raise UsageError(error.message, error.next_step) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.", "See that there is room.") from error


async def rehearse_log(qd: Qd, bundle: Path | None, *, as_json: bool) -> int:
    """Reads a bundle, or the server's log, prints what this release could not read, and returns the exit code."""
    if bundle:
        with qd.out.status(f"Reading {bundle} …"), telling(bundle):
            found = await asyncio.to_thread(lambda: rehearse(bundle_events(bundle)))
    else:
        client = await qd.client()
        end = (await log_status(client)).position
        with qd.out.status(f"Reading {end:,} events …") as say:
            found = await asyncio.to_thread(rehearse, rows_of(client, end, say))
    return rehearsed(qd, found, as_json=as_json)


@contextmanager
def telling(path: Path) -> Generator[None]:
    """What a file that is no bundle means to the user."""
    try:
        yield
    except InvalidInputError as error:
        raise UsageError(f"{path}: {error.message}", error.next_step) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Name a bundle.") from error
