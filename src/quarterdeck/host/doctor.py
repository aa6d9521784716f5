"""`quarterdeck doctor`: which parts and protections this host has, which are off, and what to do."""

import os
import platform
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from quarterdeck.adapters.disks.disks import next_step, why_not
from quarterdeck.adapters.git import program as git_program
from quarterdeck.application.ports.delivery import Mailer
from quarterdeck.application.ports.objects import ObjectStore
from quarterdeck.config import Settings
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.host import kernel, lock, outgoing
from quarterdeck.host.accounts import Account, current, to_run_as
from quarterdeck.host.binaries import nats_server, postgres_install
from quarterdeck.host.finding import Finding
from quarterdeck.host.layout import ROOM_TO_START, DataDirectory
from quarterdeck.host.privileges import dropping
from quarterdeck.host.settings import misspelt
from quarterdeck.jail.abstract import JailDriver
from quarterdeck.web_client.build import is_current, why_not_built
from quarterdeck.web_client.places import INSTALLED, PAGE, SOURCES, folder

ROOM_TO_WORK = 5 * 1024**3


async def examine(
    settings: Settings,
    driver: JailDriver | None,
    objects: Callable[[], ObjectStore] | None = None,
    mailer: Callable[[], Mailer] | None = None,
) -> Sequence[Finding]:
    """Looks at everything and changes nothing."""
    data = DataDirectory(settings.data_dir)
    findings = [
        _platform(),
        _git(),
        *_setpriv(),
        *_services(settings),
        _user(settings, data),
        _data_dir(data),
        _room(data),
        _running(data),
        web_client_found(),
        *(Finding(area="settings", name="environment", on=False, detail=text) for text in misspelt()),
        kernel.user_namespaces(settings.jail_uid if current().uid == 0 else 0),
        kernel.apparmor(),
        kernel.overlay(),
        _quotas(data),
        kernel.cgroups(),
    ]
    mail = [await outgoing.mail(mailer)] if mailer is not None else []
    return [*findings, *await _object_store(settings, objects), *mail, *await _jail(driver)]


def _platform() -> Finding:
    return Finding(
        area="host",
        name="Python and kernel",
        on=sys.platform == "linux",
        detail=f"Python {platform.python_version()}, {platform.system()} {platform.release()}, {platform.machine()}",
        next_step="" if sys.platform == "linux" else "Run Quarterdeck on Linux.",
        required=True,
    )


def _git() -> Finding:
    path = shutil.which("git")
    found = _first_line([path, "--version"]) if path else "not on PATH"
    digits = [int(part) for part in found.removeprefix("git version ").split(".")[:2] if part.isdigit()]
    recent = tuple(digits) >= git_program.OLDEST
    return Finding(
        area="host",
        name="git",
        on=recent,
        detail=found,
        next_step="" if recent else git_program.INSTALL["git"],
        required=True,
    )


def _setpriv() -> list[Finding]:
    """What runs git as the owner of a repository, where this runs as root."""
    if current().uid != 0:
        return []
    found = shutil.which(git_program.SETPRIV)
    return [
        Finding(
            area="host",
            name=git_program.SETPRIV,
            on=found is not None,
            detail=found or "not on PATH",
            next_step="" if found else git_program.INSTALL[git_program.SETPRIV],
            required=True,
        )
    ]


def _services(settings: Settings) -> list[Finding]:
    return [_postgres(settings), _nats(settings), *_database_roles(settings)]


def _postgres(settings: Settings) -> Finding:
    if settings.database_url is not None:
        return Finding(area="services", name="PostgreSQL", on=True, detail="external: QD_DATABASE_URL", required=True)
    try:
        program = postgres_install() / "bin" / "postgres"
    except QuarterdeckError as error:
        return _off("services", "PostgreSQL", error)
    detail = f"embedded: {_first_line([str(program), '--version'])}"
    return Finding(area="services", name="PostgreSQL", on=True, detail=detail, required=True)


def _nats(settings: Settings) -> Finding:
    if settings.nats_url is not None:
        return Finding(area="services", name="NATS", on=True, detail="external: QD_NATS_URL", required=True)
    try:
        program = nats_server()
    except QuarterdeckError as error:
        return _off("services", "NATS", error)
    detail = f"embedded: {_first_line([str(program), '--version'])}"
    return Finding(area="services", name="NATS", on=True, detail=detail, required=True)


def _database_roles(settings: Settings) -> list[Finding]:
    if settings.database_url is None or settings.database_owner_url is not None:
        return []
    return [
        Finding(
            area="services",
            name="append-only database role",
            on=False,
            detail="QD_DATABASE_URL serves the owner and the application alike, so the log could be altered through it",
            next_step="Set QD_DATABASE_OWNER_URL to the owner, and QD_DATABASE_URL to a role of its own.",
        )
    ]


def _user(settings: Settings, data: DataDirectory) -> Finding:
    me = current()
    if me.uid != 0:
        detail = f"everything runs as {me.name}, who is not root"
        return Finding(area="privileges", name="unprivileged roles", on=True, detail=detail)
    try:
        account = to_run_as(settings.run_as)
    except QuarterdeckError as error:
        return _off("privileges", "unprivileged roles", error)
    return _dropping(account, data)


def _dropping(account: Account, data: DataDirectory) -> Finding:
    found = dropping(account, data.root)
    hidden = f"; each in a mount namespace that hides {', '.join(map(str, found.hidden))}" if found.hidden else ""
    return Finding(
        area="privileges",
        name="unprivileged roles",
        on=found.possible,
        detail=f"all but the worker run as {account.name}{hidden}" if found.possible else found.why_not,
        next_step="" if found.possible else "Install Quarterdeck where that user can read it, or run it as that user.",
    )


def _data_dir(data: DataDirectory) -> Finding:
    try:
        info = data.root.stat()
    except FileNotFoundError:
        return Finding(area="storage", name="data directory", on=True, detail=f"{data.root} will be made")
    except OSError as error:
        return _off("storage", "data directory", data.refusal(error))
    open_to_others = stat.S_IMODE(info.st_mode) & (0o066 if current().uid == 0 else 0o077)
    fine = os.access(data.root, os.W_OK) and info.st_uid == os.geteuid() and not open_to_others
    return Finding(
        area="storage",
        name="data directory",
        on=fine,
        detail=f"{data.root}, mode {stat.S_IMODE(info.st_mode):o}, owner uid {info.st_uid}",
        next_step="" if fine else "It must belong to whoever runs Quarterdeck, and to nobody else.",
    )


def _room(data: DataDirectory) -> Finding:
    free = _free(data.root)
    return Finding(
        area="storage",
        name="disk space",
        on=free >= ROOM_TO_WORK,
        detail=f"{free / 1024**3:.1f} GiB free",
        next_step="" if free >= ROOM_TO_WORK else f"Have {ROOM_TO_WORK // 1024**3} GiB or more for repositories.",
        required=free < ROOM_TO_START,
    )


def _quotas(data: DataDirectory) -> Finding:
    """Whether sessions get disks of their own, found out by making one where they would lie."""
    place = next(each for each in (data.worker, data.root, *data.root.parents) if each.is_dir())
    missing = why_not(place)
    return Finding(
        area="workspace",
        name="workspace quotas",
        on=not missing,
        detail=f"counted by a watcher, no disk can be mounted: {missing}" if missing else "kept by a disk per session",
        next_step=next_step(missing) if missing else "",
    )


def _free(folder: Path) -> int:
    """Bytes free where the folder is, or would be."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return _free(folder.parent)


def _running(data: DataDirectory) -> Finding:
    try:
        by = lock.holder(data.lock)
    except QuarterdeckError as error:
        return _off("host", "Quarterdeck", error)
    detail = f"runs as pid {by.pid} at {by.url}" if by else "does not run on this data directory"
    return Finding(area="host", name="Quarterdeck", on=True, detail=detail)


def web_client_found(installed: Path = INSTALLED, sources: Path = SOURCES) -> Finding:
    """The gateway works without it, and so does `qd`."""
    place = folder(installed, sources)
    there = (place / PAGE).is_file()
    detail = f"in {place}" if there else "not built"
    step = "" if there else "Install a released wheel, which has it, or run `make up` in a checkout."
    if place != installed and sources.is_dir() and not is_current(sources):
        why = why_not_built(sources)
        detail = f"{detail}, of older sources" if there else detail
        detail, step = f"{detail}: {why}" if why else detail, "`make up` builds it."
    return Finding(area="gateway", name="web client", on=there, detail=detail, next_step=step)


async def _object_store(settings: Settings, objects: Callable[[], ObjectStore] | None) -> list[Finding]:
    if objects is None:
        return []
    parts = urlsplit(settings.object_store)
    if parts.scheme == "file" and not Path(unquote(parts.path)).exists():
        return [Finding(area="storage", name="object store", on=True, detail=f"{unquote(parts.path)} will be made")]
    try:
        await objects().list("doctor")
    except QuarterdeckError as error:
        return [_off("storage", "object store", error)]
    place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{unquote(parts.path)}"
    return [Finding(area="storage", name="object store", on=True, detail=f"{place} answers")]


async def _jail(driver: JailDriver | None) -> list[Finding]:
    if driver is None:
        return []
    try:
        protections = await driver.protections()
    except QuarterdeckError as error:
        return [_off("jail", driver.name, error)]
    return [
        Finding(area="jail", name=each.name, on=each.on, detail=each.detail, next_step=each.next_step)
        for each in protections
    ]


def _off(area: str, name: str, error: QuarterdeckError) -> Finding:
    return Finding(area=area, name=name, on=False, detail=error.message, next_step=error.next_step, required=True)


def _first_line(command: list[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return (result.stdout or result.stderr).strip().partition("\n")[0]
