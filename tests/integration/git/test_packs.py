"""Snapshots as packs: made, sent away, taken back on another host, through crashes and on a disk that is full."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from tests.support.boxes import in_workspace
from tests.support.repositories import JAIL_UID, Repository

from quarterdeck.adapters.git.packs import GitSnapshotPacks
from quarterdeck.adapters.git.reader import GitTreeReader
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.application.errors import MissingSnapshotsError
from quarterdeck.application.ports.packs import Pack, SnapshotToPack
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.application.trees import DiffAsked, FileAsked, Home
from quarterdeck.domain.errors import UnavailableError

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


class Host:
    """A worker's state folder, and what uses it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspaces = GitWorkspaces(folder, JAIL_UID)
        self.packs = GitSnapshotPacks(folder, kept=2)
        self.reader = GitTreeReader(folder)

    def close(self) -> None:
        self.workspaces.close()
        self.packs.close()
        self.reader.close()


class Bench:
    """A session on one host."""

    def __init__(self, host: Host, workspace: PreparedWorkspace, home: Home, source: str) -> None:
        self.host, self.workspace, self.home, self.source = host, workspace, home, source
        self.snapshots: list[SnapshotToPack] = []
        self.stored: list[Pack] = []

    @property
    def store(self) -> Path:
        return self.host.folder / "trees" / f"{self.home.session_id}.git"

    def loose(self) -> int:
        return len(list((self.store / "objects").glob("[0-9a-f][0-9a-f]/*")))

    async def run(self, script: str) -> None:
        in_workspace(self.workspace, script)
        last = self.snapshots[-1].tree if self.snapshots else self.workspace.tree
        tree = (await self.host.workspaces.tree(self.home.session_id, last)).tree
        number = len(self.snapshots) + 2
        at = BEGAN + timedelta(seconds=number)
        self.snapshots.append(SnapshotToPack(version=number, tree=tree, recorded_at=at, title=f"After {number}"))

    async def pack(self) -> Pack:
        covers = self.stored[-1].covers if self.stored else 0
        return await self.host.packs.pack(
            self.home.session_id,
            self.workspace.base_commit,
            self.stored[-1].commit if self.stored else None,
            [each for each in self.snapshots if each.version > covers],
        )

    async def store_pack(self, kept: Path) -> None:
        pack = await self.pack()
        shutil.copy(pack.path, kept / pack.sha256)
        self.stored.append(pack)
        await self.host.packs.settle(self.home.session_id, pack.covers)

    async def take_back(self, host: Host, kept: Path) -> None:
        missing = await host.packs.missing(self.home.session_id, [each.sha256 for each in self.stored])
        for sha256 in missing:
            shutil.copy(kept / sha256, host.packs.incoming(self.home.session_id, sha256))
        await host.packs.restore(self.home, self.source, self.workspace.base_commit, missing)

    async def read(self, host: Host, path: str, place: int = -1) -> bytes:
        asked = FileAsked(home=self.home, tree=self.snapshots[place].tree, path=path, offset=0, limit=1000)
        return (await host.reader.read_file(asked)).data


@pytest.fixture
async def bench(folder: Path, repository: Repository) -> AsyncIterator[Bench]:
    host = Host(folder / "state")
    home = Home(session_id=uuid4(), project_id=uuid4())
    workspace = await host.workspaces.prepare(home.session_id, home.project_id, repository.path, "main")
    yield Bench(host, workspace, home, repository.path)
    host.close()


@pytest.fixture
def other(folder: Path) -> Generator[Host]:
    host = Host(folder / "other")
    yield host
    host.close()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    (tmp_path / "kept").mkdir()
    return tmp_path / "kept"


async def test_a_tree_is_read_on_another_host_from_packs_and_the_repository_alone(
    bench: Bench, other: Host, kept: Path
) -> None:
    await bench.run("echo one > new; rm src/a.py")
    await bench.store_pack(kept)
    await bench.run("echo two > new; printf '\\0\\1' > 'a\nb'")
    await bench.run("echo three > new")
    await bench.store_pack(kept)
    with pytest.raises(MissingSnapshotsError):
        await bench.read(other, "new")

    await bench.take_back(other, kept)

    assert [await bench.read(other, "new", place) for place in range(3)] == [b"one\n", b"two\n", b"three\n"]
    assert await bench.read(other, "README") == await bench.read(bench.host, "README")
    asked = DiffAsked(
        home=bench.home, before=bench.workspace.tree, after=bench.snapshots[-1].tree, path_after=None, limit=100
    )
    assert [file.path for file in (await other.reader.diff(asked)).files] == ["a\nb", "new", "src/a.py"]
    assert await other.packs.missing(bench.home.session_id, [each.sha256 for each in bench.stored]) == []


async def test_what_is_stored_later_is_taken_back_later(bench: Bench, other: Host, kept: Path) -> None:
    await bench.run("echo one > new")
    await bench.store_pack(kept)
    await bench.take_back(other, kept)
    assert await bench.read(other, "new") == b"one\n"

    await bench.run("echo two > new")
    await bench.store_pack(kept)
    with pytest.raises(MissingSnapshotsError):
        await bench.read(other, "new")
    await bench.take_back(other, kept)

    assert await bench.read(other, "new") == b"two\n"


async def test_a_pack_has_nothing_that_an_earlier_one_or_the_base_has(bench: Bench, kept: Path) -> None:
    await bench.run("head -c 300000 /dev/urandom > random")
    await bench.store_pack(kept)
    await bench.run("echo small > small")

    pack = await bench.pack()

    assert bench.stored[0].size > 300_000
    assert pack.size < 1000


async def test_stored_snapshots_are_a_history_that_git_reads(bench: Bench, kept: Path) -> None:
    await bench.run("echo one > new")
    await bench.run("echo two > new")
    await bench.store_pack(kept)

    reader = Repository.__new__(Repository)
    reader.folder = bench.store
    last = bench.stored[-1].commit
    log = reader.git("-c", "safe.directory=*", "log", "--format=%s %ct", last).splitlines()

    assert log[:2] == [f"After 3 {int(BEGAN.timestamp()) + 3}", f"After 2 {int(BEGAN.timestamp()) + 2}"]
    assert reader.git("-c", "safe.directory=*", "rev-parse", f"{last}~2") == bench.workspace.base_commit


async def test_settled_objects_are_kept_once_and_the_session_goes_on(bench: Bench, kept: Path) -> None:
    await bench.run("for i in $(seq 50); do echo $i > f$i; done")
    assert bench.loose() > 50
    await bench.store_pack(kept)

    assert bench.loose() == 0
    await bench.run("rm f1; echo more > f2")
    assert await bench.read(bench.host, "f3") == b"3\n"
    assert await bench.read(bench.host, "f1", 0) == b"1\n"
    await bench.store_pack(kept)
    assert bench.loose() == 0


async def test_packing_again_after_a_crash_gives_the_same_pack(bench: Bench, kept: Path) -> None:
    await bench.run("echo one > new")
    first = await bench.pack()
    content = first.path.read_bytes()
    bench.host.packs.close()
    bench.host.packs = GitSnapshotPacks(bench.host.folder)

    again = await bench.pack()
    assert (again, again.path.read_bytes()) == (first, content)
    (first.path.parent / "made.json").unlink()  # killed before it was whole
    first.path.write_bytes(b"half")
    remade = await bench.pack()
    assert (remade.commit, remade.covers, remade.sha256) == (first.commit, first.covers, first.sha256)


async def test_a_crash_while_it_is_settled_is_made_good(bench: Bench, kept: Path) -> None:
    await bench.run("echo one > new")
    pack = await bench.pack()
    # the pack was moved, its index not yet
    pack.path.rename(bench.store / "objects" / "pack" / f"pack-{pack.sha256}.pack")

    await bench.host.packs.settle(bench.home.session_id, pack.covers)

    assert bench.loose() == 0
    assert await bench.read(bench.host, "new") == b"one\n"


async def test_a_pack_that_is_not_stored_is_not_settled(bench: Bench) -> None:
    await bench.run("echo one > new")
    pack = await bench.pack()

    await bench.host.packs.settle(bench.home.session_id, pack.covers - 1)

    assert pack.path.exists()
    assert bench.loose() > 0


async def test_finished_stores_are_not_packed_again_and_the_oldest_go(
    bench: Bench, repository: Repository, kept: Path
) -> None:
    for _ in range(3):
        session_id = uuid4()
        await bench.host.workspaces.prepare(session_id, bench.home.project_id, repository.path, "main")
        await bench.host.packs.finish(session_id)

    assert await bench.host.packs.sessions() == [bench.home.session_id]
    assert len(list((bench.host.folder / "trees").glob("*.git"))) == 3


async def test_what_a_killed_worker_left_half_fetched_goes_after_a_day(bench: Bench, other: Host, kept: Path) -> None:
    await bench.run("echo one > new")
    await bench.store_pack(kept)
    old, recent = (other.packs.incoming(uuid4(), name) for name in ("old", "recent"))
    for path in (old, recent):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))

    await bench.take_back(other, kept)

    assert (old.exists(), recent.exists()) == (False, True)


async def test_a_broken_pack_is_not_taken_up(bench: Bench, other: Host, kept: Path) -> None:
    await bench.run("echo one > new")
    await bench.store_pack(kept)
    path = kept / bench.stored[0].sha256
    path.write_bytes(path.read_bytes()[:-30])

    with pytest.raises(UnavailableError, match="Git failed"):
        await bench.take_back(other, kept)


@contextmanager
def small_disk(folder: Path) -> Generator[Path]:
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", folder], check=False)
    if mounted.returncode:
        pytest.skip("mounting is not permitted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


async def test_where_there_is_no_room_nothing_is_packed_and_nothing_lost(
    folder: Path, repository: Repository, kept: Path
) -> None:
    with small_disk(folder / "disk") as disk:
        disk.chmod(0o755)
        host = Host(disk / "state")
        try:
            home = Home(session_id=uuid4(), project_id=uuid4())
            workspace = await host.workspaces.prepare(home.session_id, home.project_id, repository.path, "main")
            bench = Bench(host, workspace, home, repository.path)
            await bench.run("head -c 9000000 /dev/urandom > random; echo one > new")

            with pytest.raises(UnavailableError, match="no room to pack"):
                await bench.pack()

            assert await bench.read(host, "new") == b"one\n"
        finally:
            host.close()


async def test_what_is_removed_is_gone(bench: Bench, other: Host, kept: Path) -> None:
    await bench.run("echo one > new")
    await bench.store_pack(kept)
    await bench.take_back(other, kept)

    await other.packs.remove(bench.home.session_id)

    with pytest.raises(MissingSnapshotsError):
        await bench.read(other, "new")
