"""Task files on the branch that somebody works on: written as if he had committed them, and never over his changes."""

import asyncio
import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Generator
from pathlib import Path
from typing import cast

import pytest
from tests.support.repositories import JAIL_UID, Repository
from tests.support.task_commits import PATH, committing, reading

from quarterdeck.adapters.git.index_lock import index_lock
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.adapters.git.objects import object_name
from quarterdeck.adapters.git.program import Git
from quarterdeck.adapters.git.task_commits import put_commit
from quarterdeck.adapters.git.task_files import GitTaskFiles
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.domain.errors import BusyError, ConflictError, UnavailableError

OLD, NEW = b"- [ ] One\n", b"- [x] One\n"
OWNER = 64_177


@pytest.fixture
def repository(folder: Path) -> Repository:
    made = Repository(folder / "repository")
    made.commit({PATH: OLD, "README": "read me\n", "other": "one\n"})
    return made


@pytest.fixture
def state(folder: Path) -> Generator[Path]:
    workspaces = GitWorkspaces(folder / "state", None, overlay=False)
    yield folder / "state"
    workspaces.close()


@pytest.fixture
def store(state: Path) -> Generator[GitTaskFiles]:
    made = GitTaskFiles(state)
    yield made
    made.close()


async def put(store: GitTaskFiles, repository: Repository, files: dict[str, bytes] | None = None) -> str | None:
    tip = (await store.read(reading(repository.path))).commit
    return (await store.commit(committing(repository.path, tip, files))).commit


def file(repository: Repository, path: str = PATH) -> bytes:
    return (repository.folder / path).read_bytes()


def check_whole(repository: Repository) -> None:
    """Nothing of ours is left, and git finds nothing wrong."""
    left = list(repository.folder.rglob("*quarterdeck*"))
    assert left == []
    assert not (repository.folder / ".git" / "index.lock").exists()
    fsck = repository.git("fsck", "--strict", "--no-dangling")
    assert fsck == ""


async def test_work_tree_index_and_branch_are_moved_together_as_by_a_commit(
    store: GitTaskFiles, repository: Repository
) -> None:
    (repository.folder / PATH).chmod(0o640)
    before = repository.git("rev-parse", "HEAD")

    commit = await put(store, repository, {PATH: NEW, "more/NEW.md": b"new\n"})

    assert repository.git("rev-parse", "HEAD", "main").split() == [commit, commit]
    assert repository.git("diff-files", "--name-only") == ""
    assert repository.git("status", "--porcelain") == ""
    assert (file(repository), file(repository, "more/NEW.md")) == (NEW, b"new\n")
    assert (repository.folder / PATH).stat().st_mode & 0o777 == 0o640
    for name in ("HEAD", "main"):
        assert repository.git("reflog", "show", "-1", "--format=%H %gs", name) == f"{commit} quarterdeck: task files"
    assert repository.git("rev-parse", "HEAD^") == before
    check_whole(repository)


async def test_what_else_is_changed_staged_or_new_stays_as_it_is(store: GitTaskFiles, repository: Repository) -> None:
    repository.write("README", "changed\n")
    repository.write("other", "staged\n")
    repository.write("staged too", "x")
    repository.git("add", "other", "staged too")
    repository.write("other", "changed again\n")
    repository.write("new", "x")
    repository.git("rm", "-q", "--cached", "README")
    before = repository.git("status", "--porcelain")
    staged = repository.git("diff", "--cached")

    assert await put(store, repository)

    assert repository.git("status", "--porcelain") == before
    assert repository.git("diff", "--cached") == staged
    assert file(repository) == NEW
    check_whole(repository)


async def test_a_change_that_git_could_miss_by_its_time_is_not_hidden(
    store: GitTaskFiles, repository: Repository
) -> None:
    # the index is as old as the file: git must read such a file, and only the index's time tells it so
    index, other = repository.folder / ".git" / "index", repository.folder / "other"
    same = 1_700_000_000
    os.utime(other, (same, same))
    repository.git("config", "core.trustctime", "false")  # it would tell, where a second ends between these lines
    repository.git("add", "other")
    repository.git("update-index", "--refresh")
    other.write_bytes(b"two\n")
    os.utime(other, (same, same))
    os.utime(index, (same, same))

    assert await put(store, repository)

    assert repository.git("status", "--porcelain") == "M other"


def edit(repository: Repository) -> None:
    repository.write(PATH, "- [ ] One\n- [ ] Mine\n")


def stage(repository: Repository) -> None:
    edit(repository)
    repository.git("add", PATH)
    repository.write(PATH, OLD)


def delete(repository: Repository) -> None:
    (repository.folder / PATH).unlink()


def lock(repository: Repository) -> None:
    (repository.folder / ".git" / "index.lock").touch()


def merge(repository: Repository) -> None:
    repository.git("checkout", "-q", "-b", "side", "main")
    repository.commit({"side": "x"})
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "--no-commit", "side")


def bisect(repository: Repository) -> None:
    (repository.folder / ".git" / "BISECT_LOG").touch()


def rebase(repository: Repository) -> None:
    """It stops before its only commit; HEAD is on no branch then."""
    repository.commit({"one more": "x"})
    subprocess.run(
        ["git", "-c", "sequence.editor=sed -i 's/^pick/break\\npick/'", "rebase", "-q", "-i", "HEAD^"],
        cwd=repository.folder,
        check=True,
        env={**os.environ, "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@x"},
    )
    assert repository.git("rev-parse", "--abbrev-ref", "HEAD") == "HEAD"


def line_ends(repository: Repository) -> None:
    repository.write(PATH, OLD.replace(b"\n", b"\r\n"))


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (edit, "has changes in the work tree that are not committed"),
        (stage, "has changes that are staged"),
        (delete, "is deleted in the work tree"),
        (lock, "index.lock"),
        (merge, "A merge is under way"),
        (bisect, "A bisection is under way"),
        (rebase, "A rebase of the branch is under way"),
        (line_ends, "has other line ends"),
    ],
)
async def test_while_somebody_is_at_it_nothing_is_written(
    store: GitTaskFiles, repository: Repository, prepare: Callable[[Repository], None], said: str
) -> None:
    prepare(repository)
    before = _all_of(repository)
    with pytest.raises(BusyError, match=said) as told:
        await put(store, repository)
    assert told.value.next_step
    assert _all_of(repository) == before


async def test_a_file_that_is_not_in_the_branch_yet_is_not_written_over(
    store: GitTaskFiles, repository: Repository
) -> None:
    repository.write("new", "mine\n")
    with pytest.raises(BusyError, match="new is in the work tree, and not in the branch"):
        await put(store, repository, {"new": b"ours\n"})
    assert file(repository, "new") == b"mine\n"


async def test_an_edit_that_says_the_same_is_committed_as_it_is(store: GitTaskFiles, repository: Repository) -> None:
    repository.write(PATH, NEW)
    inode = (repository.folder / PATH).stat().st_ino
    assert await put(store, repository)
    assert (repository.folder / PATH).stat().st_ino == inode
    assert repository.git("status", "--porcelain") == ""


def linked(repository: Repository) -> None:
    repository.git("checkout", "-q", "-b", "elsewhere")
    repository.git("worktree", "add", "-q", "../linked", "main")


def link(repository: Repository) -> None:
    (repository.folder / PATH).unlink()
    (repository.folder / PATH).symlink_to("/etc/passwd")


def link_above(repository: Repository) -> None:
    shutil.move(repository.folder / "docs", repository.folder / "moved")
    (repository.folder / "docs").symlink_to("moved")


def fifo(repository: Repository) -> None:
    (repository.folder / PATH).unlink()
    os.mkfifo(repository.folder / PATH)


def filtered(repository: Repository) -> None:
    repository.write(".git/info/attributes", "docs/* filter=evil\n")
    for way in ("clean", "smudge"):
        repository.git("config", f"filter.evil.{way}", f"touch {repository.folder}/ran; cat")


def crlf(repository: Repository) -> None:
    repository.write(".git/info/attributes", "docs/* text eol=crlf\n")


def ident(repository: Repository) -> None:
    repository.commit({PATH: b"$Id$\n"})
    repository.write(".git/info/attributes", "docs/* ident\n")


def sparse(repository: Repository) -> None:
    repository.git("update-index", "--skip-worktree", PATH)


def elsewhere(repository: Repository) -> None:
    repository.git("config", "core.worktree", "/tmp")


def git_file(repository: Repository) -> None:
    repository.git("init", "-q", "--separate-git-dir", str(repository.folder.parent / "apart"))


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (linked, "in a linked work tree"),
        (link, "no plain file in the work tree"),
        (link_above, "behind a symbolic link"),
        (fifo, "no plain file in the work tree"),
        (filtered, "at a checkout"),
        (crlf, "at a checkout"),
        (ident, "at a checkout"),
        (sparse, "left out of the work tree"),
        (elsewhere, "in another folder"),
        (git_file, "whose git folder is elsewhere"),
    ],
)
async def test_what_could_not_be_written_as_it_is_is_refused(
    store: GitTaskFiles, repository: Repository, prepare: Callable[[Repository], None], said: str
) -> None:
    prepare(repository)
    before = _all_of(repository)
    with pytest.raises(ConflictError, match=said) as told:
        await put(store, repository)
    assert told.value.next_step
    assert _all_of(repository) == before


async def test_text_attributes_that_change_nothing_here_do_not_matter(
    store: GitTaskFiles, repository: Repository
) -> None:
    repository.commit({".gitattributes": "* text=auto\n"})
    assert await put(store, repository)
    assert repository.git("status", "--porcelain") == ""


async def test_nothing_that_the_repository_names_is_run(store: GitTaskFiles, repository: Repository) -> None:
    touch = f"touch {repository.folder}/ran"
    for name in ("post-index-change", "reference-transaction", "pre-commit", "post-commit", "post-checkout"):
        repository.write(f".git/hooks/{name}", f"#!/bin/sh\n{touch}\n")
        (repository.folder / ".git" / "hooks" / name).chmod(0o755)
    repository.git("config", "core.fsmonitor", touch)
    repository.git("config", "filter.evil.clean", touch)
    (repository.folder / "ran").unlink(missing_ok=True)
    assert await put(store, repository)
    assert not (repository.folder / "ran").exists()


@pytest.mark.skipif(JAIL_UID is None, reason="another owner needs root")
async def test_as_root_all_is_written_as_the_repositorys_owner(store: GitTaskFiles, repository: Repository) -> None:
    for path in (repository.folder, *repository.folder.rglob("*")):
        os.chown(path, OWNER, OWNER, follow_symlinks=False)
    assert await put(store, repository, {PATH: NEW, "new/NEW.md": b"new\n"})
    assert [path for path in repository.folder.rglob("*") if path.lstat().st_uid != OWNER] == []
    assert file(repository, "new/NEW.md") == b"new\n"

    # where he may not write himself, nothing is written for him
    for path in (repository.folder / "docs", repository.folder / PATH):
        os.chown(path, 0, 0)
    tip = repository.git("-c", "safe.directory=*", "rev-parse", "main")
    with pytest.raises(UnavailableError, match="could not be written: Permission denied"):
        await put(store, repository, {PATH: b"more\n"})
    assert repository.git("-c", "safe.directory=*", "rev-parse", "main") == tip
    assert file(repository) == NEW


async def test_two_of_us_are_not_at_it_at_once(store: GitTaskFiles, repository: Repository) -> None:
    with index_lock(os.fsencode(repository.folder / ".git")) as held:
        with pytest.raises(BusyError, match="Another Quarterdeck"):
            await put(store, repository)
        held.release()
    assert await put(store, repository)


def _alters(event: str, arguments: tuple[object, ...]) -> bool:
    match event:
        case "open":
            return bool(cast("int", arguments[2]) & (os.O_WRONLY | os.O_RDWR)) and arguments[0] != os.devnull
        case "subprocess.Popen":
            return bool({"update-index", "update-ref"} & set(cast("list[str]", arguments[1])))
        case _:
            return event in {"os.rename", "os.link", "os.remove", "os.mkdir", "os.truncate", "os.chmod"}


def killed_at(step: int, state: Path, repository: Repository, tip: str, files: dict[str, bytes]) -> int:
    """Commits in a process of its own, which ends as by SIGKILL before that operation. How it ended.

    What comes before the lock's file are objects only, and is not counted.
    """
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    count = 0

    def kill(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        if _alters(event, arguments) and (count or str(arguments[0]).endswith("quarterdeck-tasks.json'")):
            count += 1
            if count == step:
                os._exit(9)

    try:
        layout = Layout(root=state, jail_uid=None)
        git = Git(config=layout.config)
        sys.addaudithook(kill)
        put_commit(git, layout, committing(repository.path, tip, files), 30)
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)


async def test_whoever_is_killed_at_whatever_step_leaves_nothing_that_the_next_look_does_not_mend(
    store: GitTaskFiles, state: Path, repository: Repository
) -> None:
    files = {PATH: NEW, "new/NEW.md": b"new\n"}
    repository.write("other", "dirty\n")
    start = (await store.read(reading(repository.path))).commit
    ended, step, seen = 9, 0, set[str]()
    while ended == 9:
        step += 1
        ended = await asyncio.to_thread(killed_at, step, state, repository, start, files)
        seen.add(_half_done(repository, start))
        tip = await store.tip(reading(repository.path))
        done = tip != start
        assert repository.git("rev-parse", "HEAD") == tip
        assert repository.git("status", "--porcelain") == "M other", step
        assert file(repository) == (NEW if done else OLD)
        assert (repository.folder / "new" / "NEW.md").exists() == done
        check_whole(repository)
        if done and ended == 9:
            repository.git("reset", "-q", "--soft", start)
            repository.git("restore", "--staged", "--worktree", "--source", start, "docs")
            repository.git("rm", "-q", "-f", "new/NEW.md")
    assert ended == 0
    # each state between was met: nothing, the lock, one file, both, the index, the branch
    assert {"", "lock", "lock file", "lock file new", "lock file new index", "lock file new index branch"} <= seen


def _half_done(repository: Repository, start: str) -> str:
    git = repository.folder / ".git"
    staged = repository.git("ls-files", "--stage", PATH).split()[1]
    found = {
        "lock": (git / "index.lock").exists(),
        "file": file(repository) == NEW,
        "new": (repository.folder / "new" / "NEW.md").exists(),
        "index": staged == object_name(b"blob", NEW).hex(),
        "branch": repository.git("rev-parse", "main") != start,
    }
    return " ".join(name for name, there in found.items() if there)


async def _killed_with_the_file_written(
    store: GitTaskFiles, state: Path, repository: Repository, files: dict[str, bytes]
) -> str:
    start = (await store.read(reading(repository.path))).commit
    for step in range(1, 200):
        await asyncio.to_thread(killed_at, step, state, repository, start, files)
        if file(repository) == NEW and repository.git("rev-parse", "main") == start:
            return start
        await store.tip(reading(repository.path))
    raise AssertionError("never")


async def test_a_worker_that_starts_mends_what_was_left_before_anybody_asks(
    store: GitTaskFiles, state: Path, repository: Repository
) -> None:
    await _killed_with_the_file_written(store, state, repository, {PATH: NEW})
    assert (repository.folder / ".git" / "index.lock").exists()
    GitTaskFiles(state).close()
    assert file(repository) == OLD
    check_whole(repository)


async def test_what_the_user_does_between_a_kill_and_the_next_look_stays(
    store: GitTaskFiles, state: Path, repository: Repository
) -> None:
    await _killed_with_the_file_written(store, state, repository, {PATH: NEW})
    repository.write(PATH, NEW + b"- [ ] Mine\n")
    tip = await store.tip(reading(repository.path))
    assert file(repository) == NEW + b"- [ ] Mine\n"
    assert repository.git("status", "--porcelain").strip() == f"M {PATH}"

    repository.write(PATH, OLD)
    await _killed_with_the_file_written(store, state, repository, {PATH: NEW})
    # told by git that the lock may be left over, the user takes it away and commits what he finds
    (repository.folder / ".git" / "index.lock").unlink()
    own = repository.commit()
    assert (await store.tip(reading(repository.path)), file(repository)) == (own, NEW)
    assert own != tip
    check_whole(repository)


async def test_a_note_in_the_repository_leads_to_nothing_outside_of_it(
    store: GitTaskFiles, repository: Repository, folder: Path
) -> None:
    (folder / "outside").write_bytes(NEW)
    tip = repository.git("rev-parse", "HEAD")
    blobs = [repository.git("hash-object", "-w", each) for each in ("other", "README")]
    change = f'"path":"../outside","mode":"100644","old":"{blobs[0]}","old_mode":"100644","new":"{blobs[1]}","put":true'
    note = f'{{"branch":"main","onto":"{tip}","commit":"{"0" * 40}","changes":[{{{change}}}]}}'
    (repository.folder / ".git" / "quarterdeck-tasks.json").write_text(note)
    await store.tip(reading(repository.path))
    assert (folder / "outside").read_bytes() == NEW
    check_whole(repository)


def _all_of(repository: Repository) -> dict[str, object]:
    """All files, where links lead, references and the index; objects that nobody refers to do not count."""
    found: dict[str, object] = {}
    for path in sorted(repository.folder.rglob("*")):
        name = str(path.relative_to(repository.folder))
        if path.is_symlink():
            found[name] = path.readlink()
        elif path.is_file() and not name.startswith(".git/objects/"):
            found[name] = path.read_bytes()
    return found
