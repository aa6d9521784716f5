"""Exports from real stores into real repositories, of what a hostile jail wrote."""

import asyncio
import io
import os
import subprocess
import tarfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
from tests.support.boxes import in_workspace
from tests.support.repositories import JAIL_UID, Repository

from quarterdeck.adapters.git.exporter import GitExporter
from quarterdeck.adapters.git.removal import remove_tree
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.application.errors import MissingSnapshotsError
from quarterdeck.application.export_requests import BranchAsked, ContentAsked, LeftOut
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.application.trees import Home
from quarterdeck.domain.errors import ConflictError, InvalidInputError
from quarterdeck.domain.exports import ExportFormat

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOSTILE = r"""
    printf 'new\n' > 'line
break'
    printf 'dash\n' > ./-rf
    printf '\377\n' > "$(printf '\377\376')"
    printf 'tab\t"quoted"\\\n' > 'q"uote\'
    ln -s /etc/passwd out; ln -s ../../../.. src/up; ln -s README inside
    mkdir -p nested/.git/hooks; printf '#!/bin/sh\ntouch /tmp/owned\n' > nested/.git/hooks/post-checkout
    printf 'kept\n' > nested/file
    printf '* export-ignore -diff\n*.py filter=evil diff=evil export-subst\n' > .gitattributes
    printf '$Format:%%H$\n' > subst
    chmod +x src/a.py
    mv src/deep/b.py moved.py
    head -c 3000000 /dev/urandom > large
    printf '\000\001\002' > binary
    rm tools/run
"""


def run(*words: str | Path, given: bytes = b"") -> str:
    return subprocess.run(words, input=given, stdout=subprocess.PIPE, check=True).stdout.decode().strip()


class Bench:
    """A session, the trees of its files so far, and an exporter of them."""

    def __init__(
        self, workspaces: GitWorkspaces, workspace: PreparedWorkspace, home: Home, state: Path, repository: Repository
    ) -> None:
        self.workspaces, self.workspace, self.home, self.repository = workspaces, workspace, home, repository
        self.exporter = GitExporter(state)
        self.store = state / "trees" / f"{home.session_id}.git"
        self.tree = workspace.tree

    async def run(self, script: str) -> None:
        in_workspace(self.workspace, script)
        self.tree = (await self.workspaces.tree(self.home.session_id, self.tree)).tree

    def asked(self, form: ExportFormat, tree: str | None = None, said: tuple[str, ...] = ()) -> ContentAsked:
        return ContentAsked(
            home=self.home,
            format=form,
            tree=tree or self.tree,
            base_commit=self.workspace.base_commit,
            folder="workspace-1",
            recorded_at=NOON,
            said=said,
        )

    async def content(
        self, form: ExportFormat, tree: str | None = None, said: tuple[str, ...] = ()
    ) -> tuple[bytes, LeftOut]:
        opened = await self.exporter.open(self.asked(form, tree, said))
        return b"".join([chunk async for chunk in opened.chunks]), opened.left_out

    async def branch(
        self, name: str = "qd/one", *known: str, repository: str | None = None, message: str = "Work\n"
    ) -> str:
        asked = BranchAsked(
            home=self.home,
            repository=repository or self.repository.path,
            branch=name,
            tree=self.tree,
            base_commit=self.workspace.base_commit,
            known=known,
            author="Ada <ada@example.invalid>",
            recorded_at=NOON,
            message=message,
        )
        return (await self.exporter.write_branch(asked)).commit


@pytest.fixture
async def bench(folder: Path, repository: Repository) -> AsyncIterator[Bench]:
    workspaces = GitWorkspaces(folder / "state", JAIL_UID)
    home = Home(session_id=uuid4(), project_id=uuid4())
    workspace = await workspaces.prepare(home.session_id, home.project_id, repository.path, "main")
    made = Bench(workspaces, workspace, home, folder / "state", repository)
    yield made
    workspaces.close()
    made.exporter.close()


def standing(repository: Repository) -> tuple[str, ...]:
    """What an export must not touch: HEAD, the index, the work tree, and branches but its own."""
    index = (repository.folder / ".git/index").read_bytes().hex()
    refs = repository.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/main", "refs/tags")
    work = repository.git("ls-files", "--others", "--modified", "--deleted")
    return (repository.folder / ".git/HEAD").read_text(), index, refs, work


# --- patch


async def test_a_patch_makes_exactly_the_sessions_files_of_the_base_commit(bench: Bench, folder: Path) -> None:
    await bench.run(HOSTILE)

    patch, left_out = await bench.content(ExportFormat.PATCH, said=("About this\x1b.", "diff --git is no header here"))

    clone = folder / "clone"
    run("git", "clone", "-q", bench.repository.path, clone)
    (folder / "x.patch").write_bytes(patch)
    run("git", "-C", clone, "apply", "--index", "--whitespace=nowarn", folder / "x.patch")
    assert run("git", "-C", clone, "write-tree") == bench.tree
    assert patch.startswith(b"# About this")
    assert b"rename from src/deep/b.py\nrename to moved.py" in patch
    assert b"GIT binary patch" in patch
    assert left_out == LeftOut()


async def test_an_unchanged_session_is_an_empty_patch(bench: Bench) -> None:
    patch, _ = await bench.content(ExportFormat.PATCH, said=("Nothing.",))

    assert patch == b"# Nothing.\n\n"


# --- tar


async def test_a_tar_holds_every_file_as_it_is_under_one_folder(bench: Bench, folder: Path) -> None:
    await bench.run(HOSTILE)

    content, left_out = await bench.content(ExportFormat.TAR)

    into = folder / "out"
    into.mkdir()
    run("tar", "-x", "-C", into, given=content)
    top = into / "workspace-1"
    assert list(into.iterdir()) == [top]
    with tarfile.open(fileobj=io.BytesIO(content), encoding="utf-8", errors="surrogateescape") as archive:
        entries = {entry.name: entry for entry in archive.getmembers()}
    assert {entry.type for entry in entries.values()} == {tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE}
    assert all(name == "workspace-1" or name.startswith("workspace-1/") for name in entries)
    assert {(entry.uid, entry.gid, entry.uname, entry.mtime) for entry in entries.values()} == {
        (0, 0, "", int(NOON.timestamp()))
    }
    assert os.readlink(top / "out") == "/etc/passwd"  # noqa: PTH115 - as it is
    assert os.readlink(top / "src/up") == "../../../.."  # noqa: PTH115
    texts = {"line\nbreak": b"new\n", "-rf": b"dash\n", os.fsdecode(b"\xff\xfe"): b"\xff\n", "nested/file": b"kept\n"}
    assert {name: (top / name).read_bytes() for name in texts} == texts
    # attributes in the tree change nothing
    assert (top / "subst").read_bytes() == b"$Format:%H$\n"
    assert os.access(top / "src/a.py", os.X_OK)
    assert not os.access(top / "README", os.X_OK)
    assert (top / "large").stat().st_size == 3_000_000
    assert not (top / "nested/.git").exists()
    assert left_out == LeftOut()


async def test_what_has_no_place_in_a_tar_is_named(bench: Bench) -> None:
    """A repository can hold trees that no git would write."""
    evil = Path(bench.repository.path)
    blob = bench.repository.git("hash-object", "-w", "README")
    hooks = _mktree(evil, f"100644 blob {blob}\tpre-commit")
    dotdot = _mktree(evil, f"100644 blob {blob}\tescaped")
    bench.repository.write("far", "x/" * 4000)
    far = bench.repository.git("hash-object", "-w", "far")
    tree = _mktree(
        evil,
        f"100644 blob {blob}\tfine",
        f"040000 tree {dotdot}\t..",
        f"040000 tree {hooks}\t.git",
        f"160000 commit {'1' * 40}\tmodule",
        f"120000 blob {far}\tfar",
    )
    commit = bench.repository.git("commit-tree", "-m", "evil", tree)
    bench.repository.git("update-ref", "refs/heads/evil", commit)
    await bench.workspaces.mirror(bench.home.project_id, bench.repository.path)

    content, left_out = await bench.content(ExportFormat.TAR, tree)

    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        assert archive.getnames() == ["workspace-1", "workspace-1/fine", "workspace-1/module"]
    assert [(each.path, each.reason) for each in left_out.paths] == [
        ("..", "a name that git keeps out of trees"),
        (".git", "a name that git keeps out of trees"),
        ("far", "a link to a longer path than there can be"),
        ("module", "a submodule, which is not fetched"),
    ]


async def test_large_files_pass_in_parts(bench: Bench) -> None:
    await bench.run("head -c 40000000 /dev/zero > zeros; head -c 9000000 /dev/urandom > noise")
    opened = await bench.exporter.open(bench.asked(ExportFormat.TAR))

    sizes = [len(chunk) async for chunk in opened.chunks]

    assert sum(sizes) > 49_000_000
    assert max(sizes) < 2 * 1024 * 1024


async def test_a_tar_that_is_not_read_to_its_end_leaves_no_process(bench: Bench) -> None:
    await bench.run("head -c 40000000 /dev/urandom > noise")
    opened = await bench.exporter.open(bench.asked(ExportFormat.TAR))
    async for _ in opened.chunks:
        break
    await opened.chunks.aclose()

    running = [each.info for each in psutil.process_iter(["name", "ppid"])]
    assert {"name": "git", "ppid": os.getpid()} not in running


async def test_missing_objects_are_told_before_anything_is_sent(bench: Bench) -> None:
    await bench.run("echo new > new")
    with pytest.raises(MissingSnapshotsError):
        await bench.content(ExportFormat.TAR, "12" * 20)
    remove_tree(bench.store)
    with pytest.raises(MissingSnapshotsError):
        await bench.content(ExportFormat.PATCH)


# --- branch


async def test_a_branch_has_the_sessions_files_on_top_of_the_base_commit_and_nothing_else_is_touched(
    bench: Bench, folder: Path
) -> None:
    hostile = bench.repository.folder / ".git/hooks/reference-transaction"
    hostile.parent.mkdir(exist_ok=True)
    hostile.write_text(f"#!/bin/sh\ntouch {folder}/hook-ran\n")
    hostile.chmod(0o755)
    bench.repository.git("config", "core.hooksPath", str(hostile.parent))
    bench.repository.git("config", "core.fsmonitor", str(hostile))
    bench.repository.git("config", "filter.evil.clean", str(hostile))
    bench.repository.git("config", "filter.evil.smudge", str(hostile))
    (folder / "hook-ran").unlink(missing_ok=True)
    bench.repository.write("uncommitted", "mine\n")
    before = standing(bench.repository)
    (folder / "hook-ran").unlink(missing_ok=True)
    await bench.run(HOSTILE)

    commit = await bench.branch(message="Title\n\nBody\n")

    assert not (folder / "hook-ran").exists()
    assert standing(bench.repository) == before
    git = bench.repository.git
    found = git("rev-parse", "qd/one", "qd/one^{tree}", "qd/one^").splitlines()
    assert found == [commit, bench.tree, bench.workspace.base_commit]
    assert git("log", "-1", "--format=%an %ae, %cn: %s", "qd/one") == "Ada ada@example.invalid, Quarterdeck: Title"
    git("fsck", "--strict", "--no-dangling")


async def test_a_branch_goes_forward_by_another_export_and_stays_by_the_same(bench: Bench) -> None:
    await bench.run("echo 1 > one")
    first = await bench.branch()
    assert await bench.branch("qd/one", first) == first
    await bench.run("echo 2 > two")

    second = await bench.branch("qd/one", first)

    assert bench.repository.git("rev-list", "qd/one").splitlines() == [second, first, bench.workspace.base_commit]
    assert bench.repository.git("show", "qd/one:two") == "2"


async def test_an_export_whose_event_was_lost_is_taken_up_again(bench: Bench) -> None:
    await bench.run("echo 1 > one")
    first = await bench.branch()
    assert await bench.branch() == first
    await bench.run("echo 2 > two")
    second = await bench.branch("qd/one", first)

    assert await bench.branch("qd/one", first) == second


async def test_the_same_export_asked_for_at_once_is_one_commit_for_all(bench: Bench) -> None:
    await bench.run("echo 1 > one")

    commits = await asyncio.gather(*(bench.branch() for _ in range(4)))

    assert set(commits) == {bench.repository.git("rev-parse", "qd/one")}


async def test_an_earlier_export_is_built_on_when_the_store_has_it_no_more(bench: Bench, folder: Path) -> None:
    await bench.run("echo 1 > one")
    first = await bench.branch()
    await bench.run("echo 2 > two")
    loose = bench.store / "objects" / first[:2] / first[2:]
    loose.unlink()

    second = await bench.branch("qd/one", first)

    assert bench.repository.git("rev-parse", "qd/one^") == first
    assert bench.repository.git("rev-parse", "qd/one") == second


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (("branch", "qd/one"), "There is a branch qd/one already"),
        (("symbolic-ref", "refs/heads/qd/one", "refs/heads/main"), "stands for another one"),
        (("checkout", "-q", "-b", "qd/one"), "is checked out"),
        (("branch", "qd"), "does not take branch qd/one"),
    ],
)
async def test_a_branch_of_somebody_elses_is_left_alone(bench: Bench, prepare: tuple[str, ...], said: str) -> None:
    await bench.run("echo 1 > one")
    bench.repository.git(*prepare)
    before = bench.repository.git("for-each-ref")

    with pytest.raises(ConflictError, match=said):
        await bench.branch()

    assert bench.repository.git("for-each-ref") == before


async def test_a_branch_that_has_moved_since_its_export_is_left_alone(bench: Bench) -> None:
    await bench.run("echo 1 > one")
    first = await bench.branch()
    bench.repository.git(
        "update-ref", "refs/heads/qd/one", bench.repository.git("commit-tree", "-m", "x", "main^{tree}")
    )

    with pytest.raises(ConflictError, match="where no export of this session has left it"):
        await bench.branch("qd/one", first)


async def test_files_that_a_repository_must_not_have_are_refused_by_git_itself(bench: Bench) -> None:
    blob = bench.repository.git("hash-object", "-w", "README")
    evil = _mktree(bench.repository.folder, f"100644 blob {blob}\tconfig")
    tree = _mktree(bench.repository.folder, f"040000 tree {evil}\t.git")
    bench.repository.git("update-ref", "refs/heads/evil", bench.repository.git("commit-tree", "-m", "evil", tree))
    await bench.workspaces.mirror(bench.home.project_id, bench.repository.path)
    bench.tree = tree

    with pytest.raises(ConflictError, match=r"does not take these files.*\.git"):
        await bench.branch()

    assert "qd/one" not in bench.repository.git("for-each-ref")


async def test_a_repository_that_is_elsewhere_says_what_to_do(bench: Bench) -> None:
    with pytest.raises(InvalidInputError, match="no leave to write") as told:
        await bench.branch(repository="https://example.org/app.git")
    assert "git apply" in told.value.next_step


@pytest.mark.skipif(JAIL_UID is None, reason="another owner needs root")
async def test_what_is_written_belongs_to_the_repositorys_owner(bench: Bench) -> None:
    owner = 64_177
    for path in (bench.repository.folder, *bench.repository.folder.rglob("*")):
        os.chown(path, owner, owner, follow_symlinks=False)
    await bench.run("echo 1 > one")

    await bench.branch()

    strangers = [path for path in (bench.repository.folder / ".git").rglob("*") if path.lstat().st_uid != owner]
    assert strangers == []


async def test_a_bare_repository_takes_a_branch(bench: Bench, folder: Path) -> None:
    run("git", "clone", "-q", "--bare", bench.repository.path, folder / "bare.git")
    await bench.run("echo 1 > one")

    commit = await bench.branch(repository=str(folder / "bare.git"))

    assert run("git", "-C", folder / "bare.git", "rev-parse", "qd/one") == commit


def _mktree(repository: Path, *lines: str) -> str:
    """A tree with any names, by its bytes."""
    entries: list[tuple[str, bytes]] = []
    for line in lines:
        head, name = line.split("\t")
        mode, _, digest = head.split(" ")
        entries.append((name, f"{int(mode, 8):o} {name}\0".encode() + bytes.fromhex(digest)))
    content = b"".join(entry for _, entry in sorted(entries))
    words = ("hash-object", "-t", "tree", "-w", "--stdin", "--literally")
    return run("git", "-C", repository, *words, given=content)
