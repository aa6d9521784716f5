"""Task files in real repositories: what is in there runs nothing, leads nowhere, and is never overwritten."""

import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tests.support.repositories import Repository, reachable_folder
from tests.support.task_commits import PATH, committing, reading
from tests.support.waiting import eventually

from quarterdeck.adapters.git.task_files import GitTaskFiles
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.application.ports.task_files import MAX_FILE_BYTES
from quarterdeck.domain.errors import ConflictError, InvalidInputError, LimitExceededError, UnavailableError


@pytest.fixture
def folder() -> Generator[Path]:
    with reachable_folder() as folder:
        yield folder


@pytest.fixture
def repository(folder: Path) -> Repository:
    made = Repository(folder / "repository")
    made.commit({PATH: "- [ ] One\n", "README": "read me\n"})
    made.git("checkout", "--quiet", "-b", "elsewhere")
    return made


@pytest.fixture
def store(folder: Path) -> Generator[GitTaskFiles]:
    workspaces = GitWorkspaces(folder / "state", None, overlay=False)
    store = GitTaskFiles(folder / "state")
    yield store
    store.close()
    workspaces.close()


async def test_nothing_but_the_files_changes_and_nothing_of_the_repositorys_runs(
    store: GitTaskFiles, repository: Repository
) -> None:
    hook = repository.folder / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {repository.folder}/ran\n")
    hook.chmod(0o755)
    repository.git("config", "core.fsmonitor", f"touch {repository.folder}/ran")
    (repository.folder / "ran").unlink(missing_ok=True)
    tip = (await store.read(reading(repository.path))).commit

    made = await store.commit(committing(repository.path, tip))

    assert not (repository.folder / "ran").exists()
    assert repository.git("-c", "core.fsmonitor=false", "diff", "--name-status", tip, "main") == f"M\t{PATH}"
    assert repository.git("log", "-1", "--format=%H %an <%ae> %cn %s", "main") == f"{made.commit} Bot <bot@x> Bot Tasks"
    assert await store.tip(reading(repository.path)) == made.commit


async def test_a_link_a_folder_and_what_is_too_large_are_not_read(store: GitTaskFiles, repository: Repository) -> None:
    repository.git("checkout", "--quiet", "main")
    (repository.folder / "link").symlink_to("/etc/passwd")
    repository.commit({"large": b"x" * (MAX_FILE_BYTES + 1)})
    for path, error, said in (
        ("link", InvalidInputError, "a symbolic link"),
        ("docs", InvalidInputError, "a folder"),
        ("large", LimitExceededError, "2,097,153 bytes"),
    ):
        with pytest.raises(error, match=said):
            await store.read(reading(repository.path, path))


async def test_a_file_is_not_put_where_another_one_would_be_lost(store: GitTaskFiles, repository: Repository) -> None:
    tip = (await store.read(reading(repository.path))).commit
    wanted = committing(repository.path, tip, {"README/TASKS.md": b"x"})
    with pytest.raises(ConflictError, match="no folder"):
        await store.commit(wanted)
    assert repository.git("rev-parse", "main") == tip


@contextmanager
def served(folder: Path) -> Generator[str]:
    """A repository by the git protocol, which takes pushes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ("--reuseaddr", "--export-all", "--enable=receive-pack", f"--base-path={folder}")
    daemon = subprocess.Popen(
        ["git", "daemon", *arguments, "--listen=127.0.0.1", f"--port={port}"], start_new_session=True
    )
    try:
        yield f"git://127.0.0.1:{port}"
    finally:
        daemon.terminate()
        with suppress(subprocess.TimeoutExpired):
            daemon.wait(5)
        daemon.kill()


async def test_a_far_repository_is_pushed_to_and_never_by_force(
    store: GitTaskFiles, repository: Repository, folder: Path
) -> None:
    repository.git("clone", "--quiet", "--bare", repository.path, str(folder / "far.git"))
    with served(folder) as base:
        url = f"{base}/far.git"

        async def read() -> str:
            try:
                return (await store.read(reading(url))).commit
            except UnavailableError as error:
                raise AssertionError(error.message) from None

        tip = await eventually(read)
        made = await store.commit(committing(url, tip))
        assert repository.git("-C", str(folder / "far.git"), "rev-parse", "main") == made.commit

        # somebody was faster
        late = committing(url, tip, {PATH: b"late\n"})
        assert (await store.commit(late)).commit is None
        assert repository.git("-C", str(folder / "far.git"), "rev-parse", "main") == made.commit

        hook = folder / "far.git" / "hooks" / "update"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\necho '\x1b[31msecret words'\nexit 1\n")
        hook.chmod(0o755)
        with pytest.raises(ConflictError, match="may be protected") as refused:
            await store.commit(committing(url, made.commit or "", {PATH: b"more\n"}))
        assert "secret" not in refused.value.message
