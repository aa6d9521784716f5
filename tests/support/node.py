"""Node's programs, from the path or from the wheel that the tests install."""

import asyncio
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=sysconfig.get_path("scripts"))
    assert found, f"{name} is missing: install the test dependencies"
    return found


def environment() -> dict[str, str]:
    """With the programs beside each other found by each other."""
    return {**os.environ, "PATH": f"{Path(program('node')).parent}:{os.environ['PATH']}"}


def install(source: Path, folder: Path) -> None:
    """Copies a package, which lies in one folder, and installs what its lock file names."""
    for path in source.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    command = [program("npm"), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=folder, env=environment(), check=True, timeout=300)


async def run(*command: str, cwd: Path) -> str:
    """What it prints."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, env=environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()
    return out.decode()
