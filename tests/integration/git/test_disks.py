"""Sessions' disks on the real kernel: what fits, what does not, and that nothing is left."""

import contextlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from tests.support.boxes import in_workspace
from tests.support.disks import mounted_below
from tests.support.repositories import JAIL_UID, Repository
from tests.support.waiting import eventually

from quarterdeck.adapters.disks import loop
from quarterdeck.adapters.disks.disks import SessionDisks, why_not
from quarterdeck.adapters.disks.template import MOST_BYTES, OWN_FILES
from quarterdeck.adapters.git.workspaces import GitWorkspaces, Options
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.domain.command import ChangedFile
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.quota import WorkspaceQuota

MIB = 1024**2
SMALL = WorkspaceQuota(bytes=48 * MIB, files=3000)
FULL = "No space left on device"


@pytest.fixture(autouse=True)
def _needs_disks(folder: Path) -> None:
    reason = why_not(folder)
    if reason:
        pytest.skip(reason)


@pytest.fixture
def disks(folder: Path) -> Iterator[SessionDisks]:
    made = SessionDisks(folder / "disks")
    made.folder.mkdir()
    yield made
    made.put_all_away()


async def prepared(
    workspaces: GitWorkspaces, repository: Repository, quota: WorkspaceQuota = SMALL
) -> PreparedWorkspace:
    workspace = await workspaces.prepare(uuid4(), uuid4(), repository.path, "main", quota)
    assert workspace.quota_kept_by == "mount"
    return workspace


def loop_devices(folder: Path) -> list[str]:
    """Those with a file of this folder behind them."""
    found: list[str] = []
    for file in Path("/sys/block").glob("loop*/loop/backing_file"):
        # that of another test may be let go of between the listing and the reading
        with contextlib.suppress(FileNotFoundError):
            if str(folder) in file.read_text():
                found.append(str(file))
    return found


async def free_again(folder: Path) -> None:
    """A mount namespace that was made meanwhile, as any jail's, has a mount of its own until it is set up or gone.

    Those of the tests beside this one live as long as they do, so what hangs is what lasts longer than any of them.
    """
    others_seconds = 60
    await eventually(lambda: not loop_devices(folder), within=others_seconds)


@pytest.mark.parametrize(
    "quota", [WorkspaceQuota(bytes=MIB, files=100), SMALL, WorkspaceQuota(bytes=10240 * MIB, files=1_000_000)]
)
def test_a_disk_has_the_room_that_was_asked_for_and_not_much_more(disks: SessionDisks, quota: WorkspaceQuota) -> None:
    session_id = uuid4()
    assert disks.make(session_id, quota)

    found = os.statvfs(disks.place(session_id))

    assert quota.bytes <= found.f_bavail * found.f_frsize <= quota.bytes * 1.02 + MIB / 2
    assert quota.files <= found.f_favail <= quota.files * 1.02 + OWN_FILES


def test_a_disk_that_nobody_wrote_on_costs_less_than_half_a_megabyte(disks: SessionDisks) -> None:
    session_id = uuid4()
    assert disks.make(session_id, WorkspaceQuota(bytes=10240 * MIB, files=1_000_000))
    os.sync()

    assert (disks.folder / str(session_id) / "image").stat().st_blocks * 512 < MIB / 2


def test_a_disk_honours_no_set_user_id_bits_and_no_devices(disks: SessionDisks) -> None:
    session_id = uuid4()
    assert disks.make(session_id, SMALL)

    flags = os.statvfs(disks.place(session_id)).f_flag

    assert flags & os.ST_NOSUID
    assert flags & os.ST_NODEV


def test_a_disk_beyond_what_an_image_can_hold_is_not_made(disks: SessionDisks) -> None:
    session_id = uuid4()

    assert not disks.make(session_id, WorkspaceQuota(bytes=MOST_BYTES + 1, files=100))
    assert disks.ids() == []


def test_a_host_that_mounts_nothing_makes_no_disk_and_leaves_nothing(
    disks: SessionDisks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "CONTROL", Path("/dev/null"))

    assert not disks.make(uuid4(), SMALL)
    assert list(disks.folder.iterdir()) == []
    assert why_not(disks.folder) != ""


async def test_a_removed_disk_leaves_no_mount_no_device_and_no_file_though_somebody_has_it_open(
    disks: SessionDisks,
) -> None:
    session_id = uuid4()
    assert disks.make(session_id, SMALL)
    with (disks.place(session_id) / "open").open("wb") as file:
        file.write(b"x" * MIB)

        disks.remove(session_id)

        assert mounted_below(disks.folder) == []
        assert list(disks.folder.iterdir()) == []
    await free_again(disks.folder)


def test_many_disks_are_made_at_once(disks: SessionDisks) -> None:
    sessions = [uuid4() for _ in range(24)]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(partial(disks.make, quota=SMALL), sessions))

    assert len(mounted_below(disks.folder)) == 24
    assert len({disks.place(session_id).stat().st_dev for session_id in sessions}) == 24
    for session_id in sessions:
        disks.remove(session_id)


async def test_what_is_on_a_disk_is_there_again_when_it_is_taken_up(disks: SessionDisks) -> None:
    session_id = uuid4()
    assert disks.make(session_id, SMALL)
    (disks.place(session_id) / "kept").write_text("kept\n")

    disks.put_away(session_id)
    await free_again(disks.folder)
    assert disks.take_up(session_id)
    assert disks.take_up(session_id)

    assert (disks.place(session_id) / "kept").read_text() == "kept\n"
    assert len(mounted_below(disks.folder)) == 1


def test_a_disk_that_somebody_still_has_in_use_is_taken_up_as_the_same_one(disks: SessionDisks) -> None:
    session_id = uuid4()
    assert disks.make(session_id, SMALL)
    with (disks.place(session_id) / "open").open("w") as file:
        disks.put_away(session_id)
        file.write("written while it was put away\n")
        file.flush()

        assert disks.take_up(session_id)

        assert (disks.place(session_id) / "open").read_text() == "written while it was put away\n"
        assert len(loop_devices(disks.folder)) == 1


def test_a_disk_that_cannot_be_mounted_is_left_as_it_is_and_said(disks: SessionDisks) -> None:
    session_id = uuid4()
    assert disks.make(session_id, SMALL)
    disks.put_away(session_id)
    image = disks.folder / str(session_id) / "image"
    os.truncate(image, 0)
    os.truncate(image, MIB)

    with pytest.raises(UnavailableError, match="cannot be mounted"):
        disks.take_up(session_id)

    assert image.exists()


async def test_a_disk_bomb_ends_with_no_space_left_and_hurts_nobody_else(
    workspaces: GitWorkspaces, repository: Repository
) -> None:
    one, other = await prepared(workspaces, repository), await prepared(workspaces, repository)

    said = in_workspace(one, "head -c 200M /dev/zero > bomb || true; du -m bomb; rm bomb; echo fine > after; cat after")

    assert FULL in said
    assert said.endswith("fine\n")
    assert in_workspace(other, "head -c 20M /dev/zero > room; cat README").endswith("read me\n")


async def test_an_inode_bomb_ends_with_no_space_left_and_can_be_cleared_away(
    workspaces: GitWorkspaces, repository: Repository
) -> None:
    workspace = await prepared(workspaces, repository)
    bomb = "i=0; mkdir d; while : > d/$i; do i=$((i+1)); done; echo $i"

    said = in_workspace(workspace, f"({bomb}) 2>&1 || ls d | wc -l; rm -r d; echo fine > after; cat after")

    assert FULL in said
    assert said.endswith("fine\n")
    made = int(said.split()[-2])
    assert SMALL.files - OWN_FILES <= made <= SMALL.files * 1.02 + OWN_FILES


async def test_unlinked_files_that_are_open_count(workspaces: GitWorkspaces, repository: Repository) -> None:
    workspace = await prepared(workspaces, repository)

    said = in_workspace(workspace, "exec 3> hidden; rm hidden; head -c 200M /dev/zero >&3 || true")

    assert FULL in said


async def test_a_sparse_file_costs_what_was_written_in_it(workspaces: GitWorkspaces, repository: Repository) -> None:
    workspace = await prepared(workspaces, repository)

    in_workspace(workspace, "truncate -s 1T sparse; echo end >> sparse; head -c 40M /dev/zero > beside")

    assert (workspace.upper / "sparse").stat().st_size > 1024**4


async def test_hard_links_cost_no_room_and_renames_give_none_back(
    workspaces: GitWorkspaces, repository: Repository
) -> None:
    workspace = await prepared(workspaces, repository)
    games = """
        head -c 30M /dev/zero > a
        for n in 1 2 3 4 5 6 7 8 9; do ln a link$n; mv a b; mv b a; done
        rm a link1 link2 link3
        head -c 30M /dev/zero > c || true
    """

    assert FULL in in_workspace(workspace, games)


async def test_git_says_no_space_left_and_goes_on_when_there_is_some(
    workspaces: GitWorkspaces, repository: Repository
) -> None:
    workspace = await prepared(workspaces, repository)
    work = """
        head -c 30M /dev/urandom > big
        git add big || true
        rm big; git gc --prune=now -q
        echo small > small; git add small; git commit -qm small; git fsck --strict; git log -1 --format=%s
    """

    said = in_workspace(workspace, work)

    assert FULL in said
    assert said.endswith("small\n")


async def test_a_tree_is_taken_from_a_disk_that_is_full(workspaces: GitWorkspaces, repository: Repository) -> None:
    workspace = await prepared(workspaces, repository)
    in_workspace(workspace, "rm README; rm -r src; mkdir src; echo new > src/new; head -c 200M /dev/zero > big || true")

    tree = await workspaces.tree(workspace.session_id, workspace.tree)

    assert [c for c in tree.changed if c.path != "big"] == [
        ChangedFile(path="README", status="deleted"),
        ChangedFile(path="src/a.py", status="deleted"),
        ChangedFile(path="src/deep/b.py", status="deleted"),
        ChangedFile(path="src/new", status="added"),
    ]


async def test_what_is_deleted_is_given_back_to_the_host(workspaces: GitWorkspaces, repository: Repository) -> None:
    workspace = await prepared(workspaces, repository)
    image = workspace.upper.parents[1] / "image"
    in_workspace(workspace, "head -c 40M /dev/zero > big; sync big")
    assert image.stat().st_blocks * 512 > 40 * MIB

    in_workspace(workspace, "rm big")

    def is_given_back() -> bool:
        os.sync()
        return image.stat().st_blocks * 512 < 10 * MIB

    await eventually(is_given_back)


async def test_a_workspace_put_away_is_found_again_with_its_files(
    workspaces: GitWorkspaces, repository: Repository, folder: Path
) -> None:
    workspace = await prepared(workspaces, repository)
    in_workspace(workspace, "echo kept > kept")

    await workspaces.put_away(workspace.session_id)
    await free_again(folder)
    later = GitWorkspaces(folder / "state", JAIL_UID, overlay=True)

    assert await later.find_prepared(workspace.session_id) == workspace
    tree = await later.tree(workspace.session_id, workspace.tree)
    assert tree.changed == (ChangedFile(path="kept", status="added"),)
    later.close()


async def test_a_discarded_workspace_leaves_no_disk(
    workspaces: GitWorkspaces, repository: Repository, folder: Path
) -> None:
    workspace = await prepared(workspaces, repository)

    await workspaces.discard(workspace.session_id)

    assert mounted_below(folder) == []
    await free_again(folder)
    assert list((folder / "state" / "disks").iterdir()) == []


async def test_a_disk_whose_making_was_cut_off_is_found_and_removed(workspaces: GitWorkspaces, folder: Path) -> None:
    session_id = uuid4()
    assert SessionDisks(folder / "state" / "disks").make(session_id, SMALL)

    assert list(await workspaces.sessions()) == [session_id]
    assert await workspaces.find_prepared(session_id) is None
    await workspaces.discard(session_id)

    assert list(await workspaces.sessions()) == []
    assert mounted_below(folder) == []


async def test_a_host_without_disks_keeps_a_quota_by_watching(folder: Path, repository: Repository) -> None:
    workspaces = GitWorkspaces(folder / "state", JAIL_UID, overlay=True, options=Options(disks=False))

    workspace = await workspaces.prepare(uuid4(), uuid4(), repository.path, "main", SMALL)

    assert (workspace.quota, workspace.quota_kept_by) == (SMALL, "watcher")
    assert mounted_below(folder) == []
    workspaces.close()
