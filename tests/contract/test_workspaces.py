"""What any `Workspaces` promises: the real one, with overlays and with clones, and its twin in memory."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from tests.support.worlds import FILES, KINDS, World, world_of

from quarterdeck.application.ports.workspaces import PreparedWorkspace, StepKind
from quarterdeck.domain.command import ChangedFile
from quarterdeck.domain.errors import InvalidInputError, NotFoundError
from quarterdeck.domain.point import NOW, Point


@pytest.fixture(params=KINDS)
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with world_of(request.param) as made:
        yield made


async def prepared(world: World, session_id: UUID | None = None, ref: str = "main") -> PreparedWorkspace:
    return await world.workspaces.prepare(session_id or uuid4(), uuid4(), world.source, ref)


async def test_a_repository_is_found_with_its_name_and_default_branch(world: World) -> None:
    found = await world.workspaces.find(world.source)

    assert (found.source, found.name, found.default_branch) == (world.source, "demo", "main")
    assert len(found.head_commit) == 40


async def test_a_source_that_does_not_exist_is_refused(world: World) -> None:
    with pytest.raises(InvalidInputError, match="does not exist"):
        await world.workspaces.find(f"{world.source}/../nothing-here")


async def test_a_repository_is_found_with_the_branch_that_is_asked_for(world: World) -> None:
    assert await world.workspaces.find(world.source, "main") == await world.workspaces.find(world.source)


async def test_a_branch_that_a_repository_lacks_is_refused_naming_one_that_exists(world: World) -> None:
    with pytest.raises(InvalidInputError, match="no branch 'mian'") as refusal:
        await world.workspaces.find(world.source, "mian")

    assert "main" in refusal.value.next_step


async def test_a_workspace_starts_from_the_commit_that_its_branch_is_at(world: World) -> None:
    found = await world.workspaces.find(world.source)

    workspace = await prepared(world)

    assert workspace.base_commit == found.head_commit


async def test_a_workspace_can_start_from_a_commit(world: World) -> None:
    old = await world.workspaces.find(world.source)
    project_id = uuid4()
    await world.workspaces.mirror(project_id, world.source)

    workspace = await world.workspaces.prepare(uuid4(), project_id, world.source, old.head_commit)

    assert workspace.base_commit == old.head_commit


async def test_an_unknown_version_is_refused_naming_one_that_exists(world: World) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        await prepared(world, ref="mian")

    assert "main" in refusal.value.next_step


async def test_a_branch_is_followed_to_its_newest_commit(world: World) -> None:
    project_id = uuid4()
    first = await world.workspaces.prepare(uuid4(), project_id, world.source, "main")
    world.commit({**FILES, "src/c.py": b"c = 1\n"})

    second = await world.workspaces.prepare(uuid4(), project_id, world.source, "main")

    assert second.base_commit != first.base_commit
    assert second.base_commit == (await world.workspaces.find(world.source)).head_commit


async def test_an_untouched_workspace_has_the_tree_that_it_started_with(world: World) -> None:
    workspace = await prepared(world)

    tree = await world.workspaces.tree(workspace.session_id, workspace.tree)

    assert (tree.tree, tree.changed, tree.skipped) == (workspace.tree, (), ())


async def test_a_tree_says_what_was_added_modified_and_deleted_since_another(world: World) -> None:
    workspace = await prepared(world)
    world.write(workspace, "src/a.py", b"a = 2\n")
    world.write(workspace, "new/file", b"new\n")
    world.delete(workspace, "src/b.py")

    tree = await world.workspaces.tree(workspace.session_id, workspace.tree)

    assert tree.changed == (
        ChangedFile(path="new/file", status="added"),
        ChangedFile(path="src/a.py", status="modified"),
        ChangedFile(path="src/b.py", status="deleted"),
    )


async def test_a_tree_can_be_compared_with_any_earlier_one(world: World) -> None:
    workspace = await prepared(world)
    world.write(workspace, "one", b"1\n")
    first = await world.workspaces.tree(workspace.session_id, workspace.tree)
    world.write(workspace, "two", b"2\n")

    second = await world.workspaces.tree(workspace.session_id, first.tree)

    assert second.changed == (ChangedFile(path="two", status="added"),)


async def test_undoing_a_change_gives_the_old_tree_again(world: World) -> None:
    workspace = await prepared(world)
    world.write(workspace, "src/a.py", b"a = 2\n")
    await world.workspaces.tree(workspace.session_id, workspace.tree)
    world.write(workspace, "src/a.py", FILES["src/a.py"])

    tree = await world.workspaces.tree(workspace.session_id, workspace.tree)

    assert tree.tree == workspace.tree


async def test_a_tree_that_is_not_there_is_refused(world: World) -> None:
    workspace = await prepared(world)
    world.write(workspace, "one", b"1\n")

    with pytest.raises(NotFoundError, match="no tree"):
        await world.workspaces.tree(workspace.session_id, "12" * 20)
    with pytest.raises(InvalidInputError, match="no name of a tree"):
        await world.workspaces.tree(workspace.session_id, "HEAD")


async def test_sessions_do_not_see_one_another(world: World) -> None:
    one, other = await prepared(world), await prepared(world)
    world.write(one, "mine", b"1\n")

    assert (await world.workspaces.tree(other.session_id, other.tree)).changed == ()


async def test_preparing_twice_gives_the_same_workspace(world: World) -> None:
    session_id = uuid4()
    first = await prepared(world, session_id)
    world.write(first, "kept", b"1\n")

    second = await prepared(world, session_id)

    assert second == first
    assert (await world.workspaces.tree(session_id, first.tree)).changed == (ChangedFile(path="kept", status="added"),)


async def test_a_prepared_workspace_is_found_until_it_is_discarded(world: World) -> None:
    workspace = await prepared(world)
    assert await world.workspaces.find_prepared(workspace.session_id) == workspace
    assert list(await world.workspaces.sessions()) == [workspace.session_id]

    await world.workspaces.discard(workspace.session_id)

    assert await world.workspaces.find_prepared(workspace.session_id) is None
    assert list(await world.workspaces.sessions()) == []
    with pytest.raises(NotFoundError, match="no workspace"):
        await world.workspaces.tree(workspace.session_id, workspace.tree)


async def test_discarding_what_is_not_there_does_nothing(world: World) -> None:
    await world.workspaces.discard(uuid4())

    assert list(await world.workspaces.sessions()) == []


async def test_steps_lead_from_one_tree_to_another(world: World) -> None:
    project_id = uuid4()
    await world.workspaces.mirror(project_id, world.source)
    workspace = await world.workspaces.prepare(uuid4(), project_id, world.source, "main")
    world.write(workspace, "new/file", b"1")
    world.write(workspace, "README", b"changed")
    later = (await world.workspaces.tree(workspace.session_id, workspace.tree)).tree

    there = await all_steps(world, workspace, project_id, workspace.tree, later)
    back = await all_steps(world, workspace, project_id, later, workspace.tree)

    assert there == {b"new/file": (StepKind.FILE, b"1"), b"README": (StepKind.FILE, b"changed")}
    assert back == {b"new/file": (StepKind.REMOVED, b""), b"README": (StepKind.FILE, FILES["README"])}
    assert await all_steps(world, workspace, project_id, later, later) == {}


async def test_steps_are_known_when_the_copy_is_gone(world: World) -> None:
    project_id = uuid4()
    await world.workspaces.mirror(project_id, world.source)
    workspace = await world.workspaces.prepare(uuid4(), project_id, world.source, "main")
    world.write(workspace, "new", b"1")
    later = (await world.workspaces.tree(workspace.session_id, workspace.tree)).tree
    await world.workspaces.discard(workspace.session_id)

    assert set(await all_steps(world, workspace, project_id, workspace.tree, later)) == {b"new"}
    with pytest.raises(NotFoundError, match="not on this host any more"):
        await all_steps(world, workspace, project_id, later, "f" * 40)


async def test_a_shell_is_kept_for_each_point(world: World) -> None:
    session_id = (await prepared(world)).session_id
    first, second, third, fourth, fifth = uuid4(), uuid4(), uuid4(), uuid4(), uuid4()
    shell = world.workspaces.shell
    assert await shell(session_id, NOW) == b""

    for command_id, state in ((first, b"one"), (second, None), (third, b"three")):
        await world.workspaces.keep_shell(session_id, command_id, state)
    await world.workspaces.keep_shell(session_id, fourth, b"too long", known=False)
    await world.workspaces.keep_shell(session_id, fifth, b"")

    assert await shell(session_id, Point(command_id=first, before=True)) == b""
    assert await shell(session_id, Point(command_id=first)) == b"one"
    assert await shell(session_id, Point(command_id=second)) == b"one"
    assert await shell(session_id, Point(command_id=third, before=True)) == b"one"
    assert await shell(session_id, Point(command_id=third)) == b"three"
    assert await shell(session_id, Point(command_id=fourth)) is None
    assert await shell(session_id, Point(command_id=fifth)) == b""
    assert await shell(session_id, NOW) == b""
    assert await shell(session_id, Point(command_id=uuid4())) is None


async def test_a_workspace_can_start_from_a_commit_that_its_branch_has_left(world: World) -> None:
    project_id = uuid4()
    await world.workspaces.mirror(project_id, world.source)
    first = await world.workspaces.prepare(uuid4(), project_id, world.source, "main")
    world.commit({"README": b"another"})

    again = await world.workspaces.prepare(uuid4(), project_id, world.source, "main", commit=first.base_commit)

    assert (again.base_commit, again.tree) == (first.base_commit, first.tree)


async def all_steps(
    world: World, workspace: PreparedWorkspace, project_id: UUID, before: str, after: str
) -> dict[bytes, tuple[StepKind, bytes]]:
    pages = world.workspaces.steps(workspace.session_id, project_id, before, after)
    return {step.path: (step.kind, step.content) async for page in pages for step in page}
