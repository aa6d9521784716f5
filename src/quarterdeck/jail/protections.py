"""What keeps a jail shut on this host, told from the inside: a throw-away jail is made and looked at."""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from quarterdeck.application.frames import FrameKind, decode
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.jail import folders, probes
from quarterdeck.jail.abstract import ExecSpec, Jail, JailDriver, JailSpec, Protection
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.limits import counts_processes_by_namespace
from quarterdeck.jail.probes import Probe
from quarterdeck.jail.program import BIN

LOCK = "lock"
"""The file that a worker which works here has made."""
PROBE = """
status() { grep -m1 "^$1:" /proc/self/status | tr -s '\\t ' ' ' | cut -d' ' -f2; }
echo "capabilities=$(status CapBnd)$(status CapEff)"
echo "privileges=$(status NoNewPrivs)"
echo "seccomp=$(status Seccomp)"
echo "interfaces=$(grep -c : /proc/net/dev)"
unshare --user true 2>/dev/null && echo nested=1 || echo nested=0
touch /usr/x 2>/dev/null && echo usr=1 || echo usr=0
"""


async def look_from_inside(driver: JailDriver, state: Path, uid: int) -> Sequence[Protection]:
    """Raises nothing: what fails is a protection that is off. Leaves nothing where there was nothing."""
    places = (state / folders.SESSIONS, state / probes.MARKS, state, *state.parents)
    try:
        missing = [folder for folder in places if not folder.exists()]
    except OSError as error:
        return [_unusable(state, error)]
    try:
        return await _look_in(driver, state, uid)
    finally:
        _take_back(state, missing)


def _take_back(state: Path, made: Sequence[Path]) -> None:
    """Removes the folders that were made for this look alone: not where a worker has come meanwhile."""
    if state in made and not (state / LOCK).exists():
        shutil.rmtree(state / BIN, ignore_errors=True)
    for folder in made:
        with suppress(OSError):
            folder.rmdir()


async def _look_in(driver: JailDriver, state: Path, uid: int) -> Sequence[Protection]:
    try:
        with probes.looking(state) as probe:
            return await _look(driver, probe, uid)
    except OSError as error:
        return [_unusable(state, error)]


def _unusable(state: Path, error: OSError) -> Protection:
    return Protection(name="jail", on=False, detail=f"{state}: {error.strerror}", next_step="Make it writable.")


async def _look(driver: JailDriver, probe: Probe, uid: int) -> list[Protection]:
    try:
        facts = await _probe(driver, workspace_of(probe, "clone", uid))
    except JailError as error:
        return [Protection(name="jail", on=False, detail=error.message, next_step=error.next_step)]
    except OSError as error:
        detail = f"no folder can be given to the jail's user (uid {uid}): {error.strerror}"
        step = "Set QD_JAIL_UID to a user id that exists here; a container may have few."
        return [Protection(name="jail", on=False, detail=detail, next_step=step)]
    return [*_read(facts), await _overlay(driver, probe, uid), *_limits()]


async def _overlay(driver: JailDriver, probe: Probe, uid: int) -> Protection:
    try:
        await _probe(driver, workspace_of(probe, "overlay", uid))
    except JailError as error:
        return Protection(name="overlay workspaces", on=False, detail=error.message, next_step=error.next_step)
    return Protection(name="overlay workspaces", on=True, detail="a session starts without a copy of the files")


def workspace_of(probe: Probe, kind: str, uid: int) -> PreparedWorkspace:
    probe.folder.chmod(0o711)
    made: list[Path] = []
    for name in ("upper", "work", "lower"):
        folder = probe.folder / f"{kind}-{name}"
        folder.mkdir()
        if os.geteuid() == 0:
            os.chown(folder, uid, uid)
        made.append(folder)
    upper, work, lower = made
    return PreparedWorkspace(
        session_id=probe.jail(kind), kind=kind, base_commit="", tree="", upper=upper, work=work, lower=lower
    )


async def _probe(driver: JailDriver, workspace: PreparedWorkspace) -> dict[str, str]:
    jail = await driver.create(JailSpec(session_id=workspace.session_id, workspace=workspace))
    try:
        return dict(line.split("=", 1) for line in (await _run(jail)).splitlines() if "=" in line)
    finally:
        await jail.destroy()


async def _run(jail: Jail) -> str:
    command_id = uuid4()
    await jail.start(ExecSpec(command_id=command_id, text=PROBE, timeout_seconds=30))
    printed = b""
    async for batch in jail.spool(command_id, 0):
        printed += b"".join(frame.data for frame in decode(batch.encoded) if frame.kind == FrameKind.OUTPUT)
    return printed.decode(errors="replace")


def _read(facts: dict[str, str]) -> list[Protection]:
    def told(name: str, fact: str, expected: str, detail: str) -> Protection:
        found = facts.get(fact, "")
        on = found == expected
        return Protection(name=name, on=on, detail=detail if on else f"{fact} is {found!r}, not {expected!r}")

    return [
        Protection(name="jail", on=True, detail="bubblewrap makes jails in namespaces of their own"),
        told("no capabilities", "capabilities", "0" * 32, "none in the bounding or the effective set"),
        told("no new privileges", "privileges", "1", "set-uid programs gain nothing"),
        told("seccomp", "seccomp", "2", "a deny list of system calls is in force"),
        told("no network", "interfaces", "1", "only the jail's own loopback"),
        told("no nested namespaces", "nested", "0", "user namespaces cannot be made inside"),
        told("read-only system", "usr", "0", "/usr cannot be written"),
    ]


def _limits() -> list[Protection]:
    counted = counts_processes_by_namespace()
    return [
        Protection(
            name="process limit",
            on=counted,
            detail="counted per jail" if counted else "this kernel counts all jails of a user together",
            next_step="" if counted else "Use Linux 5.14 or later.",
        )
    ]
