"""Writing a commit of task files: objects and one reference, moved only from where it was looked at.

Into a repository on this host as its owner, by `branches`, and by `checked_out` where the branch is checked out; to
one elsewhere by a push that is no forced one.
"""

from contextlib import suppress
from pathlib import Path

from quarterdeck.adapters.git import sources
from quarterdeck.adapters.git.branches import TargetRepository, explained, send, words_of
from quarterdeck.adapters.git.checked_out import look, put_files, settle
from quarterdeck.adapters.git.failures import explain
from quarterdeck.adapters.git.index_lock import Undertaking, is_left
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.adapters.git.locks import exclusive
from quarterdeck.adapters.git.lookup import find
from quarterdeck.adapters.git.loose import LooseObjects
from quarterdeck.adapters.git.mirrors import make_repository
from quarterdeck.adapters.git.objects import FILE, TREE, Entry, Objects, alternates, object_name
from quarterdeck.adapters.git.ownership import as_owner
from quarterdeck.adapters.git.program import Git, GitFailedError, GitTimedOutError
from quarterdeck.adapters.git.removal import remove_tree
from quarterdeck.adapters.git.sources import LocalSource, RemoteSource
from quarterdeck.adapters.git.work_tree_state import work_tree_of
from quarterdeck.application.ports.task_files import CommitAsked, CommitMade
from quarterdeck.domain.errors import BusyError, ConflictError

_MOVED = CommitMade(commit=None)
_PROTECTED = "Let Quarterdeck's user push to it, or choose another branch: `qd project set tasks-branch=NAME`."


def put_commit(git: Git, layout: Layout, asked: CommitAsked, timeout: float) -> CommitMade:
    """Raises ConflictError where the branch must not be written."""
    source = sources.parse(asked.repository)
    with exclusive(layout.lock(f"task-files-{asked.project_id}")):
        store = _store(layout, asked)
        commit = _write(store, layout.mirror(asked.project_id), asked)
        if isinstance(source, LocalSource):
            return _put_here(git, layout, store, asked, commit, timeout)
        return _push(git, store, source, asked, commit, timeout)


def _store(layout: Layout, asked: CommitAsked) -> Path:
    """One that borrows from the mirror, made anew: what it held before is in the repository, or nobody wants it."""
    store = layout.root / "task-files" / f"{asked.project_id}.git"
    remove_tree(store)
    store.parent.mkdir(mode=0o700, exist_ok=True)
    make_repository(store)
    (store / "objects" / "info" / "alternates").write_bytes(alternates(layout.mirror(asked.project_id) / "objects"))
    return store


def _write(store: Path, mirror: Path, asked: CommitAsked) -> str:
    """The commit's name. The tree differs from its parent's in these files alone."""
    objects = Objects(store / "objects", mirror / "objects")
    tree = _tree_of(objects, asked.onto)
    for path, content in asked.files.items():
        blob = objects.write_blob(content)
        try:
            tree = _with_file(objects, tree, path.encode().split(b"/"), blob)
        except NotADirectoryError:
            raise ConflictError(
                f"{path} cannot be written: what it lies in is no folder.", "Name another path."
            ) from None
    when = f"{int(asked.made_at.timestamp())} +0000"
    who = f"{asked.name} <{asked.mail}> {when}"
    commit = f"tree {tree.hex()}\nparent {asked.onto}\nauthor {who}\ncommitter {who}\n\n{asked.message}".encode()
    name = object_name(b"commit", commit)
    LooseObjects(store / "objects").write(name, b"commit", commit)
    return name.hex()


def _tree_of(objects: Objects, commit: str) -> bytes:
    head = objects.read(commit)[1].partition(b"\n")[0]
    return bytes.fromhex(head.removeprefix(b"tree ").decode())


def _with_file(objects: Objects, tree: bytes | None, path: list[bytes], blob: bytes) -> bytes:
    """The tree's name, with the blob at the path. The mode of a file that was there stays."""
    entries = dict(objects.entries(tree)) if tree else {}
    known = entries.get(path[0])
    if len(path) == 1:
        entries[path[0]] = (known[0] if known and known[0].startswith(b"100") else FILE, blob)
    else:
        inner = _with_file(objects, _folder(known), path[1:], blob)
        entries[path[0]] = (TREE, inner)
    return objects.write_tree(entries)


def _folder(entry: Entry | None) -> bytes | None:
    if entry and entry[0] != TREE:
        raise NotADirectoryError
    return entry[1] if entry else None


def settle_left(git: Git, repository: str, timeout: float) -> None:
    """Undoes what a writer that was killed has left in a repository on this host; while that cannot be, nothing."""
    source = sources.parse(repository)
    if isinstance(source, LocalSource) and is_left(source.path + b"/.git"):
        with suppress(BusyError):
            settle(TargetRepository.of(repository, git, timeout))


def _put_here(git: Git, layout: Layout, store: Path, asked: CommitAsked, commit: str, timeout: float) -> CommitMade:
    target = TargetRepository.of(asked.repository, git, timeout)
    with explained(target):
        tree = as_owner(target.git.owner, lambda: work_tree_of(target, asked.branch))
        if target.commit_at(asked.branch) != asked.onto:
            return _MOVED
        if tree is None:
            send(git, store, target, f"{commit}\n^{asked.onto}\n")
            return CommitMade(commit=commit) if _move(target, asked, commit) else _MOVED
        modes = _modes(Objects(store / "objects", layout.mirror(asked.project_id) / "objects"), commit, asked)
        changes = look(tree, {path: (content, modes[path]) for path, content in asked.files.items()})
        send(git, store, target, f"{commit}\n^{asked.onto}\n")
        wanted = Undertaking(branch=asked.branch, onto=asked.onto, commit=commit, changes=changes)
        moved = put_files(tree, wanted, asked.files, lambda: _move(target, asked, commit))
        return CommitMade(commit=commit) if moved else _MOVED


def _modes(objects: Objects, commit: str, asked: CommitAsked) -> dict[str, str]:
    found = {path: find(objects, _tree_of(objects, commit), path.encode()) for path in asked.files}
    return {path: entry[0].decode() for path, entry in found.items() if entry}


def _move(target: TargetRepository, asked: CommitAsked, commit: str) -> bool:
    """Whether it still was where it was looked at."""
    name = f"refs/heads/{asked.branch}"
    try:
        target.run("update-ref", "--no-deref", "-m", "quarterdeck: task files", name, commit, asked.onto)
    except GitFailedError as failure:
        if target.commit_at(asked.branch) != asked.onto:
            return False
        raise ConflictError(
            f"The repository does not take branch {asked.branch}: {words_of(failure)}", _PROTECTED
        ) from None
    return True


def _push(git: Git, store: Path, source: RemoteSource, asked: CommitAsked, commit: str, timeout: float) -> CommitMade:
    """A server refuses a push that would lose a commit: then the branch has moved."""
    arguments = ("push", "--quiet", "--porcelain", "--no-verify", "--no-signed")
    try:
        git.run(*arguments, "--", source.argument, f"{commit}:refs/heads/{asked.branch}", cwd=store, timeout=timeout)
    except GitTimedOutError as failure:
        raise explain(source, failure) from None
    except GitFailedError as failure:
        said = f"{failure.stdout}\n{failure.stderr}".lower()
        if "[rejected]" in said or "fetch first" in said or "non-fast-forward" in said:
            return _MOVED
        if "[remote rejected]" in said or "protected branch" in said or "denied" in said:
            raise ConflictError(
                f"{source.shown} does not let branch {asked.branch} be written: it may be protected.", _PROTECTED
            ) from None
        raise explain(source, failure) from None
    return CommitMade(commit=commit)
