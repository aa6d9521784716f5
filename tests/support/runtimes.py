"""The runtime folder of containers, made once in a test process: each place of jails has links to its files.

To copy and compile it was half of what a container cost.
"""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from quarterdeck.jail.docker import runtime


def give_runtime(state: Path) -> None:
    """To a driver whose folder this is. One that needs another makes that."""
    made, folder = _made(), state / runtime.FOLDER
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    if not (folder / made.name).exists():
        shutil.copytree(made, folder / made.name, copy_function=os.link)


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="qd-runtime-"))
    folder.chmod(0o711)
    atexit.register(shutil.rmtree, folder)
    return runtime.make(folder).folder
