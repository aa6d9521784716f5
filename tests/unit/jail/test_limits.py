"""What is said about limits."""

import resource
from types import SimpleNamespace

import pytest

from quarterdeck.jail.limits import GIB, MIB, JailLimits


def test_what_nobody_enforces_is_said() -> None:
    told = {limit.name: limit for limit in JailLimits(memory_bytes=2 * GIB).told()}

    assert told["memory"].asked == "2 GiB"
    assert told["memory"].enforced_by == ""
    assert told["open_files"].enforced_by == "rlimit"
    assert told["tmp"].enforced_by == "mount"
    assert "memory" not in {limit.name for limit in JailLimits().told()}


def test_who_keeps_more_than_every_jail_does_is_said() -> None:
    told = {limit.name: limit for limit in JailLimits(cpus=1.5, memory_bytes=GIB).told({"cpus": "cgroup"})}

    assert (told["cpus"].asked, told["cpus"].enforced_by) == ("1.5", "cgroup")
    assert told["memory"].enforced_by == ""


@pytest.mark.parametrize(("release", "counted"), [("5.13.0", False), ("5.14.0-rc1", True), ("6.1.0-28-amd64", True)])
def test_processes_are_counted_per_jail_by_newer_kernels_only(
    monkeypatch: pytest.MonkeyPatch, release: str, counted: bool
) -> None:
    monkeypatch.setattr("quarterdeck.jail.limits.os.uname", lambda: SimpleNamespace(release=release))

    told = {limit.name: limit.enforced_by for limit in JailLimits().told()}

    assert told["processes"] == ("rlimit" if counted else "")
    assert (resource.RLIMIT_NPROC in JailLimits().for_process()) is counted


def test_sizes_are_told_in_the_greatest_whole_unit() -> None:
    told = {limit.name: limit.asked for limit in JailLimits(temporary_bytes=3 * MIB, home_bytes=1000).told()}

    assert (told["tmp"], told["home"]) == ("3 MiB", "1000 B")
