"""Mirrors, checkouts and sessions on real repositories."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest
from tests.support.boxes import in_workspace
from tests.support.repositories import JAIL_UID, Repository
from tests.support.waiting import eventually

from quarterdeck.adapters.git.mirrors import Patience
from quarterdeck.adapters.git.objects import object_name
from quarterdeck.adapters.git.workspaces import GitWorkspaces, Options
from quarterdeck.domain.errors import InvalidInputError, UnavailableError


def states(workspaces: GitWorkspaces, folder: Path, kind: str) -> list[str]:
    return sorted(path.name for path in (folder / "state" / kind).iterdir())


@pytest.mark.parametrize("overlay", [True, False])
async def test_an_agent_finds_a_clean_clone_on_its_branch_and_can_commit(
    folder: Path, repository: Repository, overlay: bool
) -> None:
    repository.git("tag", "-a", "-m", "first", "v1")
    workspaces = GitWorkspaces(folder / "state", JAIL_UID, overlay=overlay)

    workspace = await workspaces.prepare(uuid4(), uuid4(), repository.path, "main")

    assert workspace.kind == ("overlay" if overlay else "clone")
    assert in_workspace(workspace, "git status --porcelain --branch") == "## main...origin/main\n"
    assert in_workspace(workspace, "git describe --all; git tag; git remote get-url origin") == (
        f"tags/v1\nv1\n{repository.path}\n"
    )
    printed = in_workspace(
        workspace, "echo x >> README; git commit -qam mine; git log --format=%s:%ae; git fsck --strict; git status -s"
    )
    assert printed == "mine:session@quarterdeck.invalid\nchange:ada@example.invalid\n"
    assert repository.git("log", "--format=%s") == "change"
    workspaces.close()


@pytest.mark.parametrize(
    ("ref", "branch"),
    [
        ("main", "main"),
        ("refs/heads/main", "main"),
        ("origin/main", "main"),
        ("HEAD", "main"),
        ("feature/x", "feature/x"),
        ("v1", "quarterdeck/v1"),
        ("refs/tags/v1", "quarterdeck/v1"),
    ],
)
async def test_a_session_starts_from_a_branch_or_a_tag(
    workspaces: GitWorkspaces, repository: Repository, ref: str, branch: str
) -> None:
    repository.git("tag", "-a", "-m", "first", "v1")
    repository.git("branch", "feature/x")

    workspace = await workspaces.prepare(uuid4(), uuid4(), repository.path, ref)

    assert workspace.base_commit == repository.git("rev-parse", "HEAD")
    assert in_workspace(workspace, "git branch --show-current") == f"{branch}\n"


async def test_a_session_starts_from_a_commit_that_a_branch_has_left(
    workspaces: GitWorkspaces, repository: Repository
) -> None:
    project_id, old = uuid4(), repository.git("rev-parse", "HEAD")
    await workspaces.mirror(project_id, repository.path)
    repository.git("commit", "--quiet", "--amend", "--message", "another")

    for name in (old, old[:7], old[:4].upper() if old[:4].isdigit() else old[:8].upper()):
        workspace = await workspaces.prepare(uuid4(), project_id, repository.path, name)
        assert workspace.base_commit == old


@pytest.mark.parametrize("ref", ["mian", "v2", "main~1", "main@{1}", "", "abcdef123", "-x", "main:README", "\udce9"])
async def test_what_is_no_version_is_refused(workspaces: GitWorkspaces, repository: Repository, ref: str) -> None:
    repository.git("tag", "v1")

    with pytest.raises(InvalidInputError, match="no branch, tag or commit") as refusal:
        await workspaces.prepare(uuid4(), uuid4(), repository.path, ref)

    assert "main" in refusal.value.next_step or "v1" in refusal.value.next_step
    assert await workspaces.sessions() == []


async def test_a_tag_on_a_file_is_refused(workspaces: GitWorkspaces, repository: Repository) -> None:
    repository.git("tag", "readme", "HEAD:README")

    with pytest.raises(InvalidInputError, match="no commit"):
        await workspaces.prepare(uuid4(), uuid4(), repository.path, "readme")


def blob_name(content: str) -> str:
    return object_name(b"blob", content.encode()).hex()


async def test_a_short_name_of_several_objects_is_refused(workspaces: GitWorkspaces, repository: Repository) -> None:
    by_prefix: dict[str, str] = {}
    number = 0
    while (prefix := blob_name(f"{number}\n")[:4]) not in by_prefix:
        by_prefix[prefix] = f"{number}\n"
        number += 1
    repository.commit({"one": by_prefix[prefix], "two": f"{number}\n"})

    with pytest.raises(InvalidInputError, match="More than one object"):
        await workspaces.prepare(uuid4(), uuid4(), repository.path, prefix)


async def test_a_new_commit_or_branch_is_seen_at_once(workspaces: GitWorkspaces, repository: Repository) -> None:
    project_id = uuid4()
    await workspaces.mirror(project_id, repository.path)
    for name in ("one", "two"):
        commit = repository.commit({name: name})
        repository.git("pack-refs", "--all")
        repository.git("branch", f"at-{name}")

        assert (await workspaces.prepare(uuid4(), project_id, repository.path, "main")).base_commit == commit
        assert (await workspaces.prepare(uuid4(), project_id, repository.path, f"at-{name}")).base_commit == commit


async def test_a_branch_that_became_a_folder_of_branches_is_followed(
    workspaces: GitWorkspaces, repository: Repository
) -> None:
    project_id = uuid4()
    repository.git("branch", "topic")
    await workspaces.mirror(project_id, repository.path)
    repository.git("branch", "-D", "topic")
    repository.git("branch", "topic/one")

    await workspaces.prepare(uuid4(), project_id, repository.path, "topic/one")

    with pytest.raises(InvalidInputError):
        await workspaces.prepare(uuid4(), project_id, repository.path, "topic")


async def test_a_commit_on_a_detached_head_can_be_opened(workspaces: GitWorkspaces, repository: Repository) -> None:
    repository.git("checkout", "--quiet", "--detach")
    commit = repository.commit({"new": "x"})

    assert (await workspaces.prepare(uuid4(), uuid4(), repository.path, "HEAD")).base_commit == commit


async def test_nothing_is_run_for_a_repository_that_has_not_changed(
    workspaces: GitWorkspaces, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id = uuid4()
    await workspaces.prepare(uuid4(), project_id, repository.path, "main")
    monkeypatch.setenv("PATH", "/nonexistent")

    await workspaces.prepare(uuid4(), project_id, repository.path, "main")


async def test_a_source_that_has_gone_is_said_with_the_last_known_commit(
    workspaces: GitWorkspaces, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id, commit = uuid4(), repository.git("rev-parse", "HEAD")
    await workspaces.mirror(project_id, repository.path)
    repository.commit({"new": "x"})
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(UnavailableError) as failure:
        await workspaces.prepare(uuid4(), project_id, repository.path, "main")

    assert commit in failure.value.next_step


async def test_two_sessions_share_one_checkout_and_nothing_else(
    workspaces: GitWorkspaces, repository: Repository, folder: Path
) -> None:
    project_id = uuid4()
    ready = await asyncio.gather(*(workspaces.prepare(uuid4(), project_id, repository.path, "main") for _ in range(8)))

    assert len({workspace.lower for workspace in ready}) == 1
    in_workspace(ready[0], "rm -rf * .git")
    assert in_workspace(ready[1], "git status --porcelain; ls") == "README\nsrc\ntools\n"
    assert states(workspaces, folder, f"checkouts/{project_id}") == [
        ready[0].base_commit,
        f"{ready[0].base_commit}.json",
    ]


async def test_checkouts_that_no_session_uses_are_removed_beyond_a_few(folder: Path, repository: Repository) -> None:
    options = Options(kept_checkouts=1)
    workspaces = GitWorkspaces(folder / "state", JAIL_UID, overlay=True, options=options)
    project_id = uuid4()
    used = workspace = await workspaces.prepare(uuid4(), project_id, repository.path, "main")
    for number in range(3):
        repository.commit({"n": str(number)})
        workspace = await workspaces.prepare(uuid4(), project_id, repository.path, "main")
        await workspaces.discard(workspace.session_id)

    kept = {name for name in states(workspaces, folder, f"checkouts/{project_id}") if "." not in name}

    assert kept == {used.base_commit, workspace.base_commit}
    assert states(workspaces, folder, "trash") == []
    workspaces.close()


async def test_submodules_and_large_file_pointers_are_said(
    workspaces: GitWorkspaces, repository: Repository, folder: Path
) -> None:
    inner = Repository(folder / "inner")
    inner.commit({"x": "x"})
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path, "vendored")
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n"
    repository.commit({".gitattributes": "*.bin filter=lfs\n", "big.bin": pointer})

    workspace = await workspaces.prepare(uuid4(), uuid4(), repository.path, "main")

    submodules, pointers = workspace.notes
    assert "their folders are empty: vendored." in submodules
    assert "git submodule update --init" in submodules
    assert "their content is not fetched: big.bin." in pointers
    assert "git lfs pull" in pointers
    assert in_workspace(workspace, "git status --porcelain; ls vendored") == ""
    assert (await workspaces.tree(workspace.session_id, workspace.tree)).changed == ()


async def test_a_later_process_finds_what_an_earlier_one_prepared(
    workspaces: GitWorkspaces, repository: Repository, folder: Path
) -> None:
    workspace = await workspaces.prepare(uuid4(), uuid4(), repository.path, "main")
    in_workspace(workspace, "echo x > new")
    before = await workspaces.tree(workspace.session_id, workspace.tree)

    later = GitWorkspaces(folder / "state", JAIL_UID)

    assert await later.find_prepared(workspace.session_id) == workspace
    assert await later.tree(workspace.session_id, workspace.tree) == before
    later.close()


async def test_a_preparation_that_was_cut_short_is_made_anew(
    workspaces: GitWorkspaces, repository: Repository, folder: Path
) -> None:
    session_id, project_id = uuid4(), uuid4()
    workspace = await workspaces.prepare(session_id, project_id, repository.path, "main")
    in_workspace(workspace, "echo half > half")
    (folder / f"state/workspaces/{session_id}.json").unlink()
    (folder / f"state/checkouts/{project_id}/{workspace.base_commit}.json").unlink()
    (folder / f"state/checkouts/{project_id}/.new-{workspace.base_commit}").mkdir()

    again = await workspaces.prepare(session_id, project_id, repository.path, "main")

    assert again == workspace
    assert in_workspace(again, "ls; git status --porcelain") == "README\nsrc\ntools\n"


async def test_discarding_removes_the_copy_and_keeps_its_trees_and_what_others_put_there(
    workspaces: GitWorkspaces, repository: Repository, folder: Path
) -> None:
    one = await workspaces.prepare(uuid4(), uuid4(), repository.path, "main")
    other = await workspaces.prepare(uuid4(), uuid4(), repository.path, "main")
    (folder / f"state/sessions/{other.session_id}/shim").mkdir()

    await workspaces.discard(one.session_id)
    await workspaces.discard(other.session_id)

    assert states(workspaces, folder, "sessions") == [str(other.session_id)]
    assert states(workspaces, folder, f"sessions/{other.session_id}") == ["shim"]
    assert f"{one.session_id}.git" in states(workspaces, folder, "trees")


async def test_a_fetch_that_was_killed_leaves_a_mirror_that_works(
    workspaces: GitWorkspaces, repository: Repository, folder: Path
) -> None:
    project_id = uuid4()
    await workspaces.mirror(project_id, repository.path)
    mirror = folder / f"state/mirrors/{project_id}.git"
    for left in ("packed-refs.lock", "HEAD.lock", "refs/heads/main.lock", "objects/pack/tmp_pack_x"):
        (mirror / left).write_text("")
    commit = repository.commit({"new": "x"})

    workspace = await workspaces.prepare(uuid4(), project_id, repository.path, "main")

    assert workspace.base_commit == commit
    assert not list(mirror.rglob("*.lock"))
    assert not list(mirror.rglob("tmp_*"))


def repack(mirror: Path) -> None:
    subprocess.run(["git", "-C", mirror, "-c", "safe.directory=*", "repack", "-adkq"], check=True)


async def test_a_mirror_with_many_packs_is_packed_and_keeps_what_nothing_refers_to(
    folder: Path, repository: Repository
) -> None:
    options = Options(patience=Patience(packs=1))
    workspaces = GitWorkspaces(folder / "state", JAIL_UID, overlay=True, options=options)
    project_id, old = uuid4(), repository.git("rev-parse", "HEAD")
    await workspaces.mirror(project_id, repository.path)
    repository.git("commit", "--quiet", "--amend", "--message", "another")
    mirror = folder / f"state/mirrors/{project_id}.git"
    await asyncio.to_thread(repack, mirror)
    await workspaces.mirror(project_id, repository.path)

    assert len(list(mirror.glob("objects/pack/*.pack"))) == 1
    assert (await workspaces.prepare(uuid4(), project_id, repository.path, old)).base_commit == old
    workspaces.close()


HOLDER = """
import sys, time
from pathlib import Path
from quarterdeck.adapters.git.locks import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


async def test_a_mirror_is_fetched_by_one_process_at_a_time_and_a_dead_one_holds_nobody_up(
    workspaces: GitWorkspaces, repository: Repository, folder: Path
) -> None:
    project_id = uuid4()
    lock = folder / f"state/locks/mirror-{project_id}.lock"
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(lock), stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout
    assert await holder.stdout.readline() == b"held\n"
    waiting = asyncio.create_task(workspaces.mirror(project_id, repository.path))
    done, _ = await asyncio.wait([waiting], timeout=0.2)
    assert not done

    holder.kill()

    await waiting
    await holder.wait()
    assert (folder / f"state/mirrors/{project_id}.git").is_dir()


async def test_a_fetch_that_takes_too_long_is_ended_with_all_that_it_started(
    folder: Path, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = folder / "programs"
    programs.mkdir()
    git = programs / "git"
    slow = f"sleep 77 & echo $! > {folder}/pid; wait"
    git.write_text(f'#!/bin/sh\ncase "$*" in *fetch*) {slow};; esac\nexec {shutil.which("git")} "$@"\n')
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    options = Options(patience=Patience(fetch=0.7))
    workspaces = GitWorkspaces(folder / "state", JAIL_UID, overlay=True, options=options)

    with pytest.raises(UnavailableError, match="did not answer in time"):
        await workspaces.mirror(uuid4(), repository.path)

    child = int((folder / "pid").read_text())
    await eventually(lambda: not Path(f"/proc/{child}").exists())
    workspaces.close()


async def test_a_changed_source_is_mirrored_anew(
    workspaces: GitWorkspaces, repository: Repository, folder: Path
) -> None:
    project_id = uuid4()
    await workspaces.mirror(project_id, repository.path)
    other = Repository(folder / "other")
    commit = other.commit({"other": "x"})

    assert (await workspaces.prepare(uuid4(), project_id, other.path, "main")).base_commit == commit


async def test_a_state_folder_may_have_any_name(folder: Path, repository: Repository) -> None:
    workspaces = GitWorkspaces(folder / 'st "a\nte# \\', JAIL_UID, overlay=False)

    workspace = await workspaces.prepare(uuid4(), uuid4(), repository.path, "main")

    assert in_workspace(workspace, "git log --format=%s; git status --porcelain") == "change\n"
    assert (await workspaces.tree(workspace.session_id, workspace.tree)).tree == workspace.tree
    workspaces.close()


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="there is another user for jails only under root")
async def test_a_state_folder_out_of_the_jails_reach_is_refused(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(UnavailableError, match="cannot pass through") as failure:
        GitWorkspaces(closed / "state", JAIL_UID)

    assert f"chmod o+x {closed}" in failure.value.next_step


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to somebody else")
async def test_somebody_elses_repository_is_read_as_its_owner(
    workspaces: GitWorkspaces, repository: Repository, folder: Path
) -> None:
    for path in (repository.folder, *repository.folder.rglob("*")):
        os.chown(path, 64101, 64101, follow_symlinks=False)
    secret = Repository(folder / "secret")
    secret.commit({"secret": "x"})
    secret.folder.chmod(0o700)
    (repository.folder / ".git/objects/info/alternates").write_text(f"{secret.path}/.git/objects\n")
    stolen = repository.folder / ".git/refs/heads/stolen"
    stolen.write_text(secret.git("rev-parse", "HEAD") + "\n")

    with pytest.raises(UnavailableError, match="could not read"):
        await workspaces.mirror(uuid4(), repository.path)
    stolen.unlink()
    assert await workspaces.prepare(uuid4(), uuid4(), repository.path, "main")


async def test_a_change_of_the_same_size_in_the_first_second_is_seen_by_git(
    workspaces: GitWorkspaces, repository: Repository
) -> None:
    started = time.monotonic()
    workspace = await workspaces.prepare(uuid4(), uuid4(), repository.path, "main")

    printed = in_workspace(workspace, "echo 'a = 2' > src/a.py; git status --porcelain")

    assert printed == " M src/a.py\n"
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("overlay", [True, False])
async def test_line_ends_that_a_checkout_converts_are_no_change(
    folder: Path, repository: Repository, overlay: bool
) -> None:
    repository.commit({".gitattributes": "*.bat text eol=crlf\n", "run.bat": "a\nb\n", "other.bat": "c\n"})
    workspaces = GitWorkspaces(folder / "state", JAIL_UID, overlay=overlay)
    workspace = await workspaces.prepare(uuid4(), uuid4(), repository.path, "main")

    if overlay:
        in_workspace(workspace, "touch run.bat")
    in_workspace(workspace, "printf 'd\\r\\n' > other.bat")

    tree = await workspaces.tree(workspace.session_id, workspace.tree)
    assert [change.path for change in tree.changed] == ["other.bat"]
    workspaces.close()
