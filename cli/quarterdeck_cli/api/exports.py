"""Taking a session's files out."""

import msgspec

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.events import events
from quarterdeck_cli.api.snapshots import SkippedPath, Snapshot
from quarterdeck_cli.client import Client


class Export(Answer, frozen=True):
    snapshot: Snapshot
    base_commit: str
    position: int
    branch: str | None = None
    commit: str | None = None
    download: str | None = None


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What the log says of an export."""

    sha256: str | None = None
    bytes: int | None = None
    left_out: tuple[SkippedPath, ...] = ()
    left_out_total: int = 0


async def export_workspace(client: Client, session_id: str, form: str, at: str | None, branch: str | None) -> Export:
    asked = {"sessionId": session_id, "format": form.upper(), "at": at, "branch": branch}
    return read(Export, await client.mutate("export_workspace", asked))


async def recorded(client: Client, session_id: str, after: int, sha256: str) -> Recorded | None:
    """The event of a download with this content; None where there is none after that position."""
    async for event in events(client, session_id=session_id, after=after):
        if event.topic == "WorkspaceExported":
            found = msgspec.json.decode(event.payload or "{}", type=Recorded)
            if found.sha256 == sha256:
                return found
    return None
