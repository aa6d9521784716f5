"""Trees of what a jail wrote, however it is meant."""

import os
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from tests.support.boxes import in_workspace
from tests.support.repositories import JAIL_UID, Repository

from quarterdeck.adapters.git.caps import Caps
from quarterdeck.adapters.git.workspaces import GitWorkspaces, Options
from quarterdeck.application.ports.workspaces import PreparedWorkspace, WorkspaceTree
from quarterdeck.domain.errors import NotFoundError


class Bench:
    """A session and its trees."""

    def __init__(self, workspaces: GitWorkspaces, workspace: PreparedWorkspace, folder: Path) -> None:
        self.workspaces, self.workspace, self.folder = workspaces, workspace, folder

    def run(self, script: str) -> str:
        return in_workspace(self.workspace, script)

    async def tree(self) -> WorkspaceTree:
        return await self.workspaces.tree(self.workspace.session_id, self.workspace.tree)

    async def changed(self) -> dict[str, str]:
        return {change.path: change.status for change in (await self.tree()).changed}

    def show(self, *arguments: str) -> str:
        """What git says of the session's store."""
        store = self.folder / f"state/trees/{self.workspace.session_id}.git"
        reader = Repository.__new__(Repository)
        reader.folder = store
        return reader.git("-c", "safe.directory=*", *arguments)


@pytest.fixture(params=["overlay", "clone"])
async def bench(request: pytest.FixtureRequest, folder: Path, repository: Repository) -> AsyncIterator[Bench]:
    options = Options(caps=Caps(file_bytes=1 << 20, new_bytes=8 << 20, listed=20))
    workspaces = GitWorkspaces(folder / "state", JAIL_UID, overlay=request.param == "overlay", options=options)
    workspace = await workspaces.prepare(uuid4(), uuid4(), repository.path, "main")
    yield Bench(workspaces, workspace, folder)
    workspaces.close()


async def test_every_kind_of_change_is_in_the_tree_as_git_has_it(bench: Bench) -> None:
    bench.run("""
        echo more >> README; chmod +x README; ln -s src/a.py link; mkdir -p new/er; echo x > new/er/file
        rm src/a.py; chmod -x tools/run; touch src/deep/b.py; mkdir empty
    """)

    tree = await bench.tree()

    assert await bench.changed() == {
        "README": "modified",
        "link": "added",
        "new/er/file": "added",
        "src/a.py": "deleted",
    }
    listed = bench.show("ls-tree", "-r", "--format=%(objectmode) %(path)", tree.tree).splitlines()
    assert listed == ["100755 README", "120000 link", "100644 new/er/file", "100644 src/deep/b.py", "100644 tools/run"]
    assert bench.show("cat-file", "-p", f"{tree.tree}:link") == "src/a.py"
    bench.show("fsck", "--strict", "--no-dangling")


async def test_the_tree_is_the_one_that_git_makes_of_the_same_files(bench: Bench) -> None:
    bench.run("""
        mkdir a a.b a-b; echo 1 > a/x; echo 2 > a.b/x; echo 3 > a-b/x; echo 4 > ab; rm -r src; echo file > src
        rm README; mkdir README; echo 5 > README/inner; mv tools tools2
    """)

    tree = await bench.tree()

    assert tree.tree == bench.run("git add --all; git write-tree").strip()


@pytest.mark.parametrize(
    "script",
    [
        "rm -r src; mkdir src; echo new > src/a.py",
        "rm -r src; mkdir -p src/deep; echo b = 1 > src/deep/other",
        "mv src moved",
        "mv src moved; mv moved src",
        "mv src/deep deeper; mkdir src/deep; echo x > src/deep/x",
        "rm -r src; ln -s tools src",
        "rm -r src tools README",
        "rm src/deep/b.py",
        "cp -a src copy; ln src/a.py hard; echo a = 2 > hard",
        "rm -r .git/info; rm -r src; git checkout -q HEAD -- src; git rm -rq tools",
    ],
)
async def test_folders_removed_replaced_and_moved_are_seen(bench: Bench, script: str) -> None:
    bench.run(script)

    tree = await bench.tree()

    assert tree.tree == bench.run("git add --all; git write-tree").strip()
    assert tree.skipped == ()


def lines(tree: WorkspaceTree) -> tuple[str, ...]:
    return tuple(f"{each.path}: {each.reason}" for each in tree.skipped)


async def test_ignored_files_are_left_out_and_tracked_ones_are_not(folder: Path, repository: Repository) -> None:
    repository.commit({".gitignore": "*.log\nbuild/\n", "src/.gitignore": "/gen\n"})
    repository.write("build/kept", "1\n")
    repository.git("add", "--force", "build/kept")
    repository.commit({})
    workspaces = GitWorkspaces(folder / "state", JAIL_UID, overlay=True)
    bench = Bench(workspaces, await workspaces.prepare(uuid4(), uuid4(), repository.path, "main"), folder)

    bench.run("""
        echo x > a.log; echo x > src/deep/b.log; echo x > src/gen; echo x > gen; echo x > build/new; echo 2 > build/kept
        mkdir lib; printf '*\\n!.gitignore\\n' > lib/.gitignore; echo x > lib/x; mkdir -p lib/build
        echo x > lib/build/y; rm src/.gitignore
    """)

    assert await bench.changed() == {
        "build/kept": "modified",
        "gen": "added",
        "lib/.gitignore": "added",
        "src/.gitignore": "deleted",
        "src/gen": "added",
    }
    workspaces.close()


async def test_ignored_files_are_taken_where_they_are_to_be_kept(bench: Bench) -> None:
    bench.run("printf '*.log\\nbuild/\\n' > .gitignore; echo x > a.log; mkdir build; echo x > build/out")

    tree = await bench.workspaces.tree(bench.workspace.session_id, bench.workspace.tree, keep_ignored=True)

    assert [change.path for change in tree.changed] == [".gitignore", "a.log", "build/out"]
    assert await bench.changed() == {".gitignore": "added"}


async def test_rules_through_a_link_are_not_followed(bench: Bench) -> None:
    bench.run("echo '*' > .git/all; ln -s .git/all .gitignore; echo x > new")

    assert await bench.changed() == {".gitignore": "added", "new": "added"}


async def test_names_need_not_be_text(bench: Bench) -> None:
    bench.run("""
        printf x > "$(printf 'caf\\351')"; printf x > "$(printf 'line\\nbreak')"; printf x > '  '
        mkdir '*'; printf x > '*/"'
    """)

    assert await bench.changed() == {"  ": "added", '*/"': "added", "caf\\xe9": "added", "line\nbreak": "added"}


async def test_nothing_of_git_is_taken_nor_run(bench: Bench) -> None:
    bench.run("""
        for hook in pre-commit post-checkout post-index-change reference-transaction fsmonitor-watchman; do
            mkdir -p .git/hooks; printf '#!/bin/sh\\ntouch /workspace/sprung\\n' > .git/hooks/$hook
            chmod +x .git/hooks/$hook
        done
        for name in core.fsmonitor filter.x.clean filter.x.smudge diff.external core.sshCommand core.editor; do
            git config $name 'touch /workspace/sprung'
        done
        echo '* filter=x diff=x' > .gitattributes; echo y >> README
        mkdir -p inner/.git; echo x > inner/.git/config; echo x > inner/file
        mkdir -p .GIT 'git~1'; echo x > .GIT/config; echo x > 'git~1/x'
    """)

    tree = await bench.tree()

    assert await bench.changed() == {".gitattributes": "added", "README": "modified", "inner/file": "added"}
    assert lines(tree) == (".GIT: git refuses the name", "git~1: git refuses the name")


@pytest.mark.parametrize(
    "script",
    [
        "rm -rf .git",
        "mv .git elsewhere; ln -s elsewhere .git",
        "mv .git elsewhere; echo 'gitdir: /etc' > .git",
        "echo garbage > .git/HEAD; echo garbage > .git/index; rm -rf .git/objects",
        "printf '[core]\\nworktree = /etc\\nbare = true\\n' > .git/config",
        "printf '/etc\\n' > .git/commondir; ln -sf /etc/passwd .git/index",
    ],
)
async def test_whatever_becomes_of_the_sessions_own_git_folder_the_tree_is_right(bench: Bench, script: str) -> None:
    bench.run(f"echo x > new; {script}; rm -rf elsewhere")

    assert await bench.changed() == {"new": "added"}


async def test_links_are_recorded_and_never_followed(bench: Bench, folder: Path) -> None:
    (folder / "secret").mkdir()
    (folder / "secret/key").write_text("s3cret")
    bench.run(f"ln -s {folder}/secret out; ln -s {folder}/secret/key key; ln -s . me")
    bench.run(f"rm -r src; ln -s {folder}/secret src")

    tree = await bench.tree()

    assert set(await bench.changed()) == {"out", "key", "src", "src/a.py", "src/deep/b.py", "me"}
    assert "s3cret" not in bench.show("grep", "-c", "", tree.tree)
    assert bench.show("cat-file", "-p", f"{tree.tree}:key") == f"{folder}/secret/key"


async def test_pipes_and_sockets_are_left_out_with_the_reason_and_wait_for_nobody(bench: Bench) -> None:
    bench.run("mkfifo pipe; rm README; mkfifo README; mkdir src/p; mkfifo src/p/.gitignore; echo x > src/p/x")
    with socket.socket(socket.AF_UNIX) as made:
        here = os.open(bench.workspace.upper, os.O_RDONLY)
        made.bind(f"/proc/self/fd/{here}/socket")
        os.close(here)

    tree = await bench.tree()

    assert lines(tree) == (
        "README: a named pipe",
        "pipe: a named pipe",
        "socket: a socket",
        "src/p/.gitignore: a named pipe",
    )
    assert await bench.changed() == {"README": "deleted", "src/p/x": "added"}


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes device nodes")
async def test_devices_are_never_opened(bench: Bench) -> None:
    os.mknod(bench.workspace.upper / "disk", 0o060666, os.makedev(7, 0))
    os.mknod(bench.workspace.upper / "tty", 0o020666, os.makedev(5, 0))

    assert lines(await bench.tree()) == ("disk: a device", "tty: a device")


async def test_huge_and_sparse_files_cost_nothing_and_are_said(bench: Bench) -> None:
    bench.run("truncate -s 1T sparse; truncate -s 1048576 fits; truncate -s 1048577 README")

    tree = await bench.tree()

    assert lines(tree) == (
        "README: 1048577 bytes, more than 1048576",
        "sparse: 1099511627776 bytes, more than 1048576",
    )
    assert await bench.changed() == {"fits": "added"}


async def test_more_than_one_tree_may_hold_is_left_out_and_said(bench: Bench) -> None:
    bench.run("for i in $(seq 30); do head -c 1000000 /dev/urandom > f$i; done")

    tree = await bench.tree()

    assert len(tree.changed) == 8
    assert (len(tree.skipped), tree.skipped_total) == (20, 22)
    assert "new bytes" in tree.skipped[0].reason


async def test_a_very_deep_tree_is_taken_and_removed(bench: Bench) -> None:
    bench.run("""
        exec python3 -c '
import os
for level in range(3000):
    for name in ("d", "e") if level % 20 == 0 else ("d",):
        os.mkdir(name)
        open(name + "/f", "w").close()
    os.chdir("d")
'
    """)

    tree = await bench.tree()

    assert len(tree.changed) == 3150
    assert tree.skipped == ()
    assert (await bench.tree()).tree == tree.tree
    await bench.workspaces.discard(bench.workspace.session_id)
    assert not bench.workspace.upper.exists()


@pytest.mark.parametrize("overlay", [True, False])
async def test_what_lies_too_deep_or_is_too_many_is_said_and_taken_when_it_is_not(
    folder: Path, repository: Repository, overlay: bool
) -> None:
    options = Options(caps=Caps(files=100, depth=50))
    workspaces = GitWorkspaces(folder / "state", JAIL_UID, overlay=overlay, options=options)
    bench = Bench(workspaces, await workspaces.prepare(uuid4(), uuid4(), repository.path, "main"), folder)
    bench.run("mkdir -p $(printf 'd/%.0s' $(seq 60)); mkdir many; cd many; seq 101 | xargs touch")

    tree = await bench.tree()

    assert any(line.endswith("/d: deeper than 50 folders") for line in lines(tree))
    assert any(line.endswith(": beyond the 100 files of one tree") for line in lines(tree))
    assert {change.status for change in tree.changed} == {"added"}
    bench.run("rm -r many d")
    assert (await bench.tree()).tree == bench.workspace.tree
    workspaces.close()


async def test_a_file_changed_without_change_of_size_or_time_is_seen(bench: Bench) -> None:
    bench.run("echo 1 > new; touch -d 2020-01-01 new")
    first = await bench.tree()
    await bench.tree()
    bench.run("echo 2 > new; touch -d 2020-01-01 new")

    assert (await bench.tree()).tree != first.tree


async def test_what_the_worker_may_not_read_is_said(bench: Bench) -> None:
    bench.run("echo x > shut; chmod 0 shut; mkdir -p closed/inner; echo y > closed/inner/file; chmod 0 closed src")

    tree = await bench.tree()

    if os.geteuid() == 0:
        assert await bench.changed() == {"closed/inner/file": "added", "shut": "added"}
    else:
        assert await bench.changed() == {}
        assert lines(tree) == tuple(f"{name}: the worker may not read it" for name in ("closed", "shut", "src"))
    await bench.workspaces.discard(bench.workspace.session_id)
    assert not bench.workspace.upper.exists()


async def test_a_link_in_the_place_of_the_upper_layer_is_not_followed(bench: Bench, folder: Path) -> None:
    (folder / "secret").mkdir()
    (folder / "secret/key").write_text("s3cret")
    upper = bench.workspace.upper
    await bench.tree()
    upper.rename(upper.with_name("gone"))
    upper.symlink_to(folder / "secret")

    with pytest.raises(NotFoundError, match="not on this host"):
        await bench.tree()
    await bench.workspaces.discard(bench.workspace.session_id)

    assert (folder / "secret/key").read_text() == "s3cret"


async def test_folders_and_links_swapped_meanwhile_never_lead_out(bench: Bench, folder: Path) -> None:
    secret = folder / "secret"
    secret.mkdir()
    (secret / "f").write_text("s3cret")
    upper = bench.workspace.upper
    for number in range(20):
        (upper / f"d{number}").mkdir()
        (upper / f"d{number}/f").write_text("mine")
    stop = threading.Event()
    swapper = threading.Thread(target=swap, args=(upper, secret, stop))
    swapper.start()
    trees = {(await bench.tree()).tree for _ in range(60)}
    stop.set()
    swapper.join()

    for tree in trees:
        assert "s3cret" not in bench.show("grep", "-h", "-e", "mine", "--or", "-e", "s3cret", tree)


def swap(upper: Path, secret: Path, stop: threading.Event) -> None:
    while not stop.is_set():
        for number in range(20):
            place, aside = upper / f"d{number}", upper / f".aside{number}"
            place.rename(aside)
            place.symlink_to(secret)
            place.unlink()
            aside.rename(place)
            (place / "f").unlink()
            (place / "f").symlink_to(secret / "f")
            (place / "f").unlink()
            (place / "f").write_text("mine")


async def test_an_overlays_own_marks_cannot_be_forged(folder: Path, repository: Repository) -> None:
    workspaces = GitWorkspaces(folder / "state", JAIL_UID, overlay=True)
    bench = Bench(workspaces, await workspaces.prepare(uuid4(), uuid4(), repository.path, "main"), folder)

    bench.run("""
        touch src/deep/new
        exec python3 -c '
import os
for name, key, value in (("src", "opaque", b"y"), ("src/deep", "opaque", b"x"), ("src/deep/new", "whiteout", b"")):
    for prefix in ("user.overlay.", "trusted.overlay."):
        try: os.setxattr(name, prefix + key, value)
        except OSError: pass
try: os.mknod("README2", 0o020000, 0)
except OSError: pass
'
    """)

    assert await bench.changed() == {"src/deep/new": "added"}
    workspaces.close()
