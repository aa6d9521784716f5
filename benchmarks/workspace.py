"""Opening a session's workspace on a repository of 50,000 files and 1 GB, and taking trees of it."""

import asyncio
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from tests.support.boxes import in_workspace
from tests.support.disks import unmount_below
from tests.support.repositories import JAIL_UID

from benchmarks.row import Row
from quarterdeck.adapters.git.removal import remove_tree
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.domain.quota import WorkspaceQuota

CHANGED = 10
ROUNDS = 25
QUOTA = WorkspaceQuota(bytes=10 * 1024**3, files=1_000_000)
"""As a session has it where nobody asks for another; with a disk of its own where these may be mounted."""


async def run() -> list[Row]:
    folder = Path(tempfile.mkdtemp(prefix="quarterdeck-bench-"))
    folder.chmod(0o755)
    try:
        source = folder / "source.git"
        await asyncio.to_thread(make_repository, source, Shape())
        workspaces = GitWorkspaces(folder / "state", JAIL_UID)
        rows = await _measure(workspaces, source, folder)
        workspaces.close()
    finally:
        unmount_below(folder)
        remove_tree(folder)
    return rows


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Of a repository: `files` of `size` bytes in each folder."""

    folders: int = 500
    files: int = 100
    size: int = 20_000


def make_repository(path: Path, shape: Shape) -> None:
    """By fast-import, so that the files are written once only, by the checkout that is measured."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", path], check=True)
    importer = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=path, stdin=subprocess.PIPE)
    with importer:
        assert importer.stdin is not None
        for part in _history(shape):
            importer.stdin.write(part)
    if importer.returncode:
        raise RuntimeError("git fast-import failed")


def _history(shape: Shape) -> Iterator[bytes]:
    yield b"commit refs/heads/main\ncommitter Ada <ada@example.invalid> 1700000000 +0000\ndata 5\nlarge\n"
    for number in range(shape.folders * shape.files):
        line = b"%08d: this file stands for one of many like it\n" % number
        content = (line * (shape.size // len(line) + 1))[: shape.size]
        place = number // shape.files, number % shape.files
        yield b"M 100644 inline d%03d/f%03d\ndata %d\n%b\n" % (*place, shape.size, content)


async def _measure(workspaces: GitWorkspaces, source: Path, folder: Path) -> list[Row]:
    project_id = uuid4()
    mirror = await seconds(lambda: workspaces.mirror(project_id, str(source)))
    unchanged = await _median(lambda: workspaces.mirror(project_id, str(source)), 5)

    async def prepare() -> PreparedWorkspace:
        return await workspaces.prepare(uuid4(), project_id, str(source), "main", QUOTA)

    first = await seconds(prepare)
    before = _free(folder)
    opened = await _median(prepare)
    disk = (before - _free(folder)) / ROUNDS / 1e6
    clone = await _median(lambda: asyncio.to_thread(_bare_clone, source, folder / "clone"), 5)
    workspace = await prepare()
    return [
        row("make the mirror", mirror, "s"),
        row("ask an unchanged local repository through git", unchanged * 1e3, "ms"),
        row("open the first session of a commit (checks it out)", first, "s"),
        row("open a session, p50", opened * 1e3, "ms", 40, "git clone --shared --no-checkout", clone * 1e3),
        row("disk per session before its first write", disk, "MB", 5),
        *_status(workspace),
        *await _trees(workspaces, workspace),
    ]


def _status(workspace: PreparedWorkspace) -> list[Row]:
    asked = "date +%s%N; git status --porcelain; date +%s%N"
    began, *printed, ended = in_workspace(workspace, asked).split()
    assert not printed
    ours = (int(ended) - int(began)) / 1e6
    plain = min(_plain_status(workspace) for _ in range(3))
    return [row("first git status in a session", ours, "ms", 150, "git status in the checkout itself", plain)]


def _plain_status(workspace: PreparedWorkspace) -> float:
    began = time.perf_counter()
    subprocess.run(
        ["git", "status", "--porcelain"],
        cwd=workspace.lower,
        env={"PATH": os.environ["PATH"], "GIT_OPTIONAL_LOCKS": "0"},
        check=True,
        user=JAIL_UID,
        group=JAIL_UID,
    )
    return (time.perf_counter() - began) * 1e3


async def _trees(workspaces: GitWorkspaces, workspace: PreparedWorkspace) -> list[Row]:
    async def tree() -> int:
        return len((await workspaces.tree(workspace.session_id, workspace.tree)).changed)

    assert await tree() == 0
    untouched = await _median(tree, 200)
    fresh: list[float] = []
    for number in range(ROUNDS):
        in_workspace(workspace, f"for i in $(seq -w {CHANGED}); do echo {number} >> d0$i/f0{number + 10}; done")
        fresh.append(await seconds(tree))
    again = await _median(tree)
    added = in_workspace(workspace, "date +%s%N; git add --all; date +%s%N").split()
    peer = (int(added[1]) - int(added[0])) / 1e6
    return [
        row("tree of an untouched session, p50", untouched * 1e3, "ms", 1),
        row(
            f"tree after {CHANGED} more changed files, p50", statistics.median(fresh) * 1e3, "ms", 8, "git add -A", peer
        ),
        row("the same tree again, p50", again * 1e3, "ms"),
    ]


def _bare_clone(source: Path, target: Path) -> None:
    remove_tree(target)
    subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", source, target], check=True)


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def _median(work: Callable[[], Awaitable[object]], rounds: int = ROUNDS) -> float:
    return statistics.median([await seconds(work) for _ in range(rounds)])


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def row(
    name: str, value: float, unit: str, limit: float | None = None, peer: str = "", peer_value: float | None = None
) -> Row:
    return Row(
        name=name,
        value=value,
        unit=unit,
        peer=peer,
        peer_value=peer_value,
        limit=f"<= {limit:g} {unit}" if limit else "",
        met=value <= limit if limit else None,
    )
