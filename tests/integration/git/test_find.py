"""Looking at repositories, and what is said of those that will not do."""

import os
import socket
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from tests.support.repositories import JAIL_UID, Repository

from quarterdeck.adapters.git.mirrors import Patience
from quarterdeck.adapters.git.program import Git
from quarterdeck.adapters.git.workspaces import GitWorkspaces, Options
from quarterdeck.domain.errors import InvalidInputError, UnavailableError


async def refused(workspaces: GitWorkspaces, source: str) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as refusal:
        await workspaces.find(source)
    assert refusal.value.next_step
    return refusal.value


async def test_a_repository_is_found_with_its_branch_and_commit(
    workspaces: GitWorkspaces, repository: Repository
) -> None:
    found = await workspaces.find(repository.path)

    assert (found.name, found.default_branch) == ("app", "main")
    assert found.head_commit == repository.git("rev-parse", "HEAD")


@pytest.mark.parametrize("name", [b"with space", b"line\nbreak", b"caf\xe9", b"-dash", b"q\"uo'te;$(x)", b"ext::sh"])
async def test_a_folder_may_have_any_name(workspaces: GitWorkspaces, folder: Path, name: bytes) -> None:
    repository = Repository(os.fsencode(folder) + b"/" + name)
    commit = repository.commit({"a": "a"})

    found = await workspaces.find(repository.path)

    assert found.head_commit == commit
    found.source.encode()  # it can be stored as text
    assert (await workspaces.find(found.source)) == found


async def test_a_bare_repository_and_a_linked_worktree_will_do(
    workspaces: GitWorkspaces, repository: Repository, folder: Path
) -> None:
    repository.git("clone", "--quiet", "--bare", ".", str(folder / "bare.git"))
    repository.git("worktree", "add", "--quiet", "-b", "side", str(folder / "linked"))

    assert (await workspaces.find(str(folder / "bare.git"))).name == "bare"
    assert (await workspaces.find(str(folder / "linked"))).default_branch == "side"


async def test_a_folder_that_does_not_exist_is_said(workspaces: GitWorkspaces, folder: Path) -> None:
    assert "does not exist" in (await refused(workspaces, str(folder / "nothing"))).message


async def test_a_file_is_no_repository(workspaces: GitWorkspaces, folder: Path) -> None:
    (folder / "file").write_text("x")

    assert "is not a folder" in (await refused(workspaces, str(folder / "file"))).message


async def test_an_ordinary_folder_is_no_repository(workspaces: GitWorkspaces, folder: Path) -> None:
    (folder / "plain").mkdir()

    assert "no git repository" in (await refused(workspaces, str(folder / "plain"))).message


async def test_a_broken_git_folder_is_no_repository(workspaces: GitWorkspaces, folder: Path) -> None:
    (folder / "broken" / ".git").mkdir(parents=True)

    assert "no git repository" in (await refused(workspaces, str(folder / "broken"))).message


async def test_a_folder_within_a_repository_leads_to_its_root(
    workspaces: GitWorkspaces, repository: Repository
) -> None:
    refusal = await refused(workspaces, f"{repository.path}/src/deep")

    assert repository.path in refusal.next_step


async def test_an_empty_repository_is_said(workspaces: GitWorkspaces, folder: Path) -> None:
    assert "has no commits" in (await refused(workspaces, Repository(folder / "empty").path)).message


async def test_a_default_branch_that_points_to_nothing_is_said_with_one_that_exists(
    workspaces: GitWorkspaces, repository: Repository
) -> None:
    repository.git("symbolic-ref", "HEAD", "refs/heads/gone")

    refusal = await refused(workspaces, repository.path)

    assert "points to nothing" in refusal.message
    assert "refs/heads/main" in refusal.next_step


async def test_a_detached_head_stands_for_the_branch_at_its_commit_or_for_itself(
    workspaces: GitWorkspaces, repository: Repository
) -> None:
    repository.git("checkout", "--quiet", "--detach")
    assert (await workspaces.find(repository.path)).default_branch == "main"

    repository.commit({"new": "x"})

    assert (await workspaces.find(repository.path)).default_branch == "HEAD"


async def test_sha256_repositories_are_refused(workspaces: GitWorkspaces, folder: Path) -> None:
    (folder / "sha256").mkdir()
    repository = Repository(folder / "app")
    repository.git("init", "--quiet", "--object-format=sha256", str(folder / "sha256"))
    Repository(folder / "sha256").commit({"a": "a"})

    assert "SHA-256" in (await refused(workspaces, str(folder / "sha256"))).message


@pytest.mark.user
@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_repository_that_may_not_be_read_is_said(workspaces: GitWorkspaces, repository: Repository) -> None:
    repository.folder.chmod(0)
    try:
        assert "may not read" in (await refused(workspaces, repository.path)).message
    finally:
        repository.folder.chmod(0o755)


async def test_a_host_that_does_not_answer_to_its_name_is_unreachable(workspaces: GitWorkspaces) -> None:
    with pytest.raises(UnavailableError, match="can not be reached") as failure:
        await workspaces.find("https://ada:s3cret@nothing.invalid/app")

    assert "s3cret" not in failure.value.message + failure.value.next_step


@contextmanager
def silent_server() -> Generator[int]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def test_a_host_that_refuses_connections_is_unreachable(workspaces: GitWorkspaces) -> None:
    with silent_server() as port:
        pass

    with pytest.raises(UnavailableError, match="can not be reached"):
        await workspaces.find(f"git://127.0.0.1:{port}/app")


async def test_a_host_that_says_nothing_is_given_up(folder: Path) -> None:
    workspaces = GitWorkspaces(folder / "state", JAIL_UID, options=Options(patience=Patience(look=0.5)))
    with silent_server() as port, pytest.raises(UnavailableError, match="did not answer in time"):
        await workspaces.find(f"git://127.0.0.1:{port}/app")
    workspaces.close()


async def test_git_missing_is_said(
    workspaces: GitWorkspaces, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(UnavailableError, match="no git"):
        await workspaces.find(repository.path)


async def test_a_repositorys_own_configuration_runs_nothing(
    workspaces: GitWorkspaces, repository: Repository, folder: Path
) -> None:
    trap = f"touch {folder}/sprung; false"
    for name in ("core.fsmonitor", "core.sshCommand", "uploadpack.packObjectsHook", "credential.helper", "core.pager"):
        repository.git("config", name, f"!{trap}" if name == "credential.helper" else trap)
    for hook in ("post-checkout", "pre-receive", "post-upload-pack", "reference-transaction"):
        path = repository.folder / ".git/hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{trap}\n")
        path.chmod(0o755)

    await workspaces.find(repository.path)
    await workspaces.mirror(uuid4(), repository.path)

    assert not (folder / "sprung").exists()


async def test_objects_that_a_repository_lacks_are_not_fetched_by_its_own_means(
    workspaces: GitWorkspaces, repository: Repository, folder: Path
) -> None:
    trap = folder / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {folder}/sprung\n")
    trap.chmod(0o755)
    blob = repository.git("rev-parse", "HEAD:README")
    loose = repository.folder / ".git/objects" / blob[:2] / blob[2:]
    loose.chmod(stat.S_IRUSR | stat.S_IWUSR)
    loose.unlink()
    for name, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": repository.path,
        "remote.origin.uploadpack": str(trap),
    }.items():
        repository.git("config", name, value)

    with pytest.raises(UnavailableError, match="could not read"):
        await workspaces.mirror(uuid4(), repository.path)

    assert not (folder / "sprung").exists()


def test_git_gets_no_environment_but_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text('[alias]\n\tseen = "!env"\n')
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("DATABASE_PASSWORD", "s3cret")

    seen = Git(config=tmp_path / "config").run("seen", timeout=10)

    assert b"s3cret" not in seen
    assert b"/elsewhere" not in seen
    assert b"GIT_TERMINAL_PROMPT=0" in seen
