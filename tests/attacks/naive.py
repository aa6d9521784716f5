"""A host that reads a workspace without care: what the attacks on a host are made for, and their control."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

STEP_SECONDS = 2.0
GIT = ("git", "-c", "safe.directory=*", "-c", "user.name=naive", "-c", "user.email=naive@example.invalid")
STEPS: tuple[tuple[str, ...], ...] = (
    (*GIT, "status"),
    (*GIT, "submodule", "update"),
    (*GIT, "add", "--all"),
    (*GIT, "diff", "HEAD"),
    (*GIT, "commit", "--quiet", "--message", "naive"),
    (*GIT, "fetch", "origin"),
    (sys.executable, "-c", "import json"),
    ("sh", "-c", "exec cat * .git* .git/* */* .quarterdeck/*/* docs/*"),
)


def read(folder: Path, scratch: Path) -> tuple[str, list[str]]:
    """Everything that was printed or copied, and what hung or broke."""
    printed, trouble = "", list[str]()
    for step in STEPS:
        try:
            done = subprocess.run(
                step,
                cwd=folder,
                env={"PATH": os.environ["PATH"], "HOME": str(scratch), "GIT_TERMINAL_PROMPT": "0"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=STEP_SECONDS,
                check=False,
            )
            printed += done.stdout.decode(errors="replace")
        except subprocess.TimeoutExpired:
            trouble.append(f"{step[-1]} hung")
    try:
        for _ in os.walk(folder):
            pass
        shutil.rmtree(folder)
    except (RecursionError, OSError) as error:
        trouble.append(f"it cannot be removed: {type(error).__name__}")
    return printed, trouble
