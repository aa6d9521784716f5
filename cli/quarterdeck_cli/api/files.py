"""Files of sessions, read whole and written."""

import base64
from collections.abc import AsyncIterator
from hashlib import sha256

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.snapshots import FilePart, file_parts
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import ServerFailure, UsageError
from quarterdeck_cli.text import plain, size

MAX_BYTES = 1024 * 1024
"""As much as the server writes at once."""
PLAIN_KINDS = frozenset({"FILE", "EXECUTABLE"})


class WrittenFile(Answer, frozen=True):
    tree: str
    sha256: str
    changed: bool
    position: int


def digest(content: bytes | None) -> str | None:
    """What the next write of it is based on; None for a file that is not there."""
    return None if content is None else sha256(content).hexdigest()


async def parts(client: Client, session_id: str, path: str, at: str | None = None) -> AsyncIterator[FilePart]:
    """Of a plain file: its path must not be a link's, whose target is something else."""
    async for part in file_parts(client, session_id, path, at):
        if part.kind not in PLAIN_KINDS:
            raise UsageError(f"{plain(path)} is a {part.kind.lower()}, not a plain file.", "Name what it points to.")
        yield part


async def content(client: Client, session_id: str, path: str) -> bytes | None:
    """As the newest snapshot has it; None: not there. Raises UsageError for one too large to be written again."""
    found = b""
    try:
        async for part in parts(client, session_id, path):
            if part.size > MAX_BYTES:
                raise UsageError(
                    f"{plain(path)} has {size(part.size)}; up to {size(MAX_BYTES)} can be edited.",
                    "Change it with a command, or fetch it with `qd file get`.",
                )
            found += part.content
    except ServerFailure as failure:
        if failure.code != "NOT_FOUND":
            raise
        return None
    return found


async def write(
    client: Client, session_id: str, path: str, data: bytes, *, base: str | None, executable: bool | None = None
) -> WrittenFile:
    """Raises ServerFailure CONFLICT where the file is not what `base` says."""
    asked = {
        "sessionId": session_id,
        "path": path,
        "content": base64.b64encode(data).decode(),
        "base": base,
        "executable": executable,
    }
    return read(WrittenFile, await client.mutate("write_file", asked))
