"""What any `TreeReader` promises: the real one, on overlays and on clones, and its twin in memory."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from tests.support.worlds import KINDS, World, world_of

from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.application.trees import (
    Blame,
    BlameAsked,
    DiffAsked,
    DiffMeasure,
    DiffPage,
    FileAsked,
    FileContent,
    FileKind,
    FileMeasure,
    FileStatus,
    FindAsked,
    FoundPaths,
    Home,
    ListAsked,
    MeasureAsked,
    TreePage,
)
from quarterdeck.domain.errors import InvalidInputError, NotFoundError


class Bench:
    """A session and its trees, from the base on."""

    def __init__(self, world: World, workspace: PreparedWorkspace, home: Home) -> None:
        self.world, self.workspace, self.home = world, workspace, home
        self.trees = [workspace.tree]

    def write(self, path: str, content: bytes) -> None:
        self.world.write(self.workspace, path, content)

    def delete(self, path: str) -> None:
        self.world.delete(self.workspace, path)

    async def snap(self) -> str:
        self.trees.append((await self.world.workspaces.tree(self.home.session_id, self.trees[-1])).tree)
        return self.trees[-1]

    async def list(self, path: str = "", after: str | None = None, limit: int = 100) -> TreePage:
        asked = ListAsked(home=self.home, tree=self.trees[-1], path=path, after=after, limit=limit)
        return await self.world.trees.list_tree(asked)

    async def find(self, text: str, limit: int = 100) -> FoundPaths:
        return await self.world.trees.find_paths(FindAsked(home=self.home, tree=self.trees[-1], text=text, limit=limit))

    async def read(self, path: str, offset: int = 0, limit: int = 1000) -> FileContent:
        asked = FileAsked(home=self.home, tree=self.trees[-1], path=path, offset=offset, limit=limit)
        return await self.world.trees.read_file(asked)

    async def diff(self, path_after: str | None = None, limit: int = 100) -> DiffPage:
        asked = DiffAsked(
            home=self.home, before=self.trees[0], after=self.trees[-1], path_after=path_after, limit=limit
        )
        return await self.world.trees.diff(asked)

    async def measure(self, most: int = 2) -> DiffMeasure:
        asked = MeasureAsked(home=self.home, before=self.trees[0], after=self.trees[-1], most=most)
        return await self.world.trees.measure(asked)

    async def blame(self, path: str) -> Blame:
        return await self.world.trees.blame(BlameAsked(home=self.home, trees=tuple(self.trees), path=path))


@pytest.fixture(params=KINDS)
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    async with world_of(request.param) as world:
        home = Home(session_id=uuid4(), project_id=uuid4())
        workspace = await world.workspaces.prepare(home.session_id, home.project_id, world.source, "main")
        yield Bench(world, workspace, home)


async def test_a_folder_is_listed_in_order_and_page_by_page(bench: Bench) -> None:
    whole = await bench.list()
    assert [(e.path, e.kind, e.size) for e in whole.entries] == [
        ("README", FileKind.FILE, 8),
        ("src", FileKind.FOLDER, None),
    ]
    first = await bench.list("src/", limit=1)
    rest = await bench.list("src", after=first.entries[-1].name)
    assert ([e.path for e in first.entries], first.total, first.more) == (["src/a.py"], 2, True)
    assert ([e.name for e in rest.entries], rest.more) == (["b.py"], False)


async def test_files_are_found_by_letters_of_their_paths(bench: Bench) -> None:
    assert (await bench.find("")).paths == ("README", "src/a.py", "src/b.py")
    assert (await bench.find("s B")).paths == ("src/b.py",)
    assert (await bench.find("py", limit=1)).paths == ("src/a.py",)
    bench.write("src/deep/er/b.py", b"")
    await bench.snap()
    found = await bench.find("B.PY")
    assert (found.paths, found.files, found.cut) == (("src/b.py", "src/deep/er/b.py"), 4, False)
    assert (await bench.find("nothing")).paths == ()
    bench.trees.append("12" * 20)
    with pytest.raises(NotFoundError):
        await bench.find("a")


async def test_a_file_is_read_part_by_part_at_its_point_in_time(bench: Bench) -> None:
    bench.write("README", b"0123456789")
    assert (await bench.read("README")).data == b"read me\n"
    await bench.snap()
    part = await bench.read("README", offset=8, limit=100)
    assert (part.data, part.offset, part.size, part.binary) == (b"89", 8, 10, False)
    assert (await bench.read("README", offset=99)).data == b""


async def test_what_is_not_there_is_said(bench: Bench) -> None:
    with pytest.raises(NotFoundError, match="no 'nothing'"):
        await bench.read("nothing")
    with pytest.raises(NotFoundError):
        await bench.list("README/x")
    with pytest.raises(NotFoundError):
        await bench.blame("nothing")
    with pytest.raises(InvalidInputError, match="is a folder"):
        await bench.read("src")
    with pytest.raises(InvalidInputError, match="no folder"):
        await bench.list("README")
    with pytest.raises(InvalidInputError, match="starts no escape"):
        await bench.read("a\\b")
    bench.trees.append("12" * 20)
    with pytest.raises(NotFoundError):
        await bench.list()
    bench.trees.append("HEAD")
    with pytest.raises(InvalidInputError, match="no name of a tree"):
        await bench.list()


async def test_a_diff_names_every_file_with_its_lines(bench: Bench) -> None:
    bench.write("README", b"read me\nplease\n")
    bench.write("new", b"1\n2\n")
    bench.delete("src/b.py")
    await bench.snap()

    readme, new, gone = (await bench.diff()).files

    assert (readme.path, readme.status, readme.old_size, readme.new_size) == ("README", FileStatus.MODIFIED, 8, 15)
    [hunk] = readme.hunks
    assert (hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines) == (1, 1, 1, 2)
    assert hunk.lines == (" read me", "+please")
    assert (new.status, new.old_kind, new.new_kind) == (FileStatus.ADDED, None, FileKind.FILE)
    assert (new.lines_added, new.lines_removed, new.hunks[0].lines) == (2, 0, ("+1", "+2"))
    assert (new.hunks[0].old_start, new.hunks[0].old_lines) == (0, 0)
    assert (gone.path, gone.status, gone.lines_removed) == ("src/b.py", FileStatus.DELETED, 1)


async def test_a_diff_comes_page_by_page(bench: Bench) -> None:
    for name in "abcde":
        bench.write(f"new/{name}", name.encode() * 3)
    await bench.snap()

    first = await bench.diff(limit=2)
    second = await bench.diff(first.files[-1].path, limit=3)

    assert ([f.path for f in first.files], first.total, first.more) == (["new/a", "new/b"], 5, True)
    assert ([f.path for f in second.files], second.total, second.more) == (["new/c", "new/d", "new/e"], 5, False)


async def test_a_file_that_was_moved_is_renamed(bench: Bench) -> None:
    bench.write("docs/a.py", b"a = 1\n")
    bench.delete("src/a.py")
    await bench.snap()

    [moved] = (await bench.diff()).files

    assert (moved.status, moved.old_path, moved.path) == (FileStatus.RENAMED, "src/a.py", "docs/a.py")
    assert moved.hunks == ()


async def test_a_diff_is_measured_without_its_text(bench: Bench) -> None:
    bench.write("README", b"please read me\n")
    bench.write("new", b"1\n2\n3")
    bench.write("docs/a.py", b"a = 1\n")
    bench.delete("src/a.py")
    await bench.snap()

    found = await bench.measure()

    assert (found.files, found.lines_added, found.lines_removed, found.uncounted) == (3, 4, 1, 0)
    assert found.largest == (
        FileMeasure(path="new", status=FileStatus.ADDED, lines_added=3, lines_removed=0),
        FileMeasure(path="README", status=FileStatus.MODIFIED, lines_added=1, lines_removed=1),
    )
    [moved] = (await bench.measure(100)).largest[2:]
    assert (moved.path, moved.status, moved.lines_added) == ("docs/a.py", FileStatus.RENAMED, 0)


async def test_nothing_differs_from_itself(bench: Bench) -> None:
    assert await bench.diff() == DiffPage(files=(), total=0, more=False)
    assert await bench.measure() == DiffMeasure(files=0, lines_added=0, lines_removed=0, uncounted=0, largest=())


async def test_blame_says_which_tree_each_line_came_with(bench: Bench) -> None:
    bench.write("README", b"first\nread me\nlast\n")
    await bench.snap()
    bench.write("other", b"1\n")
    await bench.snap()
    bench.write("README", b"first\nmiddle\nread me\n")
    await bench.snap()

    blame = await bench.blame("README")

    assert [(r.start, r.lines, r.origin) for r in blame.ranges] == [
        (1, ("first",), 1),
        (2, ("middle",), 3),
        (3, ("read me",), 0),
    ]
    assert not blame.truncated


async def test_an_ended_session_can_be_read(bench: Bench) -> None:
    bench.write("README", b"kept\n")
    await bench.snap()
    await bench.world.workspaces.discard(bench.home.session_id)

    assert (await bench.read("README")).data == b"kept\n"


async def test_two_sessions_of_a_project_are_compared(bench: Bench) -> None:
    other = Home(session_id=uuid4(), project_id=bench.home.project_id)
    second = await bench.world.workspaces.prepare(other.session_id, other.project_id, bench.world.source, "main")
    bench.write("mine", b"1\n")
    mine = await bench.snap()
    bench.world.write(second, "theirs", b"2\n")
    bench.world.write(second, "README", b"read me\nplease\n")
    theirs = (await bench.world.workspaces.tree(other.session_id, second.tree)).tree

    found = await bench.world.trees.diff(
        DiffAsked(home=bench.home, before=mine, after=theirs, path_after=None, limit=100, other=other)
    )

    readme, gone, new = found.files
    assert (readme.path, readme.status, readme.lines_added) == ("README", FileStatus.MODIFIED, 1)
    assert (gone.path, gone.status) == ("mine", FileStatus.DELETED)
    assert (new.path, new.status, new.hunks[0].lines) == ("theirs", FileStatus.ADDED, ("+2",))
