"""The ground that attacks are made on: a host with bait, a driver, a repository, and a second session that goes on."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.attacks.bait import Bait, laid, new_secret
from tests.attacks.script import Expectation, Script, Verdict, verdict
from tests.support.jails import JAIL_UID, Done, Place, finish, place, run, spec
from tests.support.launchers import SHARED_OF_PROXIES
from tests.support.repositories import Repository

from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.domain.command import EndReason, Terminal
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.network_policy import NetworkPolicy
from quarterdeck.domain.quota import WorkspaceQuota
from quarterdeck.jail.abstract import ExecSpec, Jail, JailDriver
from quarterdeck.jail.egress.keeper import EgressSettings, ProcessEgressKeeper
from quarterdeck.jail.limits import MIB, JailLimits
from quarterdeck.jail.shim import bounds
from quarterdeck.jail.system import STATE_BYTES

DRIVERS = ("bubblewrap", "docker", "gvisor")
IN_GVISOR = frozenset({"mounts", "links", "namespaces", "sockets", "network", "proxy"})
"""Kinds of attacks that are tried in gVisor too where nobody asks for all: that takes some three minutes."""
LIMITS = JailLimits(
    open_files=256,
    processes=200,
    file_bytes=1024 * MIB,
    temporary_bytes=16 * MIB,
    home_bytes=16 * MIB,
    shared_memory_bytes=16 * MIB,
    output_bytes=4 * MIB,
    memory_bytes=256 * MIB,
)
QUOTA = WorkspaceQuota(bytes=64 * MIB, files=2_000)
LIMIT_VARIABLES = {
    "LIMIT_PROCESSES": str(LIMITS.processes),
    "LIMIT_FILES": str(LIMITS.open_files),
    "LIMIT_TEMPORARY": str(LIMITS.temporary_bytes),
    "LIMIT_HOME": str(LIMITS.home_bytes),
    "LIMIT_SHARED": str(LIMITS.shared_memory_bytes),
    "LIMIT_OUTPUT": str(LIMITS.output_bytes),
    "LIMIT_MEMORY": str(LIMITS.memory_bytes),
    "LIMIT_STATE": str(STATE_BYTES),
    "LIMIT_INODES": str(2 * bounds.FILES["/dev/shm"]),
    "LIMIT_MEMORY_INODES": str(bounds.FILES["/tmp"]),
    "LIMIT_WORKSPACE": str(QUOTA.bytes),
    "LIMIT_WORKSPACE_INODES": str(QUOTA.files),
}
SECRET_VARIABLE = "QD_TEST_BAIT"
"""In the environment of who starts the jails."""
PLANT = """for place in /tmp /workspace /dev/shm; do printf %s "$OTHER" > $place/other-session; done
nohup sh -c 'read _' "$OTHER" < /dev/ptmx > /dev/null 2>&1 &"""
"""What the neighbour's secret is kept in: files, an environment, and a process's arguments."""
NEIGHBOUR_SECONDS = 20.0
"""So long another session may take over a trifle while it is attacked, on a machine that does other things too."""
GONE_SECONDS = 30.0


@dataclass(kw_only=True)
class Ground:
    """One driver on one host."""

    driver_name: str
    driver: JailDriver
    where: Place
    workspaces: GitWorkspaces
    source: str
    bait: Bait
    variables: dict[str, str]
    secrets: list[str]
    neighbour: Jail
    shared: Jail
    """For the scripts that spoil nothing."""
    connected: Jail
    """The same, with a network: a list of hosts that the egress proxy lets it reach."""
    quota_kept_by: str

    async def new_jail(self) -> Jail:
        return await self.driver.create(spec(await self.workspace()))

    def keeps(self, script: Script) -> bool:
        """Whether the jail itself keeps the limit that the script tries: a quota may be left to a worker that looks."""
        quota = self.quota_kept_by if self.quota_kept_by == "mount" else ""
        kept = {limit.name: limit.enforced_by for limit in self.shared.limits} | {"workspace": quota}
        return bool(kept.get(script.further.get("limit", ""), "rlimit"))

    async def end(self, jail: Jail) -> None:
        await jail.destroy()
        await self.workspaces.discard(jail.session_id)

    async def workspace(self) -> PreparedWorkspace:
        return await self.workspaces.prepare(uuid4(), uuid4(), self.source, "main", QUOTA)

    def jail_for(self, script: Script) -> Jail:
        return self.connected if script.kind == "proxy" else self.shared

    async def attack(self, jail: Jail, script: Script, *, timeout: int = 60, **more: str) -> Done:
        return await finish(jail, await self.start(jail, script, timeout=timeout, **more))

    async def start(self, jail: Jail, script: Script, *, then: str = "", timeout: int = 60, **more: str) -> UUID:
        command_id = uuid4()
        await jail.start(
            ExecSpec(
                command_id=command_id,
                text=script.as_command + then,
                terminal=Terminal() if script.in_terminal else None,
                environment=self.variables | more,
                timeout_seconds=timeout,
            )
        )
        return command_id

    def leaked(self, printed: str) -> list[str]:
        return [secret for secret in self.secrets if secret in printed]

    async def check_neighbour(self) -> None:
        """Another session goes on."""
        done = await asyncio.wait_for(run(self.neighbour, "echo fine; exec 3< /dev/ptmx"), NEIGHBOUR_SECONDS)
        assert (done.text, done.errors, done.exit.exit_code) == ("fine\n", b"", 0)


@asynccontextmanager
async def ground(driver_name: str, services: dict[str, str], docker: str = "") -> AsyncGenerator[Ground]:
    """`docker`: the address of the daemon that makes the jails, where one does."""
    async with AsyncExitStack() as stack:
        secrets = [new_secret() for _ in range(3)]
        os.environ[SECRET_VARIABLE] = secrets[0]
        stack.callback(os.environ.pop, SECRET_VARIABLE)
        where = await stack.enter_async_context(place(docker))
        bait = stack.enter_context(laid(_passable(where.root / "bait")))
        (where.root / "secret").write_text(secrets[1])
        workspaces = GitWorkspaces(where.state, JAIL_UID)
        stack.callback(workspaces.close)
        driver = where.driver(LIMITS)
        stack.push_async_callback(driver.close)
        stack.push_async_callback(_clear, driver, workspaces)
        source = _repository(where.root / "repository").path
        neighbour, its_files = await _open(driver, workspaces, source, OTHER=secrets[2])
        await run(neighbour, PLANT)
        shared, files = await _open(driver, workspaces, source)
        connected, _ = await _open(driver, workspaces, source)
        await stack.enter_async_context(_network(connected, where, bait))
        yield Ground(
            driver_name=driver_name,
            driver=driver,
            where=where,
            workspaces=workspaces,
            source=source,
            bait=bait,
            variables=bait.variables | services | LIMIT_VARIABLES | _places(where, its_files),
            secrets=[bait.secret, *secrets],
            neighbour=neighbour,
            shared=shared,
            connected=connected,
            quota_kept_by=files.quota_kept_by,
        )


@asynccontextmanager
async def _network(jail: Jail, where: Place, bait: Bait) -> AsyncGenerator[None]:
    """A list that names a host, and, as whoever wrote it ought not to, the bait; the bait is its name server too."""
    at = bait.variables
    settings = EgressSettings(dns=f"127.0.0.1:{at['BAIT_UDP']}")
    keeper = ProcessEgressKeeper(where.state, JAIL_UID, settings, launcher=SHARED_OF_PROXIES)
    hosts = ("127.0.0.1", at["BAIT_ADDRESS"])
    rules = [NetworkRule(host=host, port=int(at["BAIT_PORT"])) for host in hosts]
    policy = NetworkPolicy(rules=(NetworkRule(host="allowed.example", port=443), *rules))
    proxy = await keeper.start(jail.session_id, policy, 0)
    try:
        yield
    finally:
        proxy.close()
        await keeper.end(jail.session_id)
        await keeper.discard(jail.session_id)


def _places(where: Place, neighbours: PreparedWorkspace) -> dict[str, str]:
    return {
        "BAIT_STATE": str(where.root),
        "BAIT_LOWER": str(neighbours.lower or neighbours.upper),
        "BAIT_MIRROR": str(next(where.state.glob("mirrors/*/config"), "")),
        "OTHER_FILE": str(neighbours.upper / "other-session"),
    }


async def _clear(driver: JailDriver, workspaces: GitWorkspaces) -> None:
    for session_id in await driver.sessions():
        jail = await driver.adopt(session_id)
        if jail is not None:
            await jail.destroy()
    for session_id in await workspaces.sessions():
        await workspaces.discard(session_id)


def _passable(folder: Path) -> Path:
    folder.mkdir()
    folder.chmod(0o755)
    return folder


def _repository(folder: Path) -> Repository:
    made = Repository(folder)
    made.commit({"README": "read me\n", "src/a.py": "a = 1\n", "src/deep/b.py": "b = 1\n", ".gitignore": "*.log\n"})
    return made


async def _open(
    driver: JailDriver, workspaces: GitWorkspaces, source: str, **environment: str
) -> tuple[Jail, PreparedWorkspace]:
    files = await workspaces.prepare(uuid4(), uuid4(), source, "main", QUOTA)
    return await driver.create(spec(files, **environment)), files


def judge(script: Script, done: Done, ground: Ground) -> Verdict:
    """Fails where the attack has succeeded, or a known gap is none any more; skips where it could not be tried."""
    printed = (done.output + done.errors).decode(errors="replace")
    assert ground.leaked(printed) == [], printed[-2000:]
    found = verdict(printed)
    ended = script.ends != "nothing" or done.exit.reason is EndReason.OUT_OF_MEMORY
    if found is None and script.expect is Expectation.BOUNDED and ended:
        return Verdict(word="held", said=f"it was ended: {done.exit.reason.value}")
    assert found is not None, f"it came to no verdict: {printed[-2000:]}"
    assert (found.word == "breach") == script.is_gap_of(ground.driver_name), found.said
    if found.word == "untried":
        pytest.skip(found.said)
    return found


def control_command(script: Script, file: Path) -> list[str]:
    """What runs a script outside of a jail, where it is to succeed."""
    program = [script.program, str(file)]
    if script.in_terminal:
        program = ["script", "-qec", " ".join(program), "/dev/null"]
    if script.control == "root":
        network = [] if "network" in script.further else ["--net"]
        return ["unshare", *["--mount", "--uts", "--ipc", "--pid", "--fork", "--mount-proc"], *network, *program]
    if JAIL_UID is None:
        return program
    return ["setpriv", f"--reuid={JAIL_UID}", f"--regid={JAIL_UID}", "--clear-groups", *program]
