"""What a daemon says of itself: which limits it keeps, and what protects its containers."""

from collections.abc import Mapping
from typing import Any

from quarterdeck.jail.abstract import Protection

CONTROLS = {"processes": "PidsLimit", "memory": "MemoryLimit", "cpus": "CpuCfsQuota"}
"""By limit's name, what a daemon calls the control group's ability to keep it."""

Info = Mapping[str, Any]


def kept(info: Info) -> dict[str, str]:
    """By limit's name, who keeps it; those that it keeps."""
    return {name: "cgroup" for name, ability in CONTROLS.items() if info.get(ability)}


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
