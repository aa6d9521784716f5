"""The runtime folder of containers, made once in a test process: each place of jails has links to its files.

To copy and compile it was half of what a container cost.
"""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.support import memory

from quarterdeck.jail.docker import runtime


def give_runtime(state: Path) -> None:
    """To a driver whose folder this is. One that needs another makes that."""
    folder = state / runtime.FOLDER
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    made = _made(folder.stat().st_dev)
    if made and not (folder / made.name).exists():
        shutil.copytree(made, folder / made.name, copy_function=os.link)


@cache
def _made(device: int) -> Path | None:
    """On this one, as links do not lead to another; None where tests have no place on it."""
    places = (memory.place(), Path(tempfile.gettempdir()))
    place = next((each for each in places if each.stat().st_dev == device), None)
    if place is None:
        return None
    folder = memory.new_folder(0o711, place)
    atexit.register(shutil.rmtree, folder)
    return runtime.make(folder).folder
