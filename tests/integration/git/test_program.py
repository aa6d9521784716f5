"""The git program: as whom it runs, and what is said where it cannot."""

import os
from pathlib import Path

import pytest

from quarterdeck.adapters.git.program import Git
from quarterdeck.domain.errors import UnavailableError

NOBODY = 65534
WHO = ("-c", "alias.who=!id -u; id -G; umask", "who")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return Git(config=tmp_path / "config")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_it_runs_as_that_user_in_no_further_groups(git: Git) -> None:
    assert git.run(*WHO, timeout=20, user=NOBODY).split() == [b"65534", b"65534", b"0022"]


def test_it_runs_as_this_user_where_nobody_is_named(git: Git) -> None:
    assert git.run(*WHO, timeout=20).split()[0] == str(os.geteuid()).encode()


@pytest.mark.parametrize(("user", "missing"), [(None, "git"), (NOBODY, "setpriv")])
def test_what_is_missing_is_said(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int | None, missing: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UnavailableError, match=f"There is no {missing} on this worker") as told:
        git.run("--version", timeout=20, user=user)

    assert told.value.next_step.startswith("Install ")
