"""`qd audit` on bundles: making one, and checking one without a server."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from quarterdeck.audit.bundle.checking import check
from quarterdeck.audit.bundle.container import BundleError
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.exporting import export
from quarterdeck.audit.telling import given, told
from quarterdeck_cli import resolve
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.qd import Qd


async def check_bundle(qd: Qd, path: Path, known_head: str | None, trusted: Sequence[str], *, as_json: bool) -> int:
    """Prints what was found in a bundle, and returns the exit code."""
    known, keys = given(known_head, trusted)
    try:
        with qd.out.status(f"Checking {path} …"):
            found = await asyncio.to_thread(check, path, keys, known)
    except BundleError as error:
        raise UsageError(f"{path}: {error.message}", error.next_step) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Name a bundle.") from error
    return told(qd, found.report, found.signatures, as_json=as_json, bundle=found)


async def export_bundle(
    qd: Qd, path: Path, *, everything: bool, project: str | None, session: str | None, as_json: bool
) -> int:
    """Writes a bundle of what is named, and returns the exit code."""
    if sum((everything, project is not None, session is not None)) != 1:
        raise UsageError("A bundle is of one thing.", "Give --all, --project or --session.")
    if path.exists():
        raise UsageError(f"{path} is there already.", "Name another file, or remove it.")
    client = await qd.client()
    scope, node = Scope.ALL, None
    if project:
        scope, node = Scope.PROJECT, await resolve.project_id(client, project)
    if session:
        scope, node = Scope.SESSION, await resolve.session_id(client, session)
    try:
        return await export(qd, path, scope, node, as_json=as_json)
    except BundleError as error:
        raise UsageError(error.message, error.next_step) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.", "See that there is room.") from error
