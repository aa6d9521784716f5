"""The git program, run so that nothing of the user's, the system's or a repository's configuration takes part."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

from quarterdeck.domain.errors import UnavailableError

CONFIG = """\
[safe]
    directory = *
[core]
    hooksPath = /dev/null
    fsmonitor = false
    attributesFile = /dev/null
    excludesFile = /dev/null
    askPass =
[credential]
    helper =
[protocol]
    allow = never
[init]
    defaultBranch = main
[gc]
    auto = 0
[maintenance]
    auto = false
[fetch]
    recurseSubmodules = false
[submodule]
    recurse = false
[checkout]
    workers = 0
[index]
    version = 2
[advice]
    detachedHead = false
[http]
    lowSpeedLimit = 1000
    lowSpeedTime = 60
"""
"""For `safe.directory`, only a file will do: upload-pack of a local path is started without `git -c`'s settings."""

PART = 256 * 1024
SMALL_WINDOWS = ("-c", "core.packedGitWindowSize=8m", "-c", "core.packedGitLimit=32m")
"""Of a pack git maps so much into its memory at a time, instead of all."""

_KEPT = (
    *("PATH", "HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"),
    *("http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY", "all_proxy", "ALL_PROXY"),
)
_SET = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "SSH_ASKPASS": "false",
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=15 -o PermitLocalCommand=no",
    "GIT_SSH_VARIANT": "ssh",
    "GIT_PROXY_COMMAND": "",
    "GIT_EDITOR": "false",
    "GIT_PAGER": "cat",
}


OLDEST = (2, 34)
SETPRIV = "setpriv"
INSTALL = {
    "git": f"Install git {OLDEST[0]}.{OLDEST[1]} or later.",
    SETPRIV: "Install util-linux, which has it.",
}
"""What to do where a program is not there."""


def as_user(uid: int | None, gid: int | None) -> tuple[str, ...]:
    """What runs a program as that user, in no further groups; nothing for None: as whoever this is.

    `subprocess` changes users, too, but forks for it, and copies what this process has of page tables: of 500 MB that
    takes 40 ms of a processor, during which its other threads wait, and this 2 ms.
    """
    return () if uid is None else (SETPRIV, f"--reuid={uid}", f"--regid={gid}", "--clear-groups")


class GitFailedError(Exception):
    """Git ended with an error; its words, which may hold anything, are in `stderr`, and what it printed in `stdout`."""

    def __init__(self, stderr: str, stdout: str = "") -> None:
        super().__init__(stderr)
        self.stderr, self.stdout = stderr, stdout


class GitTimedOutError(Exception):
    """Git was ended because it took longer than allowed."""


@dataclass(frozen=True, kw_only=True)
class Git:
    """Runs git with `config` as its only configuration."""

    config: Path
    settings: dict[str, str] = field(default_factory=dict[str, str])
    """Further environment."""
    owner: tuple[int, int] | None = None
    """Uid and gid that it runs as, where a call names no user."""

    def run(
        self,
        *arguments: str | bytes | Path,
        timeout: float,
        user: int | None = None,
        cwd: bytes | Path = b"/",
        keep: Sequence[int] = (),
        given: bytes | int = b"",
    ) -> bytes:
        """What git prints. `user`: run as that uid and gid. `keep`: descriptors it holds too, such as a lock's.

        `given`: its standard input, or the descriptor of that.
        """
        text = given if isinstance(given, bytes) else b""
        stdin = given if isinstance(given, int) else subprocess.PIPE if given else subprocess.DEVNULL
        process = self.start(*arguments, user=user, cwd=cwd, keep=keep, given=stdin)
        with ending(process):
            try:
                out, err = process.communicate(text or None, timeout=timeout)
            except subprocess.TimeoutExpired:
                raise GitTimedOutError from None
        if process.returncode:
            raise GitFailedError(*(each.decode(errors="backslashreplace") for each in (err, out)))
        return out

    def start(
        self,
        *arguments: str | bytes | Path,
        user: int | None = None,
        cwd: bytes | Path = b"/",
        keep: Sequence[int] = (),
        given: int = subprocess.DEVNULL,
        errors: int = subprocess.PIPE,
    ) -> "subprocess.Popen[bytes]":
        """Git with its output on a pipe, to be put into `ending`."""
        uid, gid = (user, user) if user is not None else self.owner or (None, None)
        program = (*as_user(uid, gid), "git")
        try:
            return subprocess.Popen(
                [*program, *arguments],
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=self._environment(),
                cwd=cwd,
                umask=0o022,
                pass_fds=keep,
                start_new_session=True,
            )
        except FileNotFoundError:
            raise UnavailableError(f"There is no {program[0]} on this worker.", INSTALL[program[0]]) from None

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return {**kept, **_SET, "GIT_CONFIG_GLOBAL": str(self.config), **self.settings}


@contextlib.contextmanager
def ending(process: "subprocess.Popen[bytes]") -> Generator[None]:
    """Git has ended afterwards, with whatever transport it started: they are one process group, which it leads."""
    with process:
        try:
            yield
        finally:
            kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Until it is reaped, the group is its own."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def streamed(git: Git, *arguments: str | Path, cwd: bytes | Path, timeout: float) -> Generator[bytes]:
    """What git prints, in parts of at most `PART` bytes. Raises UnavailableError where it does not come to its end."""
    with TemporaryFile() as words:
        process = git.start(*arguments, cwd=cwd, errors=words.fileno())
        late = threading.Timer(timeout, kill, [process])
        with ending(process):
            if process.stdout is None:
                raise RuntimeError("a pipe was asked for")
            late.start()
            try:
                while part := process.stdout.read(PART):
                    yield part
                status = process.wait()
            finally:
                late.cancel()
        if status:
            words.seek(0)
            said = words.read(300).decode(errors="backslashreplace").strip()
            raise UnavailableError(f"Git failed at reading snapshots: {said or f'status {status}'}", "Try again.")
