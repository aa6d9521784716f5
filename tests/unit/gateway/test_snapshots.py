"""Snapshots over HTTP: points in time, what differs, folders, files and where lines came from."""

import base64
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.gateway import Running, running, uuid_of

from quarterdeck.adapters.memory.trees import MemoryTreeReader
from quarterdeck.domain.archive import WorkSetAside, archive_id
from quarterdeck.domain.workspace import (
    SkippedPath,
    SnapshotTaken,
    WorkspaceFileWritten,
    WorkspacePrepared,
    WorkspaceRebuilt,
    workspace_id,
)


@dataclass
class Story:
    """A session in which one command changed two files and another none."""

    gateway: Running
    session: str
    base: str
    edit: str
    edited: str
    look: str
    """Commands by their ids, and the trees before and after."""

    async def of_session(self, fields: str, *, token: str | None = None, **variables: Any) -> Any:
        names = "".join(f", ${name}: String" for name in variables)
        query = f"query($id: ID!{names}) {{ session(id: $id) {{ {fields} }} }}"
        return await self.gateway.ask(query, {"id": self.session, **variables}, token=token)

    async def refusal(self, fields: str, **variables: Any) -> tuple[str, str]:
        answer = await self.of_session(fields, **variables)
        [error] = answer["errors"]
        return error["extensions"]["code"], error["message"]


@pytest.fixture
async def story() -> AsyncGenerator[Story]:
    async with running() as gateway:
        house, workspaces = gateway.house, gateway.house.workspaces
        workspaces.put_branch("/repos/app", "main", {"README": b"read me\n", "src/a\\b": b"a\n", "src/c": b"c\n"})
        project = (await gateway.project())["project"]["id"]
        session = (await gateway.session(project))["session"]["id"]
        home = (uuid_of(session), uuid_of(project))
        made = await workspaces.prepare(*home, "/repos/app", "main")
        await house.provision(*home)
        prepared = WorkspacePrepared(session_id=home[0], kind="clone", base_commit="c" * 40, tree=made.tree)
        await house.put(workspace_id(home[0]), prepared, session_id=home[0])
        edit = (await gateway.command(session, "edit"))["command"]["id"]
        workspaces.write(home[0], "README", b"read me\nplease\n")
        workspaces.write(home[0], "blob", b"\0\1")
        edited = await workspaces.tree(home[0], made.tree)
        taken = SnapshotTaken(
            command_id=uuid_of(edit),
            tree=edited.tree,
            files_changed=2,
            skipped=(SkippedPath(path="huge", reason="too large"),),
            skipped_total=7,
        )
        await house.put(workspace_id(home[0]), taken, session_id=home[0])
        await house.finish(uuid_of(edit), 0, tree_before=made.tree, tree_after=edited.tree)
        look = (await gateway.command(session, "look"))["command"]["id"]
        await house.finish(uuid_of(look), 0, tree_before=edited.tree, tree_after=edited.tree)
        yield Story(gateway, session, made.tree, edit, edited.tree, look)


async def test_a_file_that_a_person_wrote_is_told_to_be_theirs(story: Story) -> None:
    house, home = story.gateway.house, uuid_of(story.session)
    user = (await story.gateway.ask("{ viewer { id name } }"))["data"]["viewer"]
    house.workspaces.write(home, "README", b"read me\nplease\nor not\n")
    mine = await house.workspaces.tree(home, story.edited)
    snapshot = SnapshotTaken(command_id=None, tree=mine.tree, files_changed=1)
    written = WorkspaceFileWritten(
        path="README", base_sha256=None, sha256="a" * 64, bytes=1, tree=mine.tree, write_id=uuid_of(story.session)
    )
    ignored = WorkspaceFileWritten(
        path=".env", base_sha256=None, sha256="a" * 64, bytes=1, tree=mine.tree, write_id=uuid_of(story.session)
    )
    await house.put_as(uuid_of(user["id"]), workspace_id(home), snapshot, written)
    house.workspaces.write(home, "README", b"read me\nplease\nor not\nat all\n")
    jails = await house.workspaces.tree(home, mine.tree)
    await house.put(workspace_id(home), SnapshotTaken(command_id=None, tree=jails.tree, files_changed=1))
    await house.put_as(uuid_of(user["id"]), workspace_id(home), ignored)

    blame = 'blame(path: "README") { ranges { lines snapshot { writtenBy command { id } } } }'
    found = (await story.of_session(blame))["data"]["session"]["blame"]["ranges"]

    told = [(each["lines"], each["snapshot"]["writtenBy"]) for each in found]
    assert told == [(["read me"], None), (["please"], None), (["or not"], "ada"), (["at all"], None)]


async def test_the_points_in_time_of_a_session_are_listed_with_what_is_left_out(story: Story) -> None:
    fields = "tree filesChanged skippedTotal skipped { path reason } command { id }"
    answer = await story.of_session(
        f"snapshots {{ edges {{ node {{ {fields} }} cursor }} pageInfo {{ hasNextPage }} }}"
    )

    base, edited = (edge["node"] for edge in answer["data"]["session"]["snapshots"]["edges"])
    assert base == {"tree": story.base, "filesChanged": 0, "skippedTotal": 0, "skipped": [], "command": None}
    assert edited == {
        "tree": story.edited,
        "filesChanged": 2,
        "skippedTotal": 7,
        "skipped": [{"path": "huge", "reason": "too large"}],
        "command": {"id": story.edit},
    }
    paged = await story.of_session(
        "first: snapshots(first: 1) { edges { node { tree } cursor } pageInfo { hasNextPage endCursor } }"
    )
    first = paged["data"]["session"]["first"]
    assert (len(first["edges"]), first["pageInfo"]["hasNextPage"]) == (1, True)
    rest = await story.of_session(
        "snapshots(after: $after) { edges { node { tree } } pageInfo { hasNextPage } }",
        after=first["pageInfo"]["endCursor"],
    )
    assert [e["node"]["tree"] for e in rest["data"]["session"]["snapshots"]["edges"]] == [story.edited]


DIFF = "{ from to totalFiles endCursor skippedTotal files { path status binary oldSize hunks { lines newStart } } }"


async def test_a_commands_diff_shows_what_it_changed_page_by_page(story: Story) -> None:
    query = f"query($id: ID!, $after: String) {{ command(id: $id) {{ diff(first: 1, after: $after) {DIFF} }} }}"
    first = (await story.gateway.ask(query, {"id": story.edit}))["data"]["command"]["diff"]
    second = (await story.gateway.ask(query, {"id": story.edit, "after": first["endCursor"]}))["data"]["command"][
        "diff"
    ]

    assert (first["from"], first["to"], first["totalFiles"], first["skippedTotal"]) == (story.base, story.edited, 2, 7)
    assert first["files"] == [
        {
            "path": "README",
            "status": "MODIFIED",
            "binary": False,
            "oldSize": 8,
            "hunks": [{"lines": [" read me", "+please"], "newStart": 1}],
        }
    ]
    assert [(f["path"], f["status"], f["binary"]) for f in second["files"]] == [("blob", "ADDED", True)]
    assert second["endCursor"] is None


async def test_a_command_that_changed_nothing_or_still_runs_has_no_files_in_its_diff(story: Story) -> None:
    query = f"query($id: ID!) {{ command(id: $id) {{ diff {DIFF} }} }}"
    looked = await story.gateway.ask(query, {"id": story.look})
    running_one = (await story.gateway.command(story.session, "hang"))["command"]["id"]
    unfinished = await story.gateway.ask(query, {"id": running_one})

    assert looked["data"]["command"]["diff"]["files"] == []
    assert unfinished["data"]["command"]["diff"] is None


async def test_a_session_is_compared_between_two_points_in_time(story: Story) -> None:
    whole = await story.of_session("diff { totalFiles }")
    later = await story.of_session("diff(from: $from) { from totalFiles }", **{"from": story.edit})
    back = await story.of_session(
        "diff(from: $from, to: $to) { files { status } }", **{"from": story.look, "to": story.base}
    )

    assert whole["data"]["session"]["diff"] == {"totalFiles": 2}
    assert later["data"]["session"]["diff"] == {"from": story.edited, "totalFiles": 0}
    assert [f["status"] for f in back["data"]["session"]["diff"]["files"]] == ["MODIFIED", "DELETED"]


async def test_folders_and_files_are_read_as_they_were(story: Story) -> None:
    tree = await story.of_session('tree(path: "src", first: 1) { total endCursor entries { path kind size } }')
    old = await story.of_session('file(path: "README", at: $at) { size data binary }', at=story.base)
    new = await story.of_session('file(path: "src/a\\\\\\\\b", offset: 1) { path size data offset }')

    assert tree["data"]["session"]["tree"] == {
        "total": 2,
        "endCursor": "a\\\\b",
        "entries": [{"path": "src/a\\\\b", "kind": "FILE", "size": 2}],
    }
    assert base64.b64decode(old["data"]["session"]["file"]["data"]) == b"read me\n"
    assert new["data"]["session"]["file"] == {"path": "src/a\\\\b", "size": 2, "data": "Cg==", "offset": 1}


async def test_each_line_is_blamed_on_the_command_that_wrote_it(story: Story) -> None:
    answer = await story.of_session(
        'blame(path: "README") { truncated ranges { start lines snapshot { tree command { id } } } }'
    )

    base, edited = answer["data"]["session"]["blame"]["ranges"]
    assert base == {"start": 1, "lines": ["read me"], "snapshot": {"tree": story.base, "command": None}}
    assert (edited["start"], edited["lines"]) == (2, ["please"])
    assert edited["snapshot"]["command"] == {"id": story.edit}


async def test_files_are_found_by_letters_of_their_paths_then_and_now(story: Story) -> None:
    found = 'findFiles(text: "read", at: $at) { tree paths cut }'
    then = await story.of_session(found, at=story.base)
    assert then["data"]["session"]["findFiles"] == {"tree": story.base, "paths": ["README"], "cut": False}
    now = await story.of_session('findFiles(text: "READ") { tree }')
    assert now["data"]["session"]["findFiles"] == {"tree": story.edited}


async def test_what_is_no_point_in_time_of_the_session_is_refused(story: Story) -> None:
    other = (await story.gateway.session((await story.gateway.project("two"))["project"]["id"]))["session"]["id"]
    foreign = (await story.gateway.command(other))["command"]["id"]
    hang = (await story.gateway.command(story.session, "hang"))["command"]["id"]

    tree = "tree(at: $at) { total }"
    assert (await story.refusal(tree, at="ab" * 20))[0] == "NOT_FOUND"
    assert (await story.refusal(tree, at=foreign))[0] == "NOT_FOUND"
    assert (await story.refusal(tree, at="HEAD"))[0] == "INVALID_INPUT"
    assert (await story.refusal(tree, at=hang)) == ("CONFLICT", "This command has not ended yet.")
    assert (await story.refusal("tree(first: 100000) { total }"))[0] in {"INVALID_INPUT", "LIMIT_EXCEEDED"}
    assert (await story.refusal('findFiles(text: "a", at: $at) { files }', at=foreign))[0] == "NOT_FOUND"
    assert (await story.refusal('findFiles(text: "a", first: 101) { files }'))[0] == "INVALID_INPUT"
    assert (await story.refusal(f'findFiles(text: "{"a" * 201}") {{ files }}'))[0] == "INVALID_INPUT"
    assert (await story.refusal('file(path: "README", limit: 9999999) { size }'))[0] == "INVALID_INPUT"
    assert (await story.refusal('file(path: "README", offset: -1) { size }'))[0] == "INVALID_INPUT"
    assert (await story.refusal('file(path: "missing") { size }'))[0] == "NOT_FOUND"


async def test_where_the_sessions_worker_is_away_another_reads(story: Story) -> None:
    house = story.gateway.house
    async with house.control.serve("w2", house.worker, MemoryTreeReader(house.workspaces)):
        del vars(house.control)["_trees"]["w1"]
        answer = await story.of_session("diff { totalFiles }")
    assert answer["data"]["session"]["diff"] == {"totalFiles": 2}
    assert (await story.refusal("diff { totalFiles }"))[0] == "UNAVAILABLE"


async def test_a_session_without_files_yet_says_so(story: Story) -> None:
    project = (await story.gateway.project("three"))["project"]["id"]
    story.session = (await story.gateway.session(project))["session"]["id"]

    assert await story.refusal("diff { totalFiles }") == (
        "CONFLICT",
        "This session has no files yet.",
    )


async def test_a_foreign_session_shows_no_snapshots(story: Story) -> None:
    token = await story.gateway.house.another_user("eve")

    assert (await story.of_session("diff { totalFiles }", token=token))["data"] == {"session": None}


async def test_a_session_that_was_made_anew_says_from_what_and_what_it_has_not(story: Story) -> None:
    session_id, house = uuid_of(story.session), story.gateway.house
    took = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    rebuilt = WorkspaceRebuilt(
        session_id=session_id,
        kind="clone",
        base_commit="c" * 40,
        worker_id="w2",
        from_worker_id="w1",
        tree=story.base,
        command_id=None,
        taken_at=took,
        covers=1,
        shell=True,
        not_carried_over=("What ran in it.",),
    )
    fields = "rebuilt { workerId fromWorkerId tree takenAt commandId notCarriedOver } setAside { workerId tree detail }"
    before = (await story.of_session(fields))["data"]["session"]
    assert before == {"rebuilt": None, "setAside": []}
    await house.put(workspace_id(session_id), rebuilt, session_id=session_id)
    aside = WorkSetAside(
        session_id=session_id,
        worker_id="w1",
        tree=story.edited,
        files_changed=2,
        key="k",
        sha256="s",
        bytes=1,
        detail="w1 came back.",
    )

    # its second snapshot had not been stored, and is no point in time of it any more
    assert (await story.refusal("tree(at: $at) { tree }", at=story.edited))[0] == "NOT_FOUND"
    await house.put(archive_id(session_id), aside, session_id=session_id)

    found = (await story.of_session(f"{fields} tree {{ tree }} snapshots {{ edges {{ node {{ tree }} }} }}"))["data"]
    session = found["session"]
    assert session["rebuilt"] == {
        "workerId": "w2",
        "fromWorkerId": "w1",
        "tree": story.base,
        "takenAt": took.isoformat(timespec="microseconds"),
        "commandId": None,
        "notCarriedOver": ["What ran in it."],
    }
    assert session["setAside"] == [{"workerId": "w1", "tree": story.edited, "detail": "w1 came back."}]
    assert session["tree"]["tree"] == story.base
    assert [edge["node"]["tree"] for edge in session["snapshots"]["edges"]] == [story.base, story.base]
    kept = await story.of_session('file(path: "README", at: $at) { data }', at=story.edited)
    assert base64.b64decode(kept["data"]["session"]["file"]["data"]) == b"read me\nplease\n"
