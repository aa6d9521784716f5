"""Writing a commit of task files: objects and one reference, moved only from where it was looked at.

Into a repository on this host as its owner, by `branches`; to one elsewhere by a push that is no forced one.
"""

from pathlib import Path

from quarterdeck.adapters.git import sources
from quarterdeck.adapters.git.branches import TargetRepository, explained, send, words_of
from quarterdeck.adapters.git.failures import explain
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.adapters.git.locks import exclusive
from quarterdeck.adapters.git.loose import LooseObjects
from quarterdeck.adapters.git.mirrors import make_repository
from quarterdeck.adapters.git.objects import FILE, TREE, Entry, Objects, alternates, object_name
from quarterdeck.adapters.git.program import Git, GitFailedError, GitTimedOutError
from quarterdeck.adapters.git.removal import remove_tree
from quarterdeck.adapters.git.sources import LocalSource, RemoteSource
from quarterdeck.application.ports.task_files import CommitAsked, CommitMade
from quarterdeck.domain.errors import ConflictError

_MOVED = CommitMade(commit=None)
_ANOTHER = "Check another branch out there, or choose one for tasks: `qd project set tasks-branch=NAME`."
_PROTECTED = "Let Quarterdeck's user push to it, or choose another branch: `qd project set tasks-branch=NAME`."


def put_commit(git: Git, layout: Layout, asked: CommitAsked, timeout: float) -> CommitMade:
    """Raises ConflictError where the branch must not be written."""
    source = sources.parse(asked.repository)
    with exclusive(layout.lock(f"task-files-{asked.project_id}")):
        store = _store(layout, asked)
        commit = _write(store, layout.mirror(asked.project_id), asked)
        if isinstance(source, LocalSource):
            return _put_here(git, store, asked, commit, timeout)
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
    head = objects.read(asked.onto)[1].partition(b"\n")[0]
    tree = bytes.fromhex(head.removeprefix(b"tree ").decode())
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


def _put_here(git: Git, store: Path, asked: CommitAsked, commit: str, timeout: float) -> CommitMade:
    target = TargetRepository.of(asked.repository, git, timeout)
    with explained(target):
        if _tip(target, asked.branch) != asked.onto:
            return _MOVED
        send(git, store, target, f"{commit}\n^{asked.onto}\n")
        try:
            name = f"refs/heads/{asked.branch}"
            target.run("update-ref", "--no-deref", "-m", "quarterdeck: task files", name, commit, asked.onto)
        except GitFailedError as failure:
            if target.commit_at(asked.branch) != asked.onto:
                return _MOVED
            raise ConflictError(
                f"The repository does not take branch {asked.branch}: {words_of(failure)}", _PROTECTED
            ) from None
    return CommitMade(commit=commit)


def _tip(target: TargetRepository, branch: str) -> str | None:
    try:
        return target.tip(branch)
    except ConflictError as error:
        raise ConflictError(error.message, _ANOTHER) from None


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
