"""Which paths a user cannot reach, and the mounts that let it reach them and nothing else beside them."""

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from quarterdeck.host.accounts import Account


@dataclass(frozen=True)
class Need:
    path: Path
    read_only: bool = True


def covers(account: Account, needs: Sequence[Need]) -> list[tuple[str, list[tuple[str, bool]]]]:
    """For the launcher: each folder in the way, and the needed paths below it. Empty where all can be reached."""
    found: dict[Path, list[Need]] = {}
    for need in _outermost(needs):
        barrier = barrier_to(account, need.path)
        if barrier is not None:
            found.setdefault(barrier, []).append(need)
    return [(str(barrier), [(str(n.path), n.read_only) for n in inside]) for barrier, inside in found.items()]


def barrier_to(account: Account, path: Path) -> Path | None:
    """The outermost folder above `path` that the account may not pass through; None: it can reach it.

    Folders that are not there yet stand in nobody's way.
    """
    there = (folder for folder in reversed(path.parents) if folder.exists())
    return next((folder for folder in there if not _may(account, folder, stat.S_IXUSR)), None)


def may_read(account: Account, path: Path) -> bool:
    """Whether the path's own bits let the account read it (and enter it, for a folder)."""
    return _may(account, path, stat.S_IRUSR | (stat.S_IXUSR if path.is_dir() else 0))


def _may(account: Account, path: Path, owner_bits: int) -> bool:
    info = path.stat()
    if account.uid == 0:
        return True
    shift = 0 if info.st_uid == account.uid else 3 if info.st_gid == account.gid else 6
    wanted = owner_bits >> shift
    return info.st_mode & wanted == wanted


def _outermost(needs: Sequence[Need]) -> Iterator[Need]:
    """Resolved, without what lies inside another that is as writable."""
    resolved = {need.path.resolve(): need.read_only for need in sorted(needs, key=lambda n: not n.read_only)}
    resolved.update({need.path.resolve(): False for need in needs if not need.read_only})
    for path, read_only in sorted(resolved.items()):
        if not any(p in resolved and resolved[p] <= read_only for p in path.parents):
            yield Need(path, read_only)
