"""What a daemon says of itself: which limits it keeps, and what protects its containers."""

from collections.abc import Mapping
from typing import Any

from quarterdeck.jail.abstract import Protection

CONTROLS = {"processes": "PidsLimit", "memory": "MemoryLimit", "cpus": "CpuCfsQuota"}
"""By limit's name, what a daemon calls the control group's ability to keep it."""

OF_THE_HOST = frozenset({"runc", "crun", "youki", "io.containerd.runc.v2"})
"""Runtimes whose containers run on the host's kernel."""

Info = Mapping[str, Any]


def kept(info: Info) -> dict[str, str]:
    """By limit's name, who keeps it; those that it keeps."""
    return {name: "cgroup" for name, ability in CONTROLS.items() if info.get(ability)}


def has_own_kernel(info: Info, runtime: str) -> bool:
    """`runtime` is the one that is asked for; empty: the daemon's default."""
    return (runtime or info.get("DefaultRuntime", "runc")) not in OF_THE_HOST


def protections(info: Info) -> list[Protection]:
    runtimes = ", ".join(sorted(info.get("Runtimes") or {}))
    version, cgroups = info.get("ServerVersion", "unknown"), info.get("CgroupVersion", "1")
    missing = sorted(CONTROLS.keys() - kept(info).keys())
    seccomp = any(str(option).startswith("name=seccomp") for option in info.get("SecurityOptions") or ())
    return [
        Protection(
            name="docker",
            on=True,
            detail=f"version {version}, control groups version {cgroups}; runtimes: {runtimes}",
        ),
        Protection(
            name="docker limits",
            on=not missing,
            detail=f"nobody keeps: {', '.join(missing)}" if missing else "memory, processes and processors are kept",
            next_step="Enable the memory, pids and cpu control groups for the daemon." if missing else "",
        ),
        Protection(
            name="docker seccomp",
            on=seccomp,
            detail="Docker's own filter is in force beside ours" if seccomp else "only our own filter is in force",
            next_step="" if seccomp else "Use a kernel and a daemon with seccomp.",
        ),
    ]
