"""Comparing two sessions over HTTP."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.gateway import Running, running, uuid_of

from quarterdeck.domain.point import Point
from quarterdeck.domain.session_events import SessionForked
from quarterdeck.domain.workspace import SkippedPath, SnapshotTaken, WorkspacePrepared, workspace_id
from quarterdeck_schema import ids

FIELDS = """
    sameBase ancestorId
    a { session { id } snapshot { tree skipped { path } } leftAncestorAt { sessionId commandId moment } }
    b { session { id } snapshot { tree } leftAncestorAt { sessionId } }
    diff(first: 1, after: $after) { from to totalFiles endCursor files { path status linesAdded hunks { lines } } }
"""


@dataclass
class Sessions:
    """Sessions of a project, each of whose one snapshot adds a file of its name."""

    gateway: Running
    project: str
    trees: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """Of each, that it began with and that it has."""

    async def open(self, name: str, *, fork_of: str | None = None, base: str = "c" * 40, project: str = "") -> str:
        house, workspaces = self.gateway.house, self.gateway.house.workspaces
        session: str = (await self.gateway.session(project or self.project))["session"]["id"]
        home = (uuid_of(session), uuid_of(project or self.project))
        made = await workspaces.prepare(*home, "/repos/app", "main")
        if fork_of:
            await self._fork(home[0], fork_of)
        await house.provision(*home)
        prepared = WorkspacePrepared(session_id=home[0], kind="clone", base_commit=base, tree=made.tree)
        await house.put(workspace_id(home[0]), prepared, session_id=home[0])
        workspaces.write(home[0], name, f"{name}\n".encode())
        tree = (await workspaces.tree(home[0], made.tree)).tree
        taken = SnapshotTaken(
            command_id=None, tree=tree, files_changed=1, skipped=(SkippedPath(path="huge", reason="too large"),)
        )
        await house.put(workspace_id(home[0]), taken, session_id=home[0])
        self.trees[session] = made.tree, tree
        return session

    async def _fork(self, session: UUID, source: str) -> None:
        forked = SessionForked(
            source_session_id=uuid_of(source), point=Point(), base_commit="c" * 40, tree="d" * 40, worker_id="w1"
        )
        await self.gateway.house.put(session, forked)

    async def compare(self, a: str, b: str, *, token: str | None = None, **more: Any) -> Any:
        query = (
            "query($a: ID!, $b: ID!, $atA: String, $atB: String, $after: String)"
            f" {{ compareSessions(a: $a, b: $b, atA: $atA, atB: $atB) {{ {FIELDS} }} }}"
        )
        return await self.gateway.ask(query, {"a": a, "b": b, **more}, token=token)

    async def refused(self, a: str, b: str, **more: Any) -> tuple[str, str]:
        [error] = (await self.compare(a, b, **more))["errors"]
        return error["extensions"]["code"], error["message"]


@pytest.fixture
async def sessions() -> AsyncGenerator[Sessions]:
    async with running() as gateway:
        gateway.house.workspaces.put_branch("/repos/app", "main", {"README": b"read me\n"})
        yield Sessions(gateway, (await gateway.project())["project"]["id"])


async def test_two_sessions_are_compared_page_by_page_with_what_they_have_in_common(sessions: Sessions) -> None:
    old = await sessions.open("old")
    new = await sessions.open("new", fork_of=old)

    first = (await sessions.compare(old, new))["data"]["compareSessions"]
    second = (await sessions.compare(old, new, after=first["diff"]["endCursor"]))["data"]["compareSessions"]

    assert (first["sameBase"], first["ancestorId"]) == (True, old)
    assert first["a"] == {
        "session": {"id": old},
        "snapshot": {"tree": sessions.trees[old][1], "skipped": [{"path": "huge"}]},
        "leftAncestorAt": None,
    }
    assert first["b"]["leftAncestorAt"] == {"sessionId": old}
    assert (first["diff"]["totalFiles"], first["diff"]["to"]) == (2, sessions.trees[new][1])
    assert first["diff"]["files"] == [
        {"path": "new", "status": "ADDED", "linesAdded": 1, "hunks": [{"lines": ["+new"]}]}
    ]
    assert [(f["path"], f["status"]) for f in second["diff"]["files"]] == [("old", "DELETED")]
    assert second["diff"]["endCursor"] is None


async def test_forks_of_forks_have_the_nearest_session_in_common(sessions: Sessions) -> None:
    root = await sessions.open("root")
    left = await sessions.open("left", fork_of=root)
    twig = await sessions.open("twig", fork_of=left)
    right = await sessions.open("right", fork_of=root)
    stranger = await sessions.open("stranger", base="e" * 40)

    found = (await sessions.compare(twig, right))["data"]["compareSessions"]
    assert found["ancestorId"] == root
    assert found["a"]["leftAncestorAt"] == {"sessionId": root, "commandId": None, "moment": "AFTER"}
    assert (await sessions.compare(twig, left))["data"]["compareSessions"]["ancestorId"] == left
    apart = (await sessions.compare(twig, stranger))["data"]["compareSessions"]
    assert (apart["sameBase"], apart["ancestorId"]) == (False, None)


async def test_each_is_taken_at_a_point_of_its_own(sessions: Sessions) -> None:
    old, new = await sessions.open("old"), await sessions.open("new")

    found = await sessions.compare(old, new, atA=sessions.trees[old][0])

    assert [f["path"] for f in found["data"]["compareSessions"]["diff"]["files"]] == ["new"]
    assert (await sessions.refused(old, new, atB=sessions.trees[old][1]))[0] == "NOT_FOUND"


async def test_sessions_of_two_projects_are_not_compared(sessions: Sessions) -> None:
    other = (await sessions.gateway.project("other"))["project"]["id"]
    mine, theirs = await sessions.open("mine"), await sessions.open("theirs", project=other)

    code, message = await sessions.refused(mine, theirs)

    assert (code, "two projects" in message) == ("INVALID_INPUT", True)


async def test_who_may_not_see_both_sees_nothing_and_does_not_learn_which_there_are(sessions: Sessions) -> None:
    mine = await sessions.open("mine")
    eve = await sessions.gateway.house.another_user("eve")
    unknown = ids.encode("Session", uuid4())

    refusals = [
        (await sessions.compare(mine, mine, token=eve))["errors"],
        (await sessions.compare(mine, unknown))["errors"],
    ]

    assert [errors[0]["extensions"]["code"] for errors in refusals] == ["NOT_FOUND", "NOT_FOUND"]
    assert refusals[0][0]["message"] == refusals[1][0]["message"]
