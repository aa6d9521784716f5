"""How a command ended: from what its subreaper reported, what its group used, and what was done to it."""

import os
import signal
from typing import Any

from quarterdeck.jail.shim.groups import Used

LIMITS_TOLD = {
    "out_of_memory": "The session's memory ran out: everything that this command started was ended.",
    "too_many_processes": "The session's processes ran out: some that this command wanted could not be started.",
}

Head = dict[str, Any]


def limit_hit(report: Head, used: Used | None) -> str:
    """The limit that a failed command ran into, as far as its group knows."""
    if used is None:
        return ""
    if used.killed_for_memory:
        return "out_of_memory"
    return "too_many_processes" if report["status"] and used.refused_processes else ""


def outcome(report: Head, used: Used | None, reason: str | None, wall_ms: int) -> Head:
    """`reason`: why it was to end, where something had it end."""
    status = int(report["status"])
    code, number = (None, os.WTERMSIG(status)) if os.WIFSIGNALED(status) else (os.WEXITSTATUS(status), None)
    reason = reason or limit_hit(report, used) or ("signalled" if number is not None else "exited")
    if report["failure"]:
        code, number, reason = None, None, "not_started"
    cpu_ms, peak = (used.cpu_ms, used.peak_bytes) if used else (None, None)
    return {
        "exit_code": code,
        "signal": None if number is None else _name(number),
        "reason": reason,
        "wall_ms": wall_ms,
        "cpu_ms": report["cpu_ms"] if cpu_ms is None else cpu_ms,
        "peak_memory_bytes": peak or report["peak"],
        "shell_state": report.get("state"),
    }


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name.removeprefix("SIG")
    except ValueError:
        return f"RTMIN+{number - signal.SIGRTMIN}"
