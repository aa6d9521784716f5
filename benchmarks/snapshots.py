"""What a snapshot costs, against the size of the repository and against what changed; and reading it."""

import statistics
import tempfile
from pathlib import Path
from uuid import uuid4

from tests.support.boxes import in_workspace
from tests.support.repositories import JAIL_UID

from benchmarks.row import Row
from benchmarks.workspace import Shape, make_repository, row, seconds
from quarterdeck.adapters.git.packs import GitSnapshotPacks
from quarterdeck.adapters.git.reader import GitTreeReader
from quarterdeck.adapters.git.removal import remove_tree
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.packs import SnapshotToPack
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.application.trees import BlameAsked, DiffAsked, Home

SIZES = (1_000, 10_000, 100_000)
CHANGES = (1, 10, 1_000)
ROUNDS = 15
LIMIT_MS = 50


async def run() -> list[Row]:
    rows: list[Row] = []
    for files in SIZES:
        folder = Path(tempfile.mkdtemp(prefix="quarterdeck-bench-"))
        folder.chmod(0o755)
        try:
            make_repository(folder / "source.git", Shape(folders=files // 100, files=100, size=200))
            rows += await _measure(folder, files)
        finally:
            remove_tree(folder)
    return rows


async def _measure(folder: Path, files: int) -> list[Row]:
    workspaces, reader = GitWorkspaces(folder / "state", JAIL_UID), GitTreeReader(folder / "state")
    home = Home(session_id=uuid4(), project_id=uuid4())
    source = str(folder / "source.git")
    workspace = await workspaces.prepare(home.session_id, home.project_id, source, "main")
    rows: list[Row] = []
    for changed in CHANGES if files == max(SIZES) else CHANGES[1:2]:
        took = [await _changed(workspaces, workspace, changed, number) for number in range(ROUNDS)]
        name = f"snapshot of {changed:,} changed files in {files:,}, p50"
        rows.append(row(name, statistics.median(took) * 1e3, "ms", LIMIT_MS if changed == 10 else None))
    if files == max(SIZES):
        rows += await _read(workspaces, reader, workspace, home)
        rows.append(await _pack(folder, workspaces, workspace))
    workspaces.close()
    reader.close()
    return rows


async def _changed(workspaces: GitWorkspaces, workspace: PreparedWorkspace, changed: int, number: int) -> float:
    """Files in as many folders as there are, up to one each."""
    in_workspace(
        workspace,
        f"for i in $(seq -f %03g 0 {min(changed, 10) - 1}); do for j in $(seq -f %03g 0 "
        f"{max(changed // 10, 1) - 1}); do echo {number} {changed} >> d$i/f$j; done; done",
    )
    return await seconds(lambda: workspaces.tree(workspace.session_id, workspace.tree))


async def _read(
    workspaces: GitWorkspaces, reader: GitTreeReader, workspace: PreparedWorkspace, home: Home
) -> list[Row]:
    trees = [workspace.tree, (await workspaces.tree(workspace.session_id, workspace.tree)).tree]
    for number in range(20):
        in_workspace(workspace, f"echo line {number} >> d000/f000")
        trees.append((await workspaces.tree(workspace.session_id, trees[-1])).tree)
    diff = DiffAsked(home=home, before=trees[-2], after=trees[-1], path_after=None, limit=100)
    blame = BlameAsked(home=home, trees=tuple(trees), path="d000/f000")
    return [
        row("diff of a command that changed one file, first", await seconds(lambda: reader.diff(diff)) * 1e3, "ms"),
        row("blame of a file through 20 snapshots", await seconds(lambda: reader.blame(blame)) * 1e3, "ms"),
    ]


async def _pack(folder: Path, workspaces: GitWorkspaces, workspace: PreparedWorkspace) -> Row:
    packs = GitSnapshotPacks(folder / "state")
    tree = (await workspaces.tree(workspace.session_id, workspace.tree)).tree
    snapshot = SnapshotToPack(version=2, tree=tree, recorded_at=SystemClock().now(), title="now")
    took = await seconds(lambda: packs.pack(workspace.session_id, workspace.base_commit, None, [snapshot]))
    packs.close()
    return row("pack of 1,000 changed files, beside the work", took * 1e3, "ms")
