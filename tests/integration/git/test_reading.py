"""Reading trees of what a jail wrote: names and contents of every kind, and how much of them."""

import os
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from tests.support.boxes import in_workspace
from tests.support.repositories import JAIL_UID, Repository

from quarterdeck.adapters.git.hunks import MAX_COMPARED
from quarterdeck.adapters.git.reader import GitTreeReader
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.application.trees import (
    BlameAsked,
    BlameRange,
    DiffAsked,
    DiffMeasure,
    FileAsked,
    FileContent,
    FileDiff,
    FileKind,
    FileStatus,
    Home,
    ListAsked,
    MeasureAsked,
    TreeEntry,
)
from quarterdeck.domain.errors import InvalidInputError, NotFoundError


class Bench:
    """A session, the trees of its files so far, and a reader of them."""

    def __init__(self, workspaces: GitWorkspaces, workspace: PreparedWorkspace, home: Home, folder: Path) -> None:
        self.workspaces, self.workspace, self.home = workspaces, workspace, home
        self.reader = GitTreeReader(folder / "state")
        self.trees = [workspace.tree]

    async def run(self, script: str) -> None:
        in_workspace(self.workspace, script)
        self.trees.append((await self.workspaces.tree(self.home.session_id, self.trees[-1])).tree)

    async def write(self, path: str, content: bytes) -> None:
        (self.workspace.upper / path).write_bytes(content)
        os.chown(self.workspace.upper / path, JAIL_UID or -1, JAIL_UID or -1)
        await self.run("true")

    async def diff(self) -> dict[str, FileDiff]:
        asked = DiffAsked(home=self.home, before=self.trees[-2], after=self.trees[-1], path_after=None, limit=100)
        return {file.path: file for file in (await self.reader.diff(asked)).files}

    async def measure(self) -> DiffMeasure:
        return await self.reader.measure(
            MeasureAsked(home=self.home, before=self.trees[-2], after=self.trees[-1], most=10)
        )

    async def list(self) -> list[TreeEntry]:
        asked = ListAsked(home=self.home, tree=self.trees[-1], path="", after=None, limit=100)
        return list((await self.reader.list_tree(asked)).entries)

    async def read(self, path: str) -> FileContent:
        return await self.reader.read_file(
            FileAsked(home=self.home, tree=self.trees[-1], path=path, offset=0, limit=1 << 20)
        )

    async def blame(self, path: str) -> tuple[BlameRange, ...]:
        return (await self.reader.blame(BlameAsked(home=self.home, trees=tuple(self.trees), path=path))).ranges


@pytest.fixture
async def bench(folder: Path, repository: Repository) -> AsyncIterator[Bench]:
    workspaces = GitWorkspaces(folder / "state", JAIL_UID)
    home = Home(session_id=uuid4(), project_id=uuid4())
    workspace = await workspaces.prepare(home.session_id, home.project_id, repository.path, "main")
    made = Bench(workspaces, workspace, home, folder)
    yield made
    workspaces.close()
    made.reader.close()


async def test_any_name_is_listed_and_read_by_its_text(bench: Bench) -> None:
    names = [b"line\nbreak", b"\xff\xfe", b"back\\slash", b"\x1b[31mred", b"\\xff", "ünï".encode(), b" ", b"-rf"]
    for name in names:
        file = bench.workspace.upper / os.fsdecode(name)
        file.write_bytes(name)
        os.chown(file, JAIL_UID or -1, JAIL_UID or -1)
    await bench.run("true")

    paths = [entry.path for entry in await bench.list()]

    assert {"line\nbreak", "\\xff\\xfe", "back\\\\slash", "\\\\xff", "\x1b[31mred", "ünï", " ", "-rf"} <= set(paths)
    for path in set(await bench.diff()):
        assert (await bench.read(path)).data in names
    assert len(await bench.diff()) == len(names)


async def test_every_kind_of_change_has_its_status(bench: Bench) -> None:
    await bench.run("chmod +x README; rm src/a.py; ln -s /etc/passwd src/a.py; mv src/deep moved")
    await bench.run("rm -r tools; ln -s / tools")
    bench.trees = [bench.trees[0], bench.trees[-1]]

    found = {path: (file.status, file.old_kind, file.new_kind) for path, file in (await bench.diff()).items()}

    assert found["README"] == (FileStatus.MODE_CHANGED, FileKind.FILE, FileKind.EXECUTABLE)
    assert found["src/a.py"] == (FileStatus.TYPE_CHANGED, FileKind.FILE, FileKind.LINK)
    assert found["moved/b.py"][0] is FileStatus.RENAMED
    assert found["tools"] == (FileStatus.ADDED, None, FileKind.LINK)
    assert found["tools/run"][0] is FileStatus.DELETED
    assert (await bench.read("src/a.py")).data == b"/etc/passwd"


async def test_a_file_that_was_moved_and_edited_is_renamed(bench: Bench) -> None:
    await bench.write("long", b"".join(b"line %d\n" % n for n in range(50)))
    await bench.run("sed -i 's/line 7$/line seven/' long; mv long longer")

    [moved] = (await bench.diff()).values()

    assert (moved.status, moved.old_path) == (FileStatus.RENAMED, "long")
    assert (moved.lines_added, moved.lines_removed) == (1, 1)


async def test_lines_keep_their_origin_when_their_file_is_moved(bench: Bench) -> None:
    await bench.write("one", b"a\nb\nc\nd\n")
    await bench.run("mv one two")
    await bench.run("echo e >> two; sed -i 1d two")
    await bench.run("mkdir sub; mv two sub/three")

    assert [(r.start, r.lines, r.origin) for r in await bench.blame("sub/three")] == [
        (1, ("b", "c", "d"), 1),
        (4, ("e",), 3),
    ]


@pytest.mark.parametrize(
    ("content", "binary", "truncated", "lines"),
    [
        (b"\0", True, False, None),
        (b"\xff\xfe caf\xe9\n", False, False, 1),
        (b"x" * 1000 + b"\r\n\x1b[2J", False, False, 2),
        (b"a\n" * (MAX_COMPARED // 2 + 1), False, True, None),
        (b"line\n" * 20_000, False, True, 20_000),
        (b"\0" * (9 << 20), False, True, None),
        (b"y" * 300_000, False, True, 1),
    ],
)
async def test_any_content_is_compared_within_bounds(
    bench: Bench, content: bytes, binary: bool, truncated: bool, lines: int | None
) -> None:
    await bench.write("it", content)

    it = (await bench.diff())["it"]

    assert (it.binary, it.truncated, it.new_size) == (binary, truncated, len(content))
    assert sum(len(line) for hunk in it.hunks for line in hunk.lines) <= 256 * 1024
    [measured] = (await bench.measure()).largest
    assert (measured.path, measured.lines_added) == ("it", lines)


async def test_a_file_without_lines_has_no_blame(bench: Bench) -> None:
    await bench.write("binary", b"\0\n")
    with pytest.raises(InvalidInputError, match="binary"):
        await bench.blame("binary")
    await bench.write("large", b"a\n" * MAX_COMPARED)
    with pytest.raises(InvalidInputError, match="larger than"):
        await bench.blame("large")
    await bench.run("ln -s README link; : > empty")
    assert await bench.blame("empty") == ()


async def test_the_worst_lines_there_are_keep_no_worker_for_long(bench: Bench) -> None:
    numbers = list(range(60_000))
    random.Random(1).shuffle(numbers)
    await bench.write("worst", b"".join(b"%d\n" % n for n in numbers))
    random.Random(2).shuffle(numbers)
    await bench.write("worst", b"".join(b"%d\n" % n for n in numbers))

    began = time.monotonic()
    worst = (await bench.diff())["worst"]

    assert worst.truncated
    assert time.monotonic() - began < 5


async def test_a_session_that_was_never_here_is_not_found(bench: Bench) -> None:
    bench.home = Home(session_id=uuid4(), project_id=bench.home.project_id)
    with pytest.raises(NotFoundError, match="not on this host"):
        await bench.read("README")


async def test_an_object_that_is_missing_is_named(bench: Bench, folder: Path) -> None:
    await bench.write("it", b"content of it\n")
    blob = (await bench.read("it")).object
    (folder / f"state/trees/{bench.home.session_id}.git/objects/{blob[:2]}/{blob[2:]}").unlink()
    bench.reader = GitTreeReader(folder / "state")

    with pytest.raises(NotFoundError, match=blob):
        await bench.read("it")
