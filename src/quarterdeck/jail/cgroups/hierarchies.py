"""Where this host lets us make control groups: version 1, version 2, or some of each. See cgroups(7).

As root that is anywhere, so groups lie below the root of each hierarchy, or below the group that was delegated to the
service that we run in (systemd's `Delegate=yes`). As an ordinary user it is only what was delegated.
"""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LIMITING = ("memory", "pids", "cpu")
"""Controllers that keep limits."""
HELPFUL = ("cpuacct", "freezer")
"""Controllers of version 1 that version 2 has without naming them."""
OURS = "roles"
"""The group that the processes of a delegated group move to: in version 2 only leaves may hold processes."""
DELEGATED = ("trusted.delegate", "user.delegate")
"""What systemd marks delegated groups with."""
ROUNDS = 100


@dataclass(frozen=True)
class Hierarchy:
    version: int
    base: Path
    """Below which groups can be made."""
    roles: frozenset[str]
    """The controllers that are used here and nowhere else, by version 1's names."""


@dataclass(frozen=True)
class _Mount:
    version: int
    controllers: frozenset[str]
    point: Path
    own: Path
    """The folder of the group that this process is in."""


def find(proc: Path = Path("/proc/self")) -> tuple[Hierarchy, ...]:
    """Those in which we may make groups; version 2 first, which gets whatever it has."""
    found: list[Hierarchy] = []
    taken: set[str] = set()
    for mount in sorted(_mounts(proc), key=lambda each: -each.version):
        base = _base(mount)
        if base is None:
            continue
        roles = _roles(mount, base) - taken
        if roles:
            found.append(Hierarchy(mount.version, base, roles))
            taken |= roles
    return tuple(found)


def enable(folder: Path, controllers: Iterable[str]) -> None:
    """Lets the groups below a group of version 2 have these controllers. Raises OSError where that is not to be."""
    missing = set(controllers) - set((folder / "cgroup.subtree_control").read_text().split())
    # the root alone, which has no type, may hold processes beside groups
    if missing and (folder / "cgroup.type").exists():
        _empty(folder)
    for name in sorted(missing):
        write(folder / "cgroup.subtree_control", f"+{name}")


def _empty(folder: Path) -> None:
    """All processes of a group that was delegated to us move one down."""
    leaf = folder / OURS
    for _ in range(ROUNDS):
        there = (folder / "cgroup.procs").read_text().split()
        if not there:
            return
        leaf.mkdir(exist_ok=True)
        for pid in there:
            with suppress(ProcessLookupError):
                write(leaf / "cgroup.procs", pid)


def _mounts(proc: Path) -> list[_Mount]:
    try:
        lines = (proc / "mountinfo").read_text().splitlines()
        own = _own_groups((proc / "cgroup").read_text())
    except OSError:
        return []
    parsed = [mount for line in lines if (mount := _parse(line, own)) is not None]
    # a hierarchy may be mounted more than once
    return list({(each.version, each.controllers): each for each in reversed(parsed)}.values())


def _parse(line: str, own: Mapping[str, str]) -> _Mount | None:
    """A line of mountinfo (proc_pid_mountinfo(5)), where it is of control groups that matter here."""
    place, _, kind = line.partition(" - ")
    root, point = (part.replace("\\040", " ") for part in place.split()[3:5])
    filesystem, _, options = kind.split()[:3]
    if filesystem == "cgroup2":
        return _Mount(2, frozenset(), Path(point), _within(point, root, own.get("", "/")))
    controllers = frozenset(options.split(",")) & {*LIMITING, *HELPFUL}
    if filesystem != "cgroup" or not controllers:
        return None
    group = next((own[name] for name in controllers if name in own), "/")
    return _Mount(1, controllers, Path(point), _within(point, root, group))


def _own_groups(text: str) -> dict[str, str]:
    """By controller's name, and "" for version 2: the path of the group that we are in."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        _, names, path = line.split(":", 2)
        found |= dict.fromkeys(names.split(","), path)
    return found


def _within(point: str, root: str, group: str) -> Path:
    """A mount may show a part of the hierarchy only, as it does in containers."""
    relative = group.removeprefix(root.rstrip("/")).lstrip("/")
    return Path(point, relative) if not relative.startswith("..") else Path(point)


def _base(mount: _Mount) -> Path | None:
    own = mount.own.parent if mount.own.name == OURS else mount.own
    if mount.version == 2 and _is_delegated(own) and _may_make_groups(own):
        return own
    if os.geteuid() == 0:
        return mount.point if _may_make_groups(mount.point) else None
    return own if own != mount.point and _may_make_groups(own) else None


def _is_delegated(group: Path) -> bool:
    for name in DELEGATED:
        with suppress(OSError):
            if os.getxattr(group, name) == b"1":
                return True
    return False


def _may_make_groups(group: Path) -> bool:
    return os.access(group, os.W_OK) and os.access(group / "cgroup.procs", os.W_OK)


def _roles(mount: _Mount, base: Path) -> frozenset[str]:
    if mount.version == 1:
        return mount.controllers
    with suppress(OSError):
        offered = (base / "cgroup.controllers").read_text().split()
        return frozenset(offered) & frozenset(LIMITING) | frozenset(HELPFUL)
    return frozenset()


def write(path: Path, text: str, *, optional: bool = False) -> None:
    """`optional`: where the kernel has no such file, or will not have it changed, that is as well."""
    try:
        # not by Path.write_text: that truncates first, which not every one of these files allows
        fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)
    except OSError as error:
        if not optional:
            raise OSError(error.errno, f"{path.name}: {error.strerror}") from error
