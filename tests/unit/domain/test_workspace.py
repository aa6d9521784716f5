from uuid import UUID

import pytest

from quarterdeck.domain import workspace
from quarterdeck.domain.base import fold
from quarterdeck.domain.errors import ConflictError, NotFoundError
from quarterdeck.domain.workspace import (
    NoWorkspace,
    SkippedPath,
    SnapshotTaken,
    Workspace,
    WorkspaceDiscarded,
    workspace_id,
)

SESSION = UUID(int=1)
PREPARED = workspace.prepare(NoWorkspace(), session_id=SESSION, kind="overlay", base_commit="c", tree="t0")

NOTHING: workspace.WorkspaceState = NoWorkspace()


def prepared() -> workspace.WorkspaceState:
    return fold(workspace.evolve, NOTHING, PREPARED)


def test_its_id_follows_from_the_session() -> None:
    assert workspace_id(SESSION) == workspace_id(SESSION) != workspace_id(UUID(int=2))


def snapshot(tree: str, *skipped: str) -> SnapshotTaken:
    paths = tuple(SkippedPath(path=path, reason="too large") for path in skipped)
    return SnapshotTaken(command_id=None, tree=tree, files_changed=0, skipped=paths, skipped_total=len(paths))


def test_a_snapshot_is_logged_only_when_something_changed() -> None:
    assert workspace.take_snapshot(prepared(), snapshot("t0")) == ()
    assert workspace.take_snapshot(prepared(), snapshot("t1")) == (snapshot("t1"),)


def test_what_is_left_out_is_logged_though_the_tree_is_the_same() -> None:
    taken = workspace.take_snapshot(prepared(), snapshot("t0", "huge"))

    assert taken == (snapshot("t0", "huge"),)
    state = fold(workspace.evolve, prepared(), taken)
    assert workspace.take_snapshot(state, snapshot("t0", "huge")) == ()
    assert len(workspace.take_snapshot(state, snapshot("t0"))) == 1


def test_the_last_tree_is_kept_when_it_is_discarded() -> None:
    gone = workspace.discard(prepared(), snapshot("t9"))
    state = fold(workspace.evolve, prepared(), gone)

    assert gone == (snapshot("t9"), WorkspaceDiscarded(last_tree="t9"))
    assert isinstance(state, Workspace)
    assert (state.tree, state.discarded) == ("t9", True)
    assert workspace.discard(state, snapshot("t9")) == ()


def test_it_is_prepared_once() -> None:
    with pytest.raises(ConflictError):
        workspace.prepare(prepared(), session_id=SESSION, kind="overlay", base_commit="c", tree="t0")


def test_an_unprepared_one_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        workspace.existing(NoWorkspace())
