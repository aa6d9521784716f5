"""A folder that jails can reach, and workspaces in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.repositories import JAIL_UID, Repository, reachable_folder

from quarterdeck.adapters.git.workspaces import GitWorkspaces


@pytest.fixture
def folder() -> Iterator[Path]:
    with reachable_folder() as made:
        yield made


@pytest.fixture
def repository(folder: Path) -> Repository:
    made = Repository(folder / "app")
    made.commit({"README": "read me\n", "src/a.py": "a = 1\n", "src/deep/b.py": "b = 1\n", "tools/run": "#!/bin/sh\n"})
    return made


@pytest.fixture
def workspaces(folder: Path) -> Iterator[GitWorkspaces]:
    made = GitWorkspaces(folder / "state", JAIL_UID, overlay=True)
    yield made
    made.close()
