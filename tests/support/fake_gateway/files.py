"""Files of sessions: read, and written where they are what the writer thinks."""

import base64
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

if TYPE_CHECKING:
    from tests.support.fake_gateway.world import World

Json = dict[str, Any]
PART = 300_000


def read_file(files: dict[str, bytes], _info: Any, path: str, offset: int = 0, **_: Any) -> Json:
    if path not in files:
        raise GraphQLError(f"There is no {path!r}.", extensions={"code": "NOT_FOUND"})
    content = files[path]
    return {
        "tree": "ab" * 20,
        "path": path,
        "kind": "LINK" if content.startswith(b"link:") else "FILE",
        "size": len(content),
        "object": "cd" * 20,
        "binary": b"\0" in content,
        "offset": offset,
        "data": base64.b64encode(content[offset : offset + PART]).decode(),
    }


async def write_file(world: "World", asked: Json) -> Json:
    path, content = asked["path"], base64.b64decode(asked["content"])
    if world.meanwhile:
        changed_path, theirs = world.meanwhile.pop(0)
        world.files.pop(changed_path, None)
        if theirs is not None:
            world.files[changed_path] = theirs
    there = world.files.get(path)
    changed = there != content
    if changed and asked.get("base") != (None if there is None else sha256(there).hexdigest()):
        message = f"{path} has been changed since it was read."
        return {"__typename": "Failure", "code": "CONFLICT", "message": message, "nextStep": "Read it again."}
    world.files[path] = content
    if world.tell_writes:
        world.tell_writes.touch()
    return {"tree": "ef" * 20, "sha256": sha256(content).hexdigest(), "changed": changed, "position": 7}
