"""`quarterdeck up --detach`: the same in the background. What it has to say comes over a pipe until it is ready."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.host.errors import HostError


class Report:
    """The background's end of the pipe. Writing to a starter that is gone does nothing."""

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "w", buffering=1)

    def say(self, text: str) -> None:
        self._send({"say": text})

    def ready(self, token: str) -> None:
        self._send({"ready": token})
        self._file.close()

    def failed(self, error: QuarterdeckError, exit_code: int) -> None:
        self._send({"failed": error.message, "next_step": error.next_step, "exit_code": exit_code})

    def _send(self, message: Mapping[str, object]) -> None:
        try:
            if not self._file.closed:
                self._file.write(json.dumps(message) + "\n")
        except BrokenPipeError:
            pass


COMMAND = (sys.executable, "-P", "-m", "quarterdeck", "up")


def start(arguments: Sequence[str], log: Path, say: Callable[[str], None], command: Sequence[str] = COMMAND) -> str:
    """Starts `quarterdeck up` with these arguments in the background; returns the one-time token once it is ready.

    Raises what kept it from starting, with its exit code.
    """
    read, write = os.pipe()
    with log.open("a") as output:
        process = subprocess.Popen(
            [*command, *arguments, "--report", str(write)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(write,),
            start_new_session=True,
        )
    os.close(write)
    with os.fdopen(read) as report:
        for line in report:
            message: dict[str, str] = json.loads(line)
            if "ready" in message:
                # It goes on without its starter.
                process.returncode = 0
                return message["ready"]
            if "failed" in message:
                process.wait()
                raise _refused(message["failed"], message["next_step"], int(message["exit_code"]))
            say(message["say"])
    raise HostError(f"Quarterdeck ended with exit code {process.wait()} before it was ready.", f"See {log}.")


def _refused(message: str, next_step: str, exit_code: int) -> HostError:
    error = HostError(message, next_step)
    error.exit_code = exit_code
    return error
