"""Writing a branch into somebody's repository on this host: objects and one reference, nothing else of it.

Its work trees, index and HEAD are not touched; its hooks, filters and file watcher do not run. All is done as the
repository's owner, who could do it as well.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile

from quarterdeck.adapters.git import look, sources
from quarterdeck.adapters.git.failures import explain
from quarterdeck.adapters.git.loose import LooseObjects
from quarterdeck.adapters.git.objects import Objects, object_name
from quarterdeck.adapters.git.program import SMALL_WINDOWS, Git, GitFailedError, GitTimedOutError, ending
from quarterdeck.adapters.git.sources import LocalSource
from quarterdeck.application.export_requests import BranchAsked
from quarterdeck.domain.errors import ConflictError, InvalidInputError, UnavailableError

_NONE = "0" * 40
_COMMITTER = "Quarterdeck <exports@quarterdeck.invalid>"
_GUARDS = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0")


@dataclass(frozen=True, kw_only=True)
class TargetRepository:
    """The user's, by its owner's hand."""

    source: LocalSource
    git: Git
    timeout: float

    @classmethod
    def of(cls, repository: str, git: Git, timeout: float) -> "TargetRepository":
        """Raises InvalidInputError where it is not on this host."""
        source = sources.parse(repository)
        if not isinstance(source, LocalSource):
            raise InvalidInputError(
                f"The repository is at {source.shown}, where Quarterdeck has no leave to write.",
                "Export a patch (`--format patch`), apply it in a clone with `git apply --index`, and push that.",
                field="format",
            )
        look.check_folder(source)
        settings = {
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_CEILING_DIRECTORIES": os.fsdecode(os.path.dirname(source.path)),
            "GIT_COMMITTER_NAME": "Quarterdeck",
            "GIT_COMMITTER_EMAIL": "exports@quarterdeck.invalid",
        }
        owner = os.stat(source.path)
        if os.geteuid() == 0 and owner.st_uid != 0:
            settings |= {"GIT_CONFIG_GLOBAL": "/dev/null", "HOME": "/"}
            git = replace(git, owner=(owner.st_uid, owner.st_gid))
        return cls(source=source, git=replace(git, settings={**git.settings, **settings}), timeout=timeout)

    def run(self, *arguments: str, given: bytes | int = b"") -> bytes:
        return self.git.run(*_GUARDS, *arguments, cwd=self.source.path, timeout=self.timeout, given=given)

    def has(self, name: str) -> bool:
        try:
            self.run("cat-file", "-e", name)
        except GitFailedError:
            return False
        return True

    def tip(self, branch: str) -> str | None:
        """The commit that the branch is at. Raises ConflictError for what must not be moved."""
        name = f"refs/heads/{branch}"
        if f"branch {name}".encode() in self.run("worktree", "list", "--porcelain").splitlines():
            raise ConflictError(f"Branch {branch} is checked out in the repository.", _ANOTHER)
        return self.commit_at(branch)

    def commit_at(self, branch: str) -> str | None:
        """As `tip`, of one that is checked out, too."""
        name = f"refs/heads/{branch}"
        for line in self.run("for-each-ref", "--format=%(refname)%00%(objectname)%00%(symref)", name).splitlines():
            found, commit, symbolic = line.decode(errors="backslashreplace").split("\0")
            if found == name and symbolic:
                raise ConflictError(f"Branch {branch} stands for another one ({symbolic}).", _ANOTHER)
            if found == name:
                return commit
        return None


_ANOTHER = "Choose another name with --branch."


def write_branch(git: Git, store: Path, objects: Objects, asked: BranchAsked, timeout: float) -> str:
    """The commit that the branch is at afterwards. Raises KeyError where the store lacks the tree."""
    objects.read(asked.tree)
    target = TargetRepository.of(asked.repository, git, timeout)
    with explained(target):
        tip = target.tip(asked.branch)
        if tip is None or tip not in asked.known:
            return _begin(git, store, target, asked, tip)
        if target.run("rev-parse", "--verify", f"{tip}^{{tree}}").decode().strip() == asked.tree:
            return tip
        _take_over(target, store, objects, tip)
        commit = _write(store, _commit(asked, tip))
        _move(git, store, target, asked, commit, tip)
        return commit


def _begin(git: Git, store: Path, target: TargetRepository, asked: BranchAsked, tip: str | None) -> str:
    """A new branch on top of the base commit."""
    if not target.has(f"{asked.base_commit}^{{commit}}"):
        raise ConflictError(
            f"The repository does not have commit {asked.base_commit} any more, which the session started from.",
            "Export a tar, or a patch.",
        )
    if tip in {_name(_commit(asked, parent)) for parent in (asked.base_commit, *asked.known)}:
        return tip  # an export got so far, and its event no further
    if tip is not None:
        raise ConflictError(
            f"There is a branch {asked.branch} already, at {tip[:12]}, where no export of this session has left it.",
            _ANOTHER,
        )
    commit = _write(store, _commit(asked, asked.base_commit))
    _move(git, store, target, asked, commit, None)
    return commit


def _commit(asked: BranchAsked, parent: str) -> bytes:
    """The same for the same snapshot on the same parent, whoever asks."""
    when = f"{int(asked.recorded_at.timestamp())} +0000"
    return (
        f"tree {asked.tree}\nparent {parent}\nauthor {asked.author} {when}\ncommitter {_COMMITTER} {when}\n\n"
        f"{asked.message}"
    ).encode(errors="backslashreplace")


def _write(store: Path, commit: bytes) -> str:
    LooseObjects(store / "objects").write(object_name(b"commit", commit), b"commit", commit)
    return _name(commit)


def _name(commit: bytes) -> str:
    return object_name(b"commit", commit).hex()


def _take_over(target: TargetRepository, store: Path, objects: Objects, commit: str) -> None:
    """Earlier exports, which the store need not have any more."""
    while True:
        try:
            objects.read(commit)
        except KeyError:
            content = target.run("cat-file", "commit", commit)
            if _name(content) != commit:
                raise UnavailableError(f"The repository's object {commit} is broken.", "Run `git fsck`.") from None
            _write(store, content)
            commit = content.partition(b"\nparent ")[2][:40].decode()
        else:
            return


def _move(git: Git, store: Path, target: TargetRepository, asked: BranchAsked, commit: str, tip: str | None) -> None:
    """First the objects, then the reference, if it is still where it was."""
    send(git, store, target, f"{commit}\n^{asked.base_commit}\n" + (f"^{tip}\n" if tip else ""))
    why = f"quarterdeck: export of session {asked.home.session_id}"
    try:
        target.run("update-ref", "--no-deref", "-m", why, f"refs/heads/{asked.branch}", commit, tip or _NONE)
    except GitFailedError as failure:
        if target.tip(asked.branch) == commit:  # by the same request, made once more
            return
        raise ConflictError(
            f"The repository does not take branch {asked.branch}: {words_of(failure)}", _ANOTHER
        ) from None


def send(git: Git, store: Path, target: TargetRepository, wanted: str) -> None:
    """What the repository needs, from git to git."""
    packing = ("pack-objects", "--revs", "--stdout", "--thin", "--delta-base-offset", "--quiet")
    limits = (*SMALL_WINDOWS, "-c", "pack.threads=1", "-c", "core.bigFileThreshold=16m")
    with TemporaryFile() as asked, TemporaryFile() as words:
        asked.write(wanted.encode())
        asked.seek(0)
        process = git.start(*limits, *packing, cwd=store, given=asked.fileno(), errors=words.fileno())
        with ending(process):
            if process.stdout is None:
                raise RuntimeError("a pipe was asked for")
            try:
                target.run("index-pack", "--stdin", "--fix-thin", "--fsck-objects", given=process.stdout.fileno())
            except GitFailedError as failure:
                process.stdout.close()
                if process.wait():
                    words.seek(0)
                    raise UnavailableError(
                        f"The snapshots could not be packed: {words.read(300).decode(errors='backslashreplace')}",
                        "Is the repository's base commit still there?",
                    ) from None
                raise ConflictError(
                    f"The repository does not take these files: {words_of(failure)}", "Export a tar, or a patch."
                ) from None


@contextmanager
def explained(target: TargetRepository) -> Generator[None]:
    try:
        yield
    except (GitFailedError, GitTimedOutError) as failure:
        raise explain(target.source, failure) from None


def words_of(failure: GitFailedError) -> str:
    line = failure.stderr.strip().removeprefix("fatal: ").removeprefix("error: ").partition("\n")[0]
    return "".join(c for c in line if c.isprintable())[:200]
