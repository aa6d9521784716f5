"""What any `Workspaces` promises about quotas: on disks and counted, for real, and its twin in memory."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from tests.support.worlds import KINDS, World, world_of

from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.domain.command import ChangedFile
from quarterdeck.domain.quota import QuotaLimit, WorkspaceQuota

QUOTA = WorkspaceQuota(bytes=48 * 1024**2, files=3000)
LARGE = b"0123456789abcdef" * 4096


@pytest.fixture(params=KINDS)
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with world_of(request.param) as made:
        yield made


async def prepared(world: World, quota: WorkspaceQuota | None = QUOTA) -> PreparedWorkspace:
    return await world.workspaces.prepare(uuid4(), uuid4(), world.source, "main", quota)


async def test_a_workspace_says_what_its_quota_is_and_who_keeps_it(world: World) -> None:
    workspace = await prepared(world)

    assert workspace.quota == QUOTA
    assert workspace.quota_kept_by in {"mount", "watcher"}
    assert await world.workspaces.find_prepared(workspace.session_id) == workspace


async def test_what_is_written_counts_and_what_is_deleted_does_not(world: World) -> None:
    workspace = await prepared(world)
    before = await world.workspaces.use(workspace.session_id)
    world.write(workspace, "new/large", LARGE)
    written = await world.workspaces.use(workspace.session_id)
    world.delete(workspace, "new/large")
    deleted = await world.workspaces.use(workspace.session_id)

    assert before
    assert written
    assert deleted
    assert written.bytes >= before.bytes + len(LARGE)
    assert written.bytes_left <= before.bytes_left - len(LARGE)
    assert written.files_left < before.files_left
    assert deleted.bytes < before.bytes + len(LARGE)


async def test_the_largest_files_and_the_fullest_folders_are_named(world: World) -> None:
    workspace = await prepared(world)
    for name in ("one", "two", "three", "four", "five"):
        world.write(workspace, f"full/{name}", b"1")
    world.write(workspace, "large", LARGE)

    files = await world.workspaces.largest(workspace.session_id, QuotaLimit.BYTES)
    folders = await world.workspaces.largest(workspace.session_id, QuotaLimit.FILES)

    assert (files[0].path, files[0].bytes >= len(LARGE)) == ("large", True)
    assert ("full", 5) in [(folder.path, folder.files) for folder in folders]


async def test_a_workspace_without_a_quota_has_no_use_to_tell(world: World) -> None:
    workspace = await prepared(world, None)

    assert (workspace.quota, workspace.quota_kept_by) == (None, "")
    assert await world.workspaces.use(workspace.session_id) is None
    assert await world.workspaces.use(uuid4()) is None


async def test_a_workspace_that_is_put_away_keeps_its_files(world: World) -> None:
    workspace = await prepared(world)
    world.write(workspace, "kept", b"1")

    await world.workspaces.put_away(workspace.session_id)
    await world.workspaces.put_away(workspace.session_id)

    assert await world.workspaces.find_prepared(workspace.session_id) == workspace
    tree = await world.workspaces.tree(workspace.session_id, workspace.tree)
    assert tree.changed == (ChangedFile(path="kept", status="added"),)
