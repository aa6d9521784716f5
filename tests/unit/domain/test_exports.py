"""Exports: names of branches, and what the record says."""

from uuid import UUID

import pytest

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.exports import (
    ExportFormat,
    Exports,
    WorkspaceExported,
    check_branch,
    default_branch,
    evolve,
    export,
)


def exported(branch: str | None = "qd/x", commit: str | None = "1" * 40) -> WorkspaceExported:
    form = ExportFormat.BRANCH if branch else ExportFormat.TAR
    return WorkspaceExported(
        format=form, tree="a" * 40, command_id=None, base_commit="b" * 40, branch=branch, commit=commit
    )


@pytest.mark.parametrize("name", ["a", "review/fix-1", "quarterdeck/session-0a1b2c3d", "é", "a.b", "x@y", "main"])
def test_a_branchs_name_is_what_git_takes(name: str) -> None:
    assert check_branch(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "-x", "/x", "x/", "x//y", "x..y", ".x", "x/.y", "x.lock", "x.lock/y", "x.", "@", "a@{1}", "HEAD"),
        *("refs/heads/x", "a b", "a\nb", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a\x7f", "x" * 201),
    ],
)
def test_what_git_would_refuse_or_take_for_something_else_is_no_branch(name: str) -> None:
    with pytest.raises(InvalidInputError, match="no name of a branch"):
        check_branch(name)


def test_a_session_has_a_branch_of_its_own() -> None:
    assert check_branch(default_branch(UUID(int=0xABC))) == "quarterdeck/session-00000abc"


def test_the_record_knows_what_was_put_onto_each_branch() -> None:
    state = Exports()
    for each in (exported(), exported(None, None), exported("other", "2" * 40), exported(commit="3" * 40)):
        state = evolve(state, each)

    assert state.commits_on("qd/x") == ("1" * 40, "3" * 40)
    assert state.commits_on("another") == ()
    assert export(state, exported(commit="3" * 40)) == ()
    assert export(state, exported(commit="1" * 40)) == (exported(commit="1" * 40),)
    assert export(state, exported(None, None)) == (exported(None, None),)
