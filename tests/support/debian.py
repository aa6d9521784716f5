"""A small Debian image from nothing but packages: made once on a machine, whatever the number of runs and processes."""

import fcntl
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import pytest
from tests.support.docker_daemon import OwnDaemon

NAME = "debian-of-the-tests:minimal"
PACKAGES = ("base-files", "base-passwd", "bash", "coreutils", "dash", "grep", "perl-base")
"""What tests run in it. They are only unpacked: to install all that Debian calls minimal takes six times as long."""
LEFT_OUT = (
    *("dev/*", "var/cache/*", "var/lib/apt/lists/*", "var/lib/dpkg/info/*"),
    *(f"usr/share/{name}/*" for name in ("doc", "info", "locale", "man")),
    "usr/lib/*/gconv/*",
)
"""What no test looks at: half of the files, each of which costs whenever a daemon takes the image in."""
MMDEBSTRAP = shutil.which("mmdebstrap")
MERGED_USR = Path("/usr/share/mmdebstrap/hooks/merged-usr")


@pytest.fixture(scope="session")
def debian_image(docker_daemon: OwnDaemon) -> Generator[str]:
    """The image's name, in the tests' daemon."""
    if MMDEBSTRAP is None:
        pytest.skip("there is no mmdebstrap: `apt install mmdebstrap`")
    archive = _archive()
    with docker_daemon.client() as client, archive.open("rb") as file:
        repository, tag = NAME.split(":")
        cast("Any", client.api).import_image_from_data(file, repository=repository, tag=tag)
    yield NAME
    with docker_daemon.client() as client:
        client.images.remove(NAME, force=True)


def _archive() -> Path:
    """Made by whoever comes first; the others wait for it."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "quarterdeck-tests"
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"debian-{_suite()}-unpacked.tar"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not archive.exists():
            _bootstrap(archive)
    return archive


def _suite() -> str:
    release = platform.freedesktop_os_release()
    return release.get("VERSION_CODENAME", "bookworm") if release.get("ID") == "debian" else "bookworm"


def _bootstrap(archive: Path) -> None:
    assert MMDEBSTRAP is not None
    root = Path(tempfile.mkdtemp(prefix="qd-debian-"))
    root.chmod(0o755)
    try:
        environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
        what = ["--variant=extract", f"--include={','.join(PACKAGES)}", f"--hook-dir={MERGED_USR}"]
        command = [MMDEBSTRAP, "--quiet", "--mode=root", "--format=directory", *what, _suite(), str(root)]
        subprocess.run(command, check=True, capture_output=True, env=environment)
        for name in ("passwd", "group"):  # what base-passwd does once it is installed
            shutil.copy(root / "usr/share/base-passwd" / f"{name}.master", root / "etc" / name)
        fresh = archive.with_suffix(".new")
        left_out = [f"--exclude=./{name}" for name in LEFT_OUT]
        subprocess.run(["tar", "-C", str(root), *left_out, "-cf", str(fresh), "."], check=True)
        fresh.replace(archive)
    finally:
        # where it was interrupted, its /proc is mounted still
        for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
            if line.split()[1].startswith(f"{root}/"):
                subprocess.run(["umount", "--lazy", line.split()[1]], check=True)
        shutil.rmtree(root)
