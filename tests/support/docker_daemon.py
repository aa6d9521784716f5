"""A Docker daemon of the tests' own: its socket, data, state and control groups are apart from any other's."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
import psutil
import pytest

START_SECONDS = 30.0
DOCKERD = shutil.which("dockerd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
CANNOT = (
    "only root can start a Docker daemon"
    if os.geteuid() != 0
    else "there is no dockerd: `apt install docker.io`"
    if DOCKERD is None
    else ""
)
"""Why there can be no daemon here; empty where there can."""
RUNSC = shutil.which("runsc")
CANNOT_GVISOR = CANNOT or ("" if RUNSC else "there is no runsc: `apt install runsc`")


CONTAINERD = """
version = 2
root = "{root}/containerd"
state = "{root}/exec-containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "{root}/containerd.sock"
"""


@dataclass
class OwnDaemon:
    """dockerd, and the containerd that outlives it as it does on a host with services."""

    root: Path
    options: tuple[str, ...] = ()
    configuration: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What is in its daemon.json."""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    containerd: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        return f"unix://{self.root}/docker.sock"

    @property
    def cgroup(self) -> str:
        return f"qd-test-{self.root.name}"

    def start(self) -> None:
        assert DOCKERD is not None
        if self.containerd is None:
            configuration = self.root / "containerd.toml"
            configuration.write_text(CONTAINERD.format(root=self.root))
            self.containerd = self._run("containerd", "--config", str(configuration))
            self._wait_for(self.root / "containerd.sock", self.containerd)
        (self.root / "pid").unlink(missing_ok=True)
        (self.root / "daemon.json").write_text(json.dumps(self.configuration))
        self.process = self._run(
            *(DOCKERD, "--host", self.address, "--pidfile", f"{self.root}/pid", "--data-root", f"{self.root}/data"),
            *("--exec-root", f"{self.root}/exec", "--cgroup-parent", f"/{self.cgroup}"),
            *("--containerd", f"{self.root}/containerd.sock", "--config-file", f"{self.root}/daemon.json"),
            *("--bridge", "none", "--iptables=false", "--ip6tables=false", *self.options),
        )
        self._wait_for(Path(self.address.removeprefix("unix://")), self.process)
        with self.client() as client:
            client.ping()

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
        with (self.root / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)

    def _wait_for(self, path: Path, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and process.poll() is None:
            with suppress(OSError), socket.socket(socket.AF_UNIX) as knocking:
                knocking.connect(str(path))
                return
            time.sleep(0.02)
        raise AssertionError(f"{path.name} does not come:\n" + (self.root / "log").read_text()[-3000:])

    @contextmanager
    def client(self) -> Generator[docker.DockerClient]:
        made = docker.DockerClient(base_url=self.address, version="auto")
        try:
            yield made
        finally:
            made.close()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """dockerd alone."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(START_SECONDS)
            self.process = None

    def crash(self) -> None:
        """kill -9 of dockerd, of containerd and of what holds each container; the containers are gone with them."""
        with self.client() as client:
            inside = [each.attrs["State"]["Pid"] for each in client.containers.list(ignore_removed=True)]
        self.stop(signal.SIGKILL)
        assert self.containerd is not None
        self.containerd.kill()
        self.containerd.wait(START_SECONDS)
        self.containerd = None
        for pid in [*self.shims(), *inside]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def shims(self) -> list[int]:
        """containerd's, one for each container."""
        mark = f"-address {self.root}/containerd.sock"
        return [each.pid for each in psutil.process_iter(["cmdline"]) if mark in " ".join(each.info["cmdline"] or ())]

    def volumes(self) -> list[str]:
        with self.client() as client:
            return [each.name for each in client.volumes.list()]

    def containers(self) -> list[str]:
        with self.client() as client:
            return [str(each.id) for each in client.containers.list(all=True, sparse=True)]

    def clear(self) -> None:
        """Stops both in good order; nothing of them is left."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        with self.client() as client:
            for each in client.containers.list(all=True, sparse=True):
                each.remove(force=True, v=True)
        self.stop()
        assert self.containerd is not None
        self.containerd.terminate()
        self.containerd.wait(START_SECONDS)
        for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
            if line.split()[1].startswith(f"{self.root}/"):
                subprocess.run(["umount", "--lazy", line.split()[1]], check=True)
        for controller in Path("/sys/fs/cgroup").iterdir():
            with suppress(OSError):
                (controller / self.cgroup).rmdir()
        shutil.rmtree(self.root)


@contextmanager
def own_daemon(*options: str, **configuration: Any) -> Generator[OwnDaemon]:
    root = Path(tempfile.mkdtemp(prefix="qd-docker-"))
    root.chmod(0o711)
    made = OwnDaemon(root, options, configuration)
    made.start()
    try:
        yield made
    finally:
        made.clear()


@pytest.fixture(scope="session")
def docker_daemon() -> Generator[OwnDaemon]:
    """One for all tests of a process. It knows gVisor, where that is installed."""
    if CANNOT:
        pytest.skip(CANNOT)
    with own_daemon(**({} if CANNOT_GVISOR else {"runtimes": gvisor()["runtimes"]})) as daemon:
        yield daemon


@pytest.fixture(scope="session")
def gvisor_daemon() -> Generator[OwnDaemon]:
    """One whose containers run on gVisor's kernel where nothing else is asked for."""
    if CANNOT_GVISOR:
        pytest.skip(CANNOT_GVISOR)
    with own_daemon(**gvisor()) as daemon:
        yield daemon


def gvisor(*flags: str) -> dict[str, Any]:
    """A daemon's configuration. Without `flags`, those that the Debian package of 2022 needs."""
    arguments = flags or ("--fsgofer-host-uds", "--network=none")
    return {"runtimes": {"runsc": {"path": RUNSC, "runtimeArgs": [*arguments]}}, "default-runtime": "runsc"}


def daemon_of(request: pytest.FixtureRequest, driver: str) -> str:
    """The address of the daemon that a driver's jails are made with; empty for one that needs none."""
    daemons = {"docker": "docker_daemon", "gvisor": "gvisor_daemon"}
    if driver not in daemons:
        return ""
    daemon: OwnDaemon = request.getfixturevalue(daemons[driver])
    return daemon.address
