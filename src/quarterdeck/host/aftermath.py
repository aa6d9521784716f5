"""What a `quarterdeck up` that was killed left on its data directory: found by its records, ended, and told.

A process is ended only where the kernel confirms that it is the recorded one. Whoever calls this holds the lock.
"""

import json
import signal
from typing import Any

from quarterdeck.adapters.disks.disks import SessionDisks
from quarterdeck.host import leftovers, lock, services
from quarterdeck.host.errors import HostError
from quarterdeck.host.layout import DataDirectory
from quarterdeck.host.roles import ROLES, ZYGOTE
from quarterdeck.jail import ruins
from quarterdeck.jail.shim import record

GRACE_SECONDS = 4.0
"""What a worker needs to report what ran as lost, and more."""


def end(data: DataDirectory) -> list[str]:
    """Ends all of it and names each. Raises HostError or JailError where something cannot be ended."""
    ended = [*_roles(data), *_jails(data), *services.end_leftovers(data)]
    for file in (data.client, data.state):
        file.unlink(missing_ok=True)
    return ended


def _roles(data: DataDirectory) -> list[str]:
    known = _recorded(data)

    def alive() -> list[int]:
        return [pid for pid, (_, birth) in known.items() if leftovers.recorded(pid, birth)]

    found = alive()
    if not leftovers.end(alive, (signal.SIGTERM, signal.SIGKILL), each=GRACE_SECONDS):
        raise HostError(
            f"Processes of an earlier start cannot be ended: {', '.join(_named(known, alive()))}.",
            "They hang in the kernel: look at its log.",
        )
    return _named(known, found)


def _named(known: dict[int, tuple[str, int]], pids: list[int]) -> list[str]:
    return [f"{known[pid][0]} (pid {pid})" for pid in pids]


def _recorded(data: DataDirectory) -> dict[int, tuple[str, int]]:
    """Name and birth of each role that was written down in this boot, by pid."""
    try:
        state: dict[str, Any] = json.loads(data.state.read_text())
        if state["boot"] != record.boot():
            return {}
        return {
            int(child["pid"]): (str(child["name"]), int(child["birth"]))
            for child in state["children"]
            if child["pid"] and child["birth"] and child["name"] in {*ROLES, ZYGOTE}
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _jails(data: DataDirectory) -> list[str]:
    """Those of a worker that runs by itself (`quarterdeck serve worker`) are left to it."""
    if lock.is_held(data.worker_lock):
        return []
    ended = [f"the jail of session {session_id}" for session_id in ruins.end_all(data.worker)]
    SessionDisks(data.worker / "disks").put_all_away()
    return ended
