from uuid import UUID

import pytest

from quarterdeck.domain import workspace
from quarterdeck.domain.base import fold
from quarterdeck.domain.errors import ConflictError, NotFoundError
from quarterdeck.domain.workspace import NoWorkspace, Workspace, workspace_id

SESSION = UUID(int=1)
PREPARED = workspace.prepare(NoWorkspace(), session_id=SESSION, kind="overlay", base_commit="c", tree="t0")

NOTHING: workspace.WorkspaceState = NoWorkspace()


def prepared() -> workspace.WorkspaceState:
    return fold(workspace.evolve, NOTHING, PREPARED)


def test_its_id_follows_from_the_session() -> None:
    assert workspace_id(SESSION) == workspace_id(SESSION) != workspace_id(UUID(int=2))


def test_a_snapshot_is_logged_only_when_something_changed() -> None:
    assert workspace.take_snapshot(prepared(), command_id=None, tree="t0", files_changed=0) == ()
    assert len(workspace.take_snapshot(prepared(), command_id=None, tree="t1", files_changed=1)) == 1


def test_the_last_tree_is_kept_when_it_is_discarded() -> None:
    state = fold(workspace.evolve, prepared(), workspace.discard(prepared(), "t9"))

    assert isinstance(state, Workspace)
    assert (state.tree, state.discarded) == ("t9", True)
    assert workspace.discard(state, "t9") == ()


def test_it_is_prepared_once() -> None:
    with pytest.raises(ConflictError):
        workspace.prepare(prepared(), session_id=SESSION, kind="overlay", base_commit="c", tree="t0")


def test_an_unprepared_one_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        workspace.existing(NoWorkspace())
