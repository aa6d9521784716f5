"""Writing files of a branch that is checked out, as `git commit` of these files alone would.

Under the index's lock: work tree, index, reference. Whoever is killed on the way has moved no branch; what he had done
is undone by the next look. What others have changed, staged or not, stays as it is.
"""

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress

from quarterdeck.adapters.git import work_tree_files
from quarterdeck.adapters.git.branches import TargetRepository, explained
from quarterdeck.adapters.git.index_lock import Change, IndexLock, Undertaking, index_lock, is_left
from quarterdeck.adapters.git.objects import object_name
from quarterdeck.adapters.git.ownership import as_owner
from quarterdeck.adapters.git.program import GitFailedError
from quarterdeck.adapters.git.work_tree_state import MainWorkTree
from quarterdeck.domain.errors import BusyError, ConflictError, UnavailableError

_INDEX, _NEW_INDEX = b"/index", b"/quarterdeck-index"


def put_files(tree: MainWorkTree, wanted: Undertaking, contents: Mapping[str, bytes], move: Callable[[], bool]) -> bool:
    """`move`: moves the branch; False where it is not at `onto` any more, and then nothing is done."""

    def put() -> bool:
        _settle(tree)
        with index_lock(tree.git_dir) as lock:
            try:
                lock.begin(wanted)
                _check(tree, wanted, contents)
            except BaseException:
                lock.release()
                raise
            return _put(tree, lock, wanted, contents, move)

    with _said(tree.target):
        return as_owner(tree.target.git.owner, put)


def look(tree: MainWorkTree, files: Mapping[str, tuple[bytes, str]]) -> tuple[Change, ...]:
    """By path content and mode. Raises BusyError or ConflictError where they must not be written now."""

    def changes() -> tuple[Change, ...]:
        _settle(tree)
        tree.check_free()
        tree.check_quiet()
        return tuple(tree.change(path, content, mode) for path, (content, mode) in files.items())

    with _said(tree.target):
        return as_owner(tree.target.git.owner, changes)


def settle(target: TargetRepository) -> None:
    """Undoes what somebody who was killed has left."""
    with explained(target), _said(target):
        as_owner(target.git.owner, lambda: _settle(MainWorkTree(target=target, branch="")))


def _settle(tree: MainWorkTree) -> None:
    if not is_left(tree.git_dir):
        return
    with index_lock(tree.git_dir) as lock:
        left = lock.left_over()
        if left is not None:
            lock.take()
            _undo_unless_done(tree, left)
        lock.release()


def _check(tree: MainWorkTree, wanted: Undertaking, contents: Mapping[str, bytes]) -> None:
    """Once more, now that nobody commits. A branch that has moved since is not moved by `move` either."""
    tree.check_quiet()
    found = tuple(tree.change(each.path, contents[each.path], each.mode, each.new) for each in wanted.changes)
    if found != wanted.changes:
        raise BusyError("The files were changed in the work tree just now.", "Commit them.")


def _put(
    tree: MainWorkTree, lock: IndexLock, wanted: Undertaking, contents: Mapping[str, bytes], move: Callable[[], bool]
) -> bool:
    """Where undoing fails, too, the lock stays, and the next look tries that again."""
    try:
        for each in wanted.changes:
            if each.put:
                old = tree.content(each.old) if each.old else None
                work_tree_files.put(tree.root, each.path, contents[each.path], instead_of=old)
        _put_index(tree, [(each.path, (each.mode, each.new)) for each in wanted.changes])
        moved = move()
    except BaseException:
        _undo_unless_done(tree, wanted)
        lock.release()
        raise
    if not moved:
        _undo_unless_done(tree, wanted)
    lock.release()
    return moved


def _put_index(tree: MainWorkTree, entries: list[tuple[str, tuple[str, str] | None]]) -> None:
    """With the times that the files have, so that git need not read them to know that they are unchanged."""
    new = tree.git_dir + _NEW_INDEX
    _copy(tree.git_dir + _INDEX, new)
    repository = tree.with_index(new)
    for path, entry in entries:
        if entry is None:
            repository.run("update-index", "--force-remove", "--", path)
            continue
        with suppress(GitFailedError):
            repository.run("update-index", "--add", "--", path)
        if tree.in_index(path, new) != entry:  # the file's mode is not what was committed
            repository.run("update-index", "--add", "--cacheinfo", f"{entry[0]},{entry[1]},{path}")
    os.rename(new, tree.git_dir + _INDEX)


def _copy(index: bytes, new: bytes) -> None:
    """With its time, by which git tells which entries it must not trust."""
    with suppress(FileNotFoundError), open(index, "rb") as source:
        at = os.fstat(source.fileno())
        fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, at.st_mode & 0o777)
        with open(fd, "wb") as copy:
            copy.write(source.read())
        os.utime(new, ns=(at.st_atime_ns, at.st_mtime_ns))


def _undo_unless_done(tree: MainWorkTree, left: Undertaking) -> None:
    """What the user has committed, staged or saved meanwhile is his, and stays."""
    for name in (_NEW_INDEX, _NEW_INDEX + b".lock"):
        with suppress(FileNotFoundError):
            os.unlink(tree.git_dir + name)
    done = tree.target.commit_at(left.branch) == left.commit
    back: list[tuple[str, tuple[str, str] | None]] = []
    for each in left.changes:
        old, new = (tree.content(each.old) if each.old else None), tree.content(each.new)
        work_tree_files.tidy(tree.root, each.path, old, new)
        known = (each.old_mode, each.old) if each.old else None
        if done or tree.in_head(each.path) != known:
            continue
        with suppress(ConflictError):
            _put_back(tree, each, old, new)
        if tree.in_index(each.path) == (each.mode, each.new):
            back.append((each.path, known))
    if back:
        _put_index(tree, back)


def _put_back(tree: MainWorkTree, change: Change, old: bytes | None, new: bytes) -> None:
    there = work_tree_files.read(tree.root, change.path)
    if not change.put or there is None or object_name(b"blob", there).hex() != change.new:
        return
    if old is None:
        work_tree_files.take_away(tree.root, change.path, new)
    else:
        work_tree_files.put(tree.root, change.path, old, instead_of=new)


@contextmanager
def _said(target: TargetRepository) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            f"The work tree of {target.source.shown} could not be written: {error.strerror}.",
            "Its owner must be able to write it, and there must be room.",
        ) from None
