"""Which control groups a host offers, from what its /proc says."""

import os
import resource
from pathlib import Path

import pytest

from quarterdeck.jail.cgroups import hierarchies
from quarterdeck.jail.cgroups.hierarchies import Hierarchy, enable, find
from quarterdeck.jail.limits import UPKEEP, JailLimits


class Host:
    """A /proc/self and hierarchies that are folders. Whoever runs the tests may write to all of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.proc = root / "proc"
        self.proc.mkdir()
        self.mounts: list[str] = []

    def mount(self, name: str, kind: str, options: str, *, root: str = "/") -> Path:
        point = self.root / name
        self.group(point)
        self.mounts.append(f"30 25 0:26 {root} {point} rw,nosuid shared:9 - {kind} {kind} rw,{options}")
        (self.proc / "mountinfo").write_text("\n".join(self.mounts) + "\n")
        return point

    def group(self, folder: Path, controllers: str = "") -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("cgroup.procs", "cgroup.subtree_control"):
            (folder / name).touch()
        (folder / "cgroup.controllers").write_text(controllers)
        return folder

    def is_in(self, *lines: str) -> None:
        (self.proc / "cgroup").write_text("\n".join(lines) + "\n")


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


@pytest.fixture
def as_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.mark.usefixtures("as_root")
def test_as_root_groups_lie_below_the_root_of_version_2(host: Host) -> None:
    point = host.mount("v2", "cgroup2", "nsdelegate")
    host.group(point, "cpuset cpu io memory pids")
    host.group(point / "user.slice/session-1.scope")
    host.is_in("0::/user.slice/session-1.scope")

    assert find(host.proc) == (Hierarchy(2, point, frozenset({"cpu", "memory", "pids", "cpuacct", "freezer"})),)


@pytest.mark.usefixtures("as_root")
def test_version_1_has_controllers_together_or_each_by_itself(host: Host) -> None:
    memory = host.mount("memory", "cgroup", "memory")
    both = host.mount("cpu,cpuacct", "cgroup", "cpu,cpuacct")
    host.mount("systemd", "cgroup", "xattr,name=systemd")
    host.mount("devices", "cgroup", "devices")
    host.is_in("4:memory:/a", "3:cpu,cpuacct:/", "1:name=systemd:/a")

    assert set(find(host.proc)) == {
        Hierarchy(1, memory, frozenset({"memory"})),
        Hierarchy(1, both, frozenset({"cpu", "cpuacct"})),
    }


@pytest.mark.usefixtures("as_root")
def test_of_both_versions_the_second_gets_what_it_has(host: Host) -> None:
    memory = host.mount("memory", "cgroup", "memory")
    host.mount("freezer", "cgroup", "freezer")
    unified = host.mount("unified", "cgroup2", "nsdelegate")
    host.group(unified, "hugetlb pids")
    host.is_in("4:memory:/", "0::/")

    assert set(find(host.proc)) == {
        Hierarchy(2, unified, frozenset({"pids", "cpuacct", "freezer"})),
        Hierarchy(1, memory, frozenset({"memory"})),
    }


@pytest.mark.usefixtures("as_user")
def test_an_ordinary_user_has_the_group_that_was_delegated(host: Host) -> None:
    point = host.mount("v2", "cgroup2", "nsdelegate")
    own = host.group(point / "user.slice/run-1.scope", "memory pids")
    host.is_in("0::/user.slice/run-1.scope")

    assert find(host.proc) == (Hierarchy(2, own, frozenset({"memory", "pids", "cpuacct", "freezer"})),)


@pytest.mark.usefixtures("as_user")
def test_who_was_moved_to_a_leaf_still_has_the_group_above(host: Host) -> None:
    point = host.mount("v2", "cgroup2", "nsdelegate")
    own = host.group(point / "user.slice/run-1.scope", "memory")
    host.group(own / hierarchies.OURS)
    host.is_in(f"0::/user.slice/run-1.scope/{hierarchies.OURS}")

    (found,) = find(host.proc)

    assert found.base == own


@pytest.mark.usefixtures("as_user")
def test_an_ordinary_user_makes_no_groups_where_nothing_was_delegated(host: Host) -> None:
    host.mount("v2", "cgroup2", "nsdelegate")
    host.is_in("0::/")

    assert find(host.proc) == ()


@pytest.mark.usefixtures("as_root")
def test_a_container_sees_its_own_part_of_version_1(host: Host) -> None:
    point = host.mount("memory", "cgroup", "memory", root="/docker/c0ffee")
    host.is_in("4:memory:/docker/c0ffee")

    assert find(host.proc) == (Hierarchy(1, point, frozenset({"memory"})),)


def test_a_host_without_any_offers_none(host: Host) -> None:
    assert find(host.proc) == ()
    host.is_in("0::/")
    (host.proc / "mountinfo").write_text("30 25 0:26 / /proc rw - proc proc rw\n")
    assert find(host.proc) == ()


def test_controllers_are_enabled_where_they_are_not_yet(host: Host) -> None:
    folder = host.group(host.root / "group")
    (folder / "cgroup.subtree_control").write_text("memory\n")

    enable(folder, ["memory"])
    assert (folder / "cgroup.subtree_control").read_text() == "memory\n"

    enable(folder, ["pids"])
    assert (folder / "cgroup.subtree_control").read_text().startswith("+pids")
    assert not (folder / hierarchies.OURS).exists()


def test_the_limit_of_processes_leaves_room_for_upkeep_where_a_group_keeps_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("quarterdeck.jail.limits.counts_processes_by_namespace", lambda: True)
    limits = JailLimits(processes=100)

    assert limits.for_process()[resource.RLIMIT_NPROC] == 100
    assert limits.for_process({"processes": "cgroup"})[resource.RLIMIT_NPROC] == 100 + UPKEEP
