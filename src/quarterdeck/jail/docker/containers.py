"""The containers of this worker's sessions: what each is made of, and finding and removing them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import docker
from docker.errors import APIError, NotFound
from docker.types import LogConfig, Mount, Ulimit

from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.jail import system
from quarterdeck.jail.abstract import DOCUMENTS_PATH, WORKSPACE_PATH, JailSpec
from quarterdeck.jail.docker import kernels, volumes
from quarterdeck.jail.docker.images import Image
from quarterdeck.jail.docker.runtime import MOUNTED, Runtime
from quarterdeck.jail.limits import SPARE_MEMORY, SPARE_TASKS, JailLimits
from quarterdeck.jail.shim import bounds, contained, record

SESSION, PROJECT, BOOT, STATE = (f"quarterdeck.{name}" for name in ("session", "project", "boot", "state"))
MEMORY_FILES = "rw,nosuid,nodev,exec"
COVERED = {
    "MaskedPaths": [f"/proc/{name}" for name in (*bounds.MASKED_FILES, *bounds.MASKED_FOLDERS)],
    "ReadonlyPaths": ["/proc/sys"],
}
"""In the place of Docker's own lists, which ours contain; /sys has a mount of its own below."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a container is given of the host."""

    state: Path
    workspace: PreparedWorkspace
    channel: Path
    documents: Sequence[Path]
    runtime: Runtime
    uid: int
    own_kernel: bool
    """Whether its runtime has one, and terminals of its own with it."""


def name_of(session_id: UUID) -> str:
    return f"quarterdeck-{session_id}"


def terminals_of(session_id: UUID) -> str:
    """The volume's name."""
    return f"{name_of(session_id)}-terminals"


def arguments(spec: JailSpec, place: Place, image: Image, limits: JailLimits) -> dict[str, Any]:
    """For `DockerClient.containers.create`: everything that keeps what runs in it inside."""
    owner = f"{place.uid}:{place.uid}"
    return {
        "name": name_of(spec.session_id),
        "image": image.id,
        "entrypoint": place.runtime.command,
        "labels": labels(spec, place.state),
        "hostname": system.HOST_NAME,
        "user": owner,
        "working_dir": "/",
        # a name alone takes an image's variable away: the agent's loader and interpreter must not hear of them
        "environment": sorted(image.environment),
        "healthcheck": {"test": ["NONE"]},
        "stop_signal": "SIGKILL",
        "restart_policy": {"Name": "on-failure"},
        "runtime": spec.container.runtime or None,
        "log_config": LogConfig(type="none"),
        "mounts": [
            *_of_the_jail(place),
            *_of_the_image(image),
            *_workspace(spec, place),
            *_terminals(spec, place),
        ],
        "tmpfs": _memory_files(image, limits, owner),
        "shm_size": limits.shared_memory_bytes,
        **_isolation(),
        **_limits(limits),
        **(_around_own_kernel(limits) if place.own_kernel else {}),
    }


def labels(spec: JailSpec, state: Path) -> dict[str, str]:
    project = spec.container.project_id
    return {
        SESSION: str(spec.session_id),
        PROJECT: str(project) if project else "",
        BOOT: record.boot(),
        STATE: str(state),
    }


def _isolation() -> dict[str, Any]:
    return {
        "network_mode": "none",
        # else Docker prepares to connect it all the same, by programs that take half of a container's start
        "network_disabled": True,
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "ipc_mode": "private",
    }


def _limits(limits: JailLimits) -> dict[str, Any]:
    per_process = {"nofile": limits.open_files, "fsize": limits.file_bytes, "core": 0}
    kept: dict[str, Any] = {
        "pids_limit": limits.processes,
        "ulimits": [Ulimit(name=name, soft=most, hard=most) for name, most in per_process.items()],
    }
    if limits.memory_bytes is not None:
        kept |= {"mem_limit": limits.memory_bytes, "memswap_limit": limits.memory_bytes}
    if limits.cpus is not None:
        kept["nano_cpus"] = int(limits.cpus * 1e9)
    return kept


def _around_own_kernel(limits: JailLimits) -> dict[str, Any]:
    """Bounds for the kernel and all that runs on it, which ends as a whole where it reaches them: so they lie beyond
    the limits that are kept inside."""
    bounds_around: dict[str, Any] = {"pids_limit": 4 * limits.processes + SPARE_TASKS}
    if limits.memory_bytes is not None:
        most = limits.memory_bytes + SPARE_MEMORY
        bounds_around |= {"mem_limit": most, "memswap_limit": most}
    return bounds_around


def _memory_files(image: Image, limits: JailLimits, owner: str) -> dict[str, str]:
    uid, _, gid = owner.partition(":")
    own = f"{MEMORY_FILES},mode=0700,uid={uid},gid={gid}"
    return {
        # an image's volumes would be folders on the disk without any bound
        **dict.fromkeys(image.volumes, f"{own},size={limits.temporary_bytes}"),
        # the kernel's view of this host, of which only the container's own control group is mounted again
        "/sys": "ro,nosuid,nodev,noexec,size=64k,mode=0555",
        **{
            path: f"{options},nr_inodes={bounds.FILES[path]}"
            for path, options in {
                "/tmp": f"{MEMORY_FILES},mode=1777,size={limits.temporary_bytes}",  # noqa: S108 - the jail's own
                "/dev/shm": f"{MEMORY_FILES},mode=1777,size={limits.shared_memory_bytes}",  # noqa: S108 - as above
                system.HOME: f"{own},size={limits.home_bytes}",
                system.STATE_FOLDER: f"{own},size={system.STATE_BYTES}",
            }.items()
        },
    }


def _of_the_jail(place: Place) -> list[Mount]:
    channel = str(Path(contained.CHANNEL).parent)
    documents = [_shown(each, f"{DOCUMENTS_PATH}/{each.name}") for each in place.documents]
    names = [_shown(file, target) for file, target in place.runtime.names.items()]
    return [_shown(place.runtime.folder, str(MOUNTED)), _shown(place.channel, channel), *names, *documents]


def _of_the_image(image: Image) -> list[Mount]:
    return [_shown(path, str(path)) for path in image.mounted]


def _workspace(spec: JailSpec, place: Place) -> list[Mount]:
    workspace = place.workspace
    shown = [_shown(folder, str(folder)) for folder in workspace.read_only]
    if workspace.kind == "clone":
        return [*shown, Mount(target=WORKSPACE_PATH, source=str(workspace.upper), type="bind")]
    return [*shown, volumes.overlay(workspace, name_of(spec.session_id), labels(spec, place.state))]


def _terminals(spec: JailSpec, place: Place) -> list[Mount]:
    if place.own_kernel:
        return []
    return [volumes.terminals(terminals_of(spec.session_id), labels(spec, place.state))]


def _shown(source: Path, target: str) -> Mount:
    return Mount(target=target, source=str(source), type="bind", read_only=True)


def remove(client: docker.DockerClient, session_id: UUID) -> None:
    """With its volume and everything that runs in it. Nothing there: nothing happens."""
    try:
        found = client.containers.get(name_of(session_id))
        kernels.end(found)
        found.remove(force=True, v=True)
    except NotFound:
        pass
    except APIError as error:
        # 409: somebody else is at it, which ends as well
        if error.status_code != 409:
            raise
    for name in (name_of(session_id), terminals_of(session_id)):
        volumes.remove(client, name)


def label_of(state: Path) -> str:
    """What all that is this worker's in the daemon is found by."""
    return f"{STATE}={state}"


def sessions(client: docker.DockerClient, state: Path) -> list[UUID]:
    """Sessions of this worker that have a container, whatever its condition."""
    found = client.containers.list(all=True, sparse=True, filters={"label": [label_of(state), SESSION]})
    return [UUID(cast("Mapping[str, Any]", each.attrs)["Labels"][SESSION]) for each in found]


def runtimes(client: docker.DockerClient) -> set[str]:
    """Names of the runtime folders that containers have mounted, whosever and in whatever condition."""
    found = [cast("Mapping[str, Any]", each.attrs) for each in client.containers.list(all=True, sparse=True)]
    mounts: list[Mapping[str, str]] = [mount for attributes in found for mount in attributes["Mounts"]]
    return {Path(mount["Source"]).name for mount in mounts if mount["Destination"] == str(MOUNTED)}
