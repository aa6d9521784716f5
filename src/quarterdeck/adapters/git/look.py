"""A look at a repository: its references and its default branch, without copying anything."""

import errno
import os
import shlex
import stat
from dataclasses import dataclass
from hashlib import sha256

from quarterdeck.adapters.git.failures import did_you_mean, explain, no_permission, not_a_repository
from quarterdeck.adapters.git.program import Git, GitFailedError, GitTimedOutError, as_user
from quarterdeck.adapters.git.sources import LocalSource, Source
from quarterdeck.domain.errors import InvalidInputError

_PREFERRED = (b"main", b"master", b"trunk", b"develop")


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a repository offers."""

    head: bytes
    """The commit that HEAD is at."""
    branch: bytes | None
    """The branch that HEAD is on; None: detached, and no branch is there either."""
    refs: dict[bytes, bytes]
    """Branches and tags by their full names, with HEAD: the object each is at."""
    digest: bytes
    """Of all branches, tags and HEAD: the same digest, nothing to fetch."""


def upload_pack(source: Source) -> tuple[str, ...]:
    """How git reads a local repository: as its owner, and unable to call out.

    A repository's configuration can name programs for the objects it lacks. Its owner would run them as the worker.
    """
    if not isinstance(source, LocalSource):
        return ()
    command = "GIT_ALLOW_PROTOCOL=none GIT_NO_LAZY_FETCH=1 "
    owner = os.stat(source.path)
    if os.geteuid() == 0 and owner.st_uid != 0:
        command += f"GIT_CONFIG_GLOBAL=/dev/null HOME=/ {shlex.join(as_user(owner.st_uid, owner.st_gid))} "
    return (f"--upload-pack={command}git upload-pack",)


def look(git: Git, source: Source, timeout: float) -> Listing:
    """Raises InvalidInputError where there is nothing to copy, UnavailableError where nobody answers."""
    if isinstance(source, LocalSource):
        check_folder(source)
    try:
        out = git.run(
            *("ls-remote", "--quiet", "--symref", *upload_pack(source), "--"),
            *(source.argument, "HEAD", "refs/heads/*", "refs/tags/*"),
            timeout=timeout,
        )
    except (GitFailedError, GitTimedOutError) as failure:
        raise explain(source, failure) from None
    return _read(source, out)


def branch_commit(listing: Listing, source: Source, branch: str) -> bytes:
    """The commit that the branch is at. Raises InvalidInputError where there is none of that name."""
    commit = listing.refs.get(b"refs/heads/" + branch.encode(errors="surrogateescape"))
    if commit is None:
        names = [name.removeprefix(b"refs/heads/") for name in listing.refs if name.startswith(b"refs/heads/")]
        raise InvalidInputError(
            f"There is no branch {branch[:80]!r} in {source.shown}.",
            did_you_mean(branch, names) or "Commit something to it first.",
            field="defaultBranch",
        )
    return commit


def check_folder(source: LocalSource) -> None:
    """Raises InvalidInputError where no repository is there."""
    try:
        found = os.stat(source.path)
        if stat.S_ISDIR(found.st_mode):
            os.listdir(source.path)
    except PermissionError:
        raise no_permission(source) from None
    except OSError as error:
        if error.errno not in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}:
            raise
        raise InvalidInputError(
            f"{source.shown} does not exist on the worker's host.", "Check the path.", field="repository"
        ) from None
    if not stat.S_ISDIR(found.st_mode):
        raise InvalidInputError(f"{source.shown} is not a folder.", "Pass the repository's folder.", field="repository")
    if not _looks_like_repository(source.path):
        raise _outside(source)


def _looks_like_repository(path: bytes) -> bool:
    return os.path.lexists(path + b"/.git") or os.path.exists(path + b"/HEAD")


def _outside(source: LocalSource) -> InvalidInputError:
    above = os.path.dirname(source.path)
    while above != b"/" and not os.path.lexists(above + b"/.git"):
        above = os.path.dirname(above)
    if above == b"/":
        return not_a_repository(source)
    root = above.decode(errors="backslashreplace")
    return InvalidInputError(
        f"{source.shown} is a folder inside the repository {root}.", f"Pass {root}.", field="repository"
    )


def _read(source: Source, out: bytes) -> Listing:
    symbolic: bytes | None = None
    refs: dict[bytes, bytes] = {}
    for line in out.splitlines():
        value, _, name = line.partition(b"\t")
        if value.startswith(b"ref: ") and name == b"HEAD":
            symbolic = value[len(b"ref: refs/heads/") :]
        elif name == b"HEAD" or name.startswith((b"refs/heads/", b"refs/tags/")):
            refs[name] = value
    if not refs:
        raise InvalidInputError(
            f"{source.shown} is empty: it has no commits.", "Commit something to it first.", field="repository"
        )
    head = refs.get(b"HEAD")
    if head is None:
        raise _no_head(source, refs)
    if len(head) != 40:
        raise InvalidInputError(
            f"{source.shown} uses SHA-256 object names, which are not supported.",
            "Convert it to SHA-1, git's default format.",
            field="repository",
        )
    return Listing(head=head, branch=symbolic or _branch_at(refs, head), refs=refs, digest=sha256(out).digest())


def _branch_at(refs: dict[bytes, bytes], commit: bytes) -> bytes | None:
    branches = [name.removeprefix(b"refs/heads/") for name, at in refs.items() if at == commit and b"/heads/" in name]
    return next((name for name in _PREFERRED if name in branches), branches[0] if branches else None)


def _no_head(source: Source, refs: dict[bytes, bytes]) -> InvalidInputError:
    branches = [name.removeprefix(b"refs/heads/") for name in refs if name.startswith(b"refs/heads/")]
    best = next((name for name in _PREFERRED if name in branches), branches[0] if branches else b"BRANCH")
    shown = best.decode(errors="backslashreplace")
    return InvalidInputError(
        f"The default branch (HEAD) of {source.shown} points to nothing.",
        f"Point it to a branch that exists: `git symbolic-ref HEAD refs/heads/{shown}`.",
        field="repository",
    )
