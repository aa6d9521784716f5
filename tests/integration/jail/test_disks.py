"""Jails on a workspace that has a disk of its own."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from tests.support.disks import mounted_below
from tests.support.jails import JAIL_UID, Place, place, run, spec, start
from tests.support.repositories import Repository
from tests.support.waiting import eventually

from quarterdeck.adapters.disks.disks import why_not
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.domain.quota import WorkspaceQuota

MIB = 1024**2


@pytest.fixture(params=["bubblewrap", "docker"])
async def where(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    daemon = request.getfixturevalue("docker_daemon").address if request.param == "docker" else ""
    async with place(daemon) as made:
        if reason := why_not(made.root):
            pytest.skip(reason)
        yield made


async def test_a_jails_writes_end_at_the_size_of_its_disk_and_files_without_a_name_are_seen(where: Place) -> None:
    Repository(where.root / "app").commit({"README": "read me\n"})
    workspaces = GitWorkspaces(where.state, JAIL_UID, overlay=True)
    quota = WorkspaceQuota(bytes=48 * MIB, files=3000)
    workspace = await workspaces.prepare(uuid4(), uuid4(), str(where.root / "app"), "main", quota)
    driver = where.driver()
    jail = await driver.create(spec(workspace))
    try:
        bomb = await run(jail, "cat README; rm README; head -c 200M /dev/zero > bomb; rm bomb; echo fine > fine")
        assert (bomb.output, bomb.exit.exit_code) == (b"read me\n", 0)
        assert b"No space left on device" in bomb.errors
        assert (workspace.upper / "fine").read_text() == "fine\n"

        await start(jail, "exec 3> hidden; rm hidden; head -c 10M /dev/zero >&3; sleep 1000")

        async def is_seen() -> bool:
            size, files = await jail.unlinked()
            return size >= 10 * MIB and files == 1

        await eventually(is_seen)
        tree = await workspaces.tree(workspace.session_id, workspace.tree)
        assert [(each.path, each.status) for each in tree.changed] == [("README", "deleted"), ("fine", "added")]
    finally:
        await jail.destroy()
        await driver.close()
    await workspaces.discard(workspace.session_id)
    assert mounted_below(where.state / "disks") == []
    workspaces.close()
