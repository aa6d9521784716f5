"""The exit codes of `qd`. They are stable: scripts may rely on them. `docs/reference/exit-codes.md` is this table."""

from enum import IntEnum
from typing import Final


class ExitCode(IntEnum):
    OK = 0
    CHECK_FAILED = 1
    USAGE = 2
    NOT_FOUND = 66
    UNAVAILABLE = 69
    BUG = 70
    OUTPUT_DIFFERS = 74
    TRY_AGAIN = 75
    NOT_PERMITTED = 77
    NOT_SET_UP = 78
    STOPPED_BY_LIMIT = 123
    TIMED_OUT = 124
    LOST = 125
    REFUSED = 126
    CANCELLED = 130
    OUT_OF_MEMORY = 137
    OUTPUT_CLOSED = 141
    TERMINATED = 143


SIGNAL_BASE: Final = 128
"""A command that ended by signal n gives 128 + n, as in a shell."""

MEANINGS: Final[dict[ExitCode, str]] = {
    ExitCode.OK: "Done. For `qd run`: the command exited with 0, or was detached from.",
    ExitCode.CHECK_FAILED: "The check found something wrong: `qd audit verify` on a broken chain.",
    ExitCode.USAGE: "Wrong arguments: `qd` or the server refused them.",
    ExitCode.NOT_FOUND: "No such project, session, command or token, or none that you may see.",
    ExitCode.UNAVAILABLE: "The server, or a part of it that is needed, does not answer.",
    ExitCode.BUG: "A defect in `qd` or in the server.",
    ExitCode.OUTPUT_DIFFERS: (
        "The output received is not the output recorded, nor what an erasure left of it: its SHA-256 differs, or a "
        "part is lost."
    ),
    ExitCode.TRY_AGAIN: "The object is not in a state that allows this, or a published limit or a budget was reached.",
    ExitCode.NOT_PERMITTED: "Not logged in, or the token lacks the scope.",
    ExitCode.NOT_SET_UP: "Something is missing here: no server known, or no project for this folder.",
    ExitCode.STOPPED_BY_LIMIT: "`qd run`, `qd attach`: the command went over a quota or its limit of output.",
    ExitCode.TIMED_OUT: "`qd run`, `qd attach`: the command's time was up, as with `timeout`.",
    ExitCode.LOST: "`qd run`, `qd attach`: the command was lost, or its session failed, was lost or closed.",
    ExitCode.REFUSED: "`qd run`, `qd attach`: the command was refused, or could not be started.",
    ExitCode.CANCELLED: "Interrupted with Ctrl-C, or the command was cancelled.",
    ExitCode.OUT_OF_MEMORY: "`qd run`, `qd attach`: the command ran out of memory, or ended by SIGKILL (128 + 9).",
    ExitCode.OUTPUT_CLOSED: "Nobody reads the output of `qd` any more (128 + SIGPIPE).",
    ExitCode.TERMINATED: "`qd` was asked to end by SIGTERM (128 + 15).",
}


def table() -> str:
    """The reference table, in Markdown."""
    rows = [f"| {code.value} | {MEANINGS[code]} |" for code in ExitCode]
    return "\n".join(["| code | meaning |", "|---|---|", *rows])
