"""Building the web client: beside what is there, and put in its place as a whole, so that no half is ever served."""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from quarterdeck.web_client.errors import BuildError
from quarterdeck.web_client.node import Node, find
from quarterdeck.web_client.places import BUILT, PAGE, SOURCES
from quarterdeck.web_client.sources import digest_of

Say = Callable[[str], None]

WORK = ".build"
"""Below the sources: the lock, what is being built, and why the last build failed."""
STAMP = ".digest"
"""In the built folder: what it was built from."""
LOCK_FILE = "package-lock.json"
PACKAGES_SECONDS = 900.0
BUILD_SECONDS = 300.0
SHOWN_LINES, NPM_LINES = 12, 4


def is_current(sources: Path = SOURCES) -> bool:
    """Whether what is built, if anything, is from the sources as they are."""
    with suppress(OSError):
        stamp = (sources / BUILT / STAMP).read_text()
        return (sources / BUILT / PAGE).is_file() and stamp == digest_of(sources)
    return False


def why_not_built(sources: Path = SOURCES) -> str:
    """What the last build failed for; empty where it did not."""
    with suppress(OSError):
        return (sources / WORK / "failed").read_text().strip()
    return ""


def build(say: Say, sources: Path = SOURCES, node: Callable[[Say], Node] = find) -> None:
    """Builds it where it is missing or its sources have changed. Raises BuildError; what was built before stays."""
    if is_current(sources):
        return
    failed = sources / WORK / "failed"
    try:
        failed.parent.mkdir(exist_ok=True)
        with _alone(failed.with_name("lock"), say):
            if not is_current(sources):
                _build(say, sources, node)
        failed.unlink(missing_ok=True)
    except OSError as error:
        raise BuildError(f"{error.filename}: {error.strerror}.", f"Give this user rights on {sources}.") from error
    except BuildError as error:
        failed.write_text(f"{error.message}\n{error.next_step}\n")
        raise


def _build(say: Say, sources: Path, node: Callable[[Say], Node]) -> None:
    digest, began = digest_of(sources), time.monotonic()
    say("Building the web client (once for these sources) ...")
    found = node(say)
    _install_packages(say, sources, found)
    made = sources / WORK / BUILT
    shutil.rmtree(made, ignore_errors=True)
    run_program(found, ["npm", "run", "--silent", "build", "--", "--outDir", str(made), "--emptyOutDir"], sources)
    run_program(found, ["node", "pack.ts", str(made)], sources)
    if not (made / PAGE).is_file():
        raise BuildError(f"The build of the web client made no {PAGE}.", f"See its build script in {sources}.")
    (made / STAMP).write_text(digest)
    _open_to_read(made)
    _replace(sources / BUILT, made)
    say(f"The web client is built: {time.monotonic() - began:.0f} s, with Node {found.version}")


def _install_packages(say: Say, sources: Path, node: Node) -> None:
    """As the lock file has them, unless they are there. Their scripts are not run: none is needed."""
    wanted = sha256((sources / LOCK_FILE).read_bytes()).hexdigest()
    stamp = sources / "node_modules" / STAMP
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    say("Downloading its packages with npm ...")
    run_program(node, ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], sources, PACKAGES_SECONDS)
    stamp.write_text(wanted)


def run_program(node: Node, command: Sequence[str], sources: Path, seconds: float = BUILD_SECONDS) -> None:
    """With all that it starts, which is ended with it; were this killed, that goes on and has the lock till its end."""
    program = [str(node.folder / command[0]), *command[1:]]
    with subprocess.Popen(
        program,
        cwd=sources,
        env=node.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        close_fds=False,
    ) as process:
        try:
            out, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise _failed(command, f"it took more than {seconds:.0f} s") from error
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode != 0:
        raise _failed(command, _gist(out))


def _gist(out: str) -> str:
    """What a terminal may show of it: npm says first what is wrong and then where, other programs say it last."""
    lines = ["".join(each if each.isprintable() else " " for each in line).rstrip() for line in out.splitlines()]
    of_npm = [line for line in lines if line.startswith("npm error")]
    return "\n".join(of_npm[:NPM_LINES] or [line for line in lines if line][-SHOWN_LINES:])


def _failed(command: Sequence[str], why: str) -> BuildError:
    again = "Mend that and start again; npm takes a proxy or a mirror from its own configuration."
    return BuildError(f"`{' '.join(command[:3])}` failed: {why}", again)


def _open_to_read(folder: Path) -> None:
    """The gateway may run as another user."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def _replace(place: Path, made: Path) -> None:
    """Were this killed between the two steps, nothing would be there, and the next start builds again."""
    earlier = made.with_name("earlier")
    shutil.rmtree(earlier, ignore_errors=True)
    if place.exists():
        place.rename(earlier)
    made.rename(place)
    shutil.rmtree(earlier, ignore_errors=True)


@contextmanager
def _alone(lock: Path, say: Say) -> Generator[None]:
    """One build at a time. The kernel drops the lock with its last holder; programs that are started hold it too."""
    with lock.open("w") as file:
        os.set_inheritable(file.fileno(), True)  # noqa: FBT003 - the standard library's signature
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("The web client is being built by another start; waiting for that ...")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
