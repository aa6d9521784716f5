"""What a container needs mounted that Docker has no words for: as volumes that the daemon mounts when it starts one."""

import subprocess
from contextlib import suppress

import docker
import structlog
from docker.errors import APIError, NotFound
from docker.types import DriverConfig, Mount

from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.jail.abstract import WORKSPACE_PATH
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.shim import bounds

logger = structlog.get_logger(__name__)

UNSAFE_IN_OPTIONS = frozenset(",:\\\"'\n")


def overlay(workspace: PreparedWorkspace, name: str, labels: dict[str, str]) -> Mount:
    """A volume that the daemon mounts as an overlay when the container starts, with marks as bubblewrap makes them."""
    layers = {"lowerdir": workspace.lower, "upperdir": workspace.upper, "workdir": workspace.work}
    for path in layers.values():
        if path is None or UNSAFE_IN_OPTIONS & set(str(path)):
            raise JailError(
                f"A workspace at {path} cannot be given to Docker as an overlay.",
                "Choose a data directory without commas, colons, quotes and backslashes in its path.",
            )
    options = ",".join(["nosuid", "nodev", "userxattr", *(f"{name}={path}" for name, path in layers.items())])
    return _volume(name, WORKSPACE_PATH, {"type": "overlay", "device": "overlay", "o": options}, labels)


def terminals(name: str, labels: dict[str, str]) -> Mount:
    """A bounded number of them, in the place of Docker's own folder, which gives a container all of the host's."""
    options = f"nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,max={bounds.TERMINALS}"
    return _volume(name, "/dev/pts", {"type": "devpts", "device": "devpts", "o": options}, labels)


def _volume(name: str, target: str, options: dict[str, str], labels: dict[str, str]) -> Mount:
    driver = DriverConfig("local", options=options)
    return Mount(target=target, source=name, type="volume", no_copy=True, driver_config=driver, labels=labels)


def remove(client: docker.DockerClient, name: str) -> None:
    """Nothing there: nothing happens."""
    try:
        volume = client.volumes.get(name)
    except NotFound:
        return
    try:
        volume.remove()
    except APIError:
        # daemons before version 25 count a mount that outlived them twice, and let go of it at their next start only
        logger.warning("a volume is left until the Docker daemon starts again", volume=name)
        subprocess.run(["umount", "--lazy", volume.attrs["Mountpoint"]], check=False, capture_output=True)


def sweep(client: docker.DockerClient, label: str) -> None:
    """Removes those with the label that `remove` had to leave."""
    for volume in client.volumes.list(filters={"label": label, "dangling": True}):
        with suppress(APIError):
            volume.remove()
