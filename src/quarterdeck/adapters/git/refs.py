"""From what a user calls a version (branch, tag or commit) to a commit and the branch to be on."""

import re
from dataclasses import dataclass
from pathlib import Path

from pygit2 import GitError
from pygit2.enums import ObjectType

from quarterdeck.adapters.git.failures import did_you_mean
from quarterdeck.adapters.git.mirror_state import MirrorState
from quarterdeck.adapters.git.objects import Objects
from quarterdeck.domain.errors import InvalidInputError

_COMMIT = re.compile(rb"[0-9a-f]{4,40}")


@dataclass(frozen=True, kw_only=True)
class Version:
    commit: str
    tree: str
    branch: bytes
    """The branch that the session's HEAD is on."""
    follows: bool
    """It is a branch of the repository, which the session's branch tracks."""
    moves: bool
    """The name may stand for another commit after the next fetch."""


def find_version(state: MirrorState, mirror: Path, ref: str) -> Version | None:
    """None where the mirror has no such branch, tag or commit."""
    name = ref.encode(errors="surrogateescape")
    if name == b"HEAD":
        name = state.branch or state.head
    branch = name.removeprefix(b"refs/heads/").removeprefix(b"refs/remotes/").removeprefix(b"origin/")
    objects = Objects(mirror / "objects")
    for candidate in dict.fromkeys((name.removeprefix(b"refs/heads/"), branch)):
        if commit := state.find(b"refs/heads/" + candidate):
            return _version(objects, commit, branch=candidate, follows=True, moves=True)
    tag = name.removeprefix(b"refs/tags/")
    if commit := state.find(b"refs/tags/" + tag):
        return _version(objects, commit, branch=b"quarterdeck/" + tag, follows=False, moves=True)
    if _COMMIT.fullmatch(name.lower()) and (commit := _commit(objects, name.decode().lower())):
        return _version(objects, commit, branch=b"quarterdeck/" + commit[:12], follows=False, moves=False)
    return None


def _commit(objects: Objects, prefix: str) -> bytes | None:
    try:
        return objects.complete(prefix).encode()
    except KeyError:
        return None
    except (ValueError, GitError):
        raise InvalidInputError(
            f"More than one object's name starts with {prefix}.", "Give more digits of the commit.", field="ref"
        ) from None


def _version(objects: Objects, commit: bytes, *, branch: bytes, follows: bool, moves: bool) -> Version:
    kind, content = objects.read(commit.decode())
    if kind != ObjectType.COMMIT:
        raise InvalidInputError(
            f"{commit.decode()} is no commit but another kind of object.", "Name a branch, tag or commit.", field="ref"
        )
    tree = content[len(b"tree ") : len(b"tree ") + 40].decode()
    return Version(commit=commit.decode(), tree=tree, branch=branch, follows=follows, moves=moves)


def unknown(state: MirrorState, ref: str) -> InvalidInputError:
    return InvalidInputError(
        f"There is no branch, tag or commit {ref[:80]!r} in the repository.",
        did_you_mean(ref, [name.split(b"/", 2)[2] for name, _, _ in state.refs]) or "Commit something first.",
        field="ref",
    )
