"""What a daemon says of itself: which limits it keeps, and what protects its containers."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from quarterdeck.jail.abstract import Protection
from quarterdeck.jail.errors import JailError

CONTROLS = {"processes": "PidsLimit", "memory": "MemoryLimit", "cpus": "CpuCfsQuota"}
"""By limit's name, what a daemon calls the control group's ability to keep it."""

OF_THE_HOST = frozenset({"runc", "crun", "youki", "io.containerd.runc.v2"})
"""Runtimes whose containers run on the host's kernel."""

OPENS_SOCKETS = frozenset({"host-uds=open", "host-uds=all", "fsgofer-host-uds", "fsgofer-host-uds=true"})
"""Flags of gVisor's `runsc` with which a container's first process reaches the socket of its session."""

Info = Mapping[str, Any]


def kept(info: Info) -> dict[str, str]:
    """By limit's name, who keeps it; those that it keeps."""
    return {name: "cgroup" for name, ability in CONTROLS.items() if info.get(ability)}


def has_own_kernel(info: Info, runtime: str) -> bool:
    """`runtime` is the one that is asked for; empty: the daemon's default."""
    return (runtime or info.get("DefaultRuntime", "runc")) not in OF_THE_HOST


def cannot_be_reached(info: Info, runtime: str) -> JailError | None:
    """Why no jail can be made with a runtime that is known; one that the daemon does not tell of is tried."""
    name = runtime or info.get("DefaultRuntime", "runc")
    if not _is_gvisor(info, name):
        return None
    known: Mapping[str, Any] = info["Runtimes"][name]
    if any(argument.lstrip("-") in OPENS_SOCKETS for argument in known.get("runtimeArgs") or ()):
        return None
    return JailError(
        f"The runtime {name!r} of the Docker daemon on this host does not let a container reach its session's socket.",
        'Add "--host-uds=open" to its runtimeArgs in /etc/docker/daemon.json ("--fsgofer-host-uds" for versions before '
        "2023), and restart the daemon.",
    )


def _is_gvisor(info: Info, name: str) -> bool:
    known: Mapping[str, Mapping[str, Any]] = info.get("Runtimes") or {}
    return PurePath(known.get(name, {}).get("path") or "").name == "runsc"


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
        *(_runtime(info, name) for name in sorted(info.get("Runtimes") or {}) if _is_gvisor(info, name)),
    ]


def _runtime(info: Info, name: str) -> Protection:
    problem = cannot_be_reached(info, name)
    return Protection(
        name=f"docker runtime {name}",
        on=problem is None,
        detail=problem.message if problem else "a kernel of its own for each jail; limits are kept in it",
        next_step=problem.next_step if problem else "",
    )
