"""What the building of a session's image printed."""

import base64
from dataclasses import dataclass

from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError


@dataclass(frozen=True)
class Part:
    """`following`: where the next one begins. `opening`: more may come."""

    data: bytes
    following: int
    opening: bool


async def image_log(client: Client, session_id: str, after: int) -> Part:
    found = (await client.query("session_image_log", {"id": session_id, "after": after}))["session"]
    if found is None:
        raise NotFoundError("There is no such session.", "List yours with `qd session list`.")
    page = found["imageLog"]
    data = b"".join(base64.b64decode(frame["data"]) for frame in page["frames"])
    return Part(data, int(page["nextOffset"]), opening=found["state"] in {"QUEUED", "OPENING"})
