"""Snapshots: what differs between two, folders and files at one, and where lines came from."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError

DIFF_PAGE = 50
TREE_PAGE = 500
SNAPSHOT_PAGE = 100


class SkippedPath(Answer, frozen=True):
    path: str
    reason: str


class Hunk(Answer, frozen=True):
    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    lines: tuple[str, ...]


class FileDiff(Answer, frozen=True):
    path: str
    status: str
    binary: bool
    truncated: bool
    lines_added: int
    lines_removed: int
    hunks: tuple[Hunk, ...]
    old_path: str | None = None
    old_kind: str | None = None
    new_kind: str | None = None
    old_size: int | None = None
    new_size: int | None = None


class Diff(Answer, frozen=True):
    before: str = msgspec.field(name="from")
    after: str = msgspec.field(name="to")
    files: tuple[FileDiff, ...]
    total_files: int
    skipped: tuple[SkippedPath, ...]
    skipped_total: int
    end_cursor: str | None = None


class TreeEntry(Answer, frozen=True):
    name: str
    path: str
    kind: str
    object: str
    size: int | None = None


class FilePart(Answer, frozen=True):
    tree: str
    path: str
    kind: str
    size: int
    object: str
    binary: bool
    offset: int
    data: str

    @property
    def content(self) -> bytes:
        return base64.b64decode(self.data)


class By(Answer, frozen=True):
    id: str
    text: str
    requested_by: str


class Origin(Answer, frozen=True):
    tree: str
    recorded_at: str
    command: By | None = None
    written_by: str | None = None
    """Who wrote a file from outside, which is what changed."""


class BlameRange(Answer, frozen=True):
    start: int
    lines: tuple[str, ...]
    snapshot: Origin


class Blame(Answer, frozen=True):
    tree: str
    path: str
    truncated: bool
    ranges: tuple[BlameRange, ...]


class Snapshot(Answer, frozen=True):
    tree: str
    recorded_at: str
    files_changed: int
    skipped: tuple[SkippedPath, ...]
    skipped_total: int
    command: By | None = None
    written_by: str | None = None


async def command_diff(client: Client, command_id: str, after: str | None = None) -> Diff | None:
    """A page of its files; None where it has not ended, or left no snapshot."""
    data = await client.query("command_diff", {"id": command_id, "first": DIFF_PAGE, "after": after})
    if data["command"] is None:
        raise NotFoundError("There is no such command.", "List a session's with `qd command list -s SESSION`.")
    return None if data["command"]["diff"] is None else read(Diff, data["command"]["diff"])


async def session_diff(
    client: Client, session_id: str, before: str | None, until: str | None, after: str | None = None
) -> Diff:
    """A page of its files."""
    variables = {"id": session_id, "from": before, "to": until, "first": DIFF_PAGE, "after": after}
    return read(Diff, (await _session(client, "session_diff", variables))["diff"])


async def tree(client: Client, session_id: str, path: str, at: str | None) -> AsyncIterator[TreeEntry]:
    after: str | None = None
    while True:
        variables = {"id": session_id, "at": at, "path": path, "first": TREE_PAGE, "after": after}
        page = (await _session(client, "session_tree", variables))["tree"]
        for entry in page["entries"]:
            yield read(TreeEntry, entry)
        after = page["endCursor"]
        if after is None:
            return


async def file_parts(client: Client, session_id: str, path: str, at: str | None) -> AsyncIterator[FilePart]:
    """A file from its start to its end, in parts; at least one."""
    offset = 0
    while True:
        found = await _session(client, "session_file", {"id": session_id, "path": path, "at": at, "offset": offset})
        part = read(FilePart, found["file"])
        yield part
        offset += len(part.content)
        if offset >= part.size or not part.data:
            return
        at = part.tree


async def blame(client: Client, session_id: str, path: str, at: str | None) -> Blame:
    return read(Blame, (await _session(client, "session_blame", {"id": session_id, "path": path, "at": at}))["blame"])


async def snapshots(client: Client, session_id: str) -> AsyncIterator[Snapshot]:
    after: str | None = None
    while True:
        variables = {"id": session_id, "first": SNAPSHOT_PAGE, "after": after}
        connection = (await _session(client, "session_snapshots", variables))["snapshots"]
        for edge in connection["edges"]:
            yield read(Snapshot, edge["node"])
        if not connection["pageInfo"]["hasNextPage"]:
            return
        after = connection["pageInfo"]["endCursor"]


async def _session(client: Client, document: str, variables: dict[str, Any]) -> Any:
    data = await client.query(document, variables)
    if data["session"] is None:
        raise NotFoundError("There is no such session.", "List yours with `qd session list`.")
    return data["session"]
