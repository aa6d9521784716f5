"""What a command is, and what it cannot reach."""

import hashlib
import json
import os
import socket
from pathlib import Path

import pytest
from tests.support.jails import JAIL_UID, Driver, Place, run, spec, start
from tests.support.waiting import eventually

from quarterdeck.jail import system
from quarterdeck.jail.limits import UPKEEP, JailLimits
from quarterdeck.jail.standing import StandingJail

NOTHING = "0000000000000000"
STATUS = {
    "Umask": "0022",
    "TracerPid": "0",
    "Uid": "1000\t1000\t1000\t1000",
    "Gid": "1000\t1000\t1000\t1000",
    "Threads": "1",
    "SigPnd": NOTHING,
    "ShdPnd": NOTHING,
    "SigBlk": NOTHING,
    "SigCgt": NOTHING,
    "CapInh": NOTHING,
    "CapPrm": NOTHING,
    "CapEff": NOTHING,
    "CapBnd": NOTHING,
    "CapAmb": NOTHING,
    "NoNewPrivs": "1",
    "Seccomp": "2",
    "Seccomp_filters": "1",
}
"""What a child that bubblewrap itself starts has, too (the next test but one compares them)."""


def _parsed(status: str) -> dict[str, str]:
    return dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)


async def test_a_command_has_no_power_at_all(where: Place, jail: StandingJail) -> None:
    status = _parsed((await run(jail, "cat /proc/self/status")).text)

    # the C library's posix_spawn leaves its own two signals, 32 and 33, ignored; nobody else can use them
    assert int(status["SigIgn"], 16) & 0x7FFFFFFF == 0
    # Docker has a filter of its own beside ours, and no user namespace in which ids could be others
    ids = "\t".join([str(JAIL_UID)] * 4)
    expected = STATUS | ({"Uid": ids, "Gid": ids, "Seccomp_filters": "2"} if where.docker else {})
    assert {name: status[name].strip() for name in STATUS} == expected


@pytest.mark.bubblewrap
async def test_a_command_has_what_bubblewraps_own_child_has(jail: StandingJail) -> None:
    done = await run(jail, "cat /proc/2/status; echo =====; exec cat /proc/self/status")

    own, ours = (_parsed(part) for part in done.text.split("====="))
    alike = ["Uid", "Gid", "Groups", "NoNewPrivs", "Seccomp", "Seccomp_filters"]
    for name in (*alike, *(name for name in own if name.startswith("Cap"))):
        assert ours[name] == own[name], name
    namespaces = await run(
        jail, "for n in cgroup ipc mnt net pid user uts; do readlink /proc/self/ns/$n /proc/2/ns/$n; done"
    )
    links = namespaces.text.split()
    assert links[::2] == links[1::2]
    assert len(links) == 14


@pytest.mark.bubblewrap
async def test_a_jail_has_the_hosts_public_files_as_they_are_and_does_without_those_that_are_not_there(
    where: Place, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [f"/etc/{name}" for name in system.FROM_ETC if Path("/etc", name).is_file()]
    assert system.copied() == files
    monkeypatch.setattr(system, "copied", lambda: [*files, "/etc/gone"])
    jail = await driver.create(spec(where.workspace()))

    told = await run(jail, f"stat -Lc %a {' '.join(files)} | sort -u; [ -e /etc/gone ] || sha256sum {' '.join(files)}")

    assert told.text.splitlines() == [
        "444",
        *(f"{hashlib.sha256(Path(file).read_bytes()).hexdigest()}  {file}" for file in files),
    ]
    changed = await run(jail, "chmod 666 /etc/os-release || echo more >> /etc/os-release")
    assert changed.exit.exit_code != 0


async def test_a_commands_limits_are_the_sessions(where: Place) -> None:
    driver = where.driver(JailLimits(open_files=300, processes=150, file_bytes=4096))
    jail = await driver.create(spec(where.workspace()))

    done = await run(jail, "ulimit -n; ulimit -c; head -c 5000 /dev/zero > /tmp/x; stat -c %s /tmp/x; ulimit -u")

    assert done.text.split()[:3] == ["300", "0", "4096"]
    kept = {limit.name: limit.enforced_by for limit in jail.limits}
    # a control group counts without the jail's upkeep, and Docker's jails have no other count
    most = 150 + UPKEEP if kept["processes"] == "cgroup" else 150
    assert where.docker or done.text.split()[3] == str(most)
    assert kept["open_files"] == "rlimit"
    await driver.close()


async def test_processes_are_limited_per_session(where: Place) -> None:
    driver = where.driver(JailLimits(processes=40))
    jail = await driver.create(spec(where.workspace()))
    other = await driver.create(spec(where.workspace()))

    await start(jail, "for i in $(seq 100); do sleep 1000 & done")
    await eventually(lambda: _more_than(jail, 25))

    assert (await run(other, "for i in $(seq 25); do sleep 0 & done; wait; echo fine")).text == "fine\n"
    assert await jail.processes() <= 40
    await driver.close()


async def _more_than(jail: StandingJail, count: int) -> bool:
    return await jail.processes() > count


async def test_a_command_inherits_no_descriptor(shared_jail: StandingJail) -> None:
    done = await run(
        shared_jail, "exec python3 -I -c 'import os; print(sorted(map(int, os.listdir(\"/proc/self/fd\")))[:-1])'"
    )

    assert done.text == "[0, 1, 2]\n"


async def test_no_process_of_the_jail_shows_the_hosts_environment_or_paths(where: Place, jail: StandingJail) -> None:
    done = await run(
        jail, "for p in /proc/[0-9]*; do tr '\\0' '\\n' < $p/environ; tr '\\0' ' ' < $p/cmdline; done 2>&1"
    )

    for secret in (str(where.root), "/.venv", "pytest", *(f"{name}=" for name in ("PYTEST_CURRENT_TEST", "LS_COLORS"))):
        assert secret not in done.text


async def test_the_jails_upkeep_cannot_be_looked_into(shared_jail: StandingJail) -> None:
    agent = (await run(shared_jail, "pgrep -o '^agent$'")).text.strip()

    for name in ("environ", "mem", "maps", "root/", "cwd/", "fd/", "exe"):
        done = await run(
            shared_jail, f"ls -l /proc/{agent}/{name} > /dev/null && head -c 1 /proc/{agent}/{name} > /dev/null"
        )
        assert done.exit.exit_code != 0, name


OWN = {"/dev/shm", "/tmp", "/home/agent", "/run/quarterdeck", "/workspace"}


async def test_only_the_jails_own_file_systems_can_be_written(shared_jail: StandingJail) -> None:
    """Devices apart, which show nothing of what is written to them."""
    done = await run(
        shared_jail,
        "while read -r _ point _; do [ -c $point ] || [ ! -w $point ] || echo $point; done < /proc/self/mounts",
    )

    # terminals make themselves there; and Docker mounts the message queues of the jail's own IPC namespace
    assert set(done.text.split()) - {"/dev/pts", "/dev/mqueue"} == OWN


async def test_no_file_system_heeds_set_uid_bits(shared_jail: StandingJail) -> None:
    mounts = [line.split() for line in (await run(shared_jail, "cat /proc/self/mounts")).text.splitlines()]

    for _, point, kind, options, *_ in mounts:
        flags = options.split(",")
        assert "nosuid" in flags or "ro" in flags or point == "/workspace" or kind == "overlay", point


@pytest.mark.parametrize(
    "path",
    ["/root", "/home/agent/..", "/etc/shadow", "/var/lib", "/sys", "/boot", "/dev/vda", "/dev/kmsg", "/old_root"],
)
async def test_the_hosts_files_are_absent(shared_jail: StandingJail, path: str) -> None:
    done = await run(shared_jail, f"cd /; ls -A {path} 2>/dev/null | grep -v '^agent$'")

    assert done.text == ""


@pytest.mark.parametrize(
    "target", ["/usr/x", "/etc/x", "/x", "/dev/x", "/run/x", "/var/x", "/proc/sys/kernel/hostname", "/bin/x"]
)
async def test_the_system_cannot_be_written(shared_jail: StandingJail, target: str) -> None:
    assert (await run(shared_jail, f"echo x > {target}")).exit.exit_code != 0


@pytest.mark.parametrize("path", ["/tmp/x", "/dev/shm/x", "$HOME/x", "/run/quarterdeck/x"])
async def test_what_can_be_written_in_memory_is_bounded(where: Place, path: str) -> None:
    small = 1024 * 1024
    limits = JailLimits(temporary_bytes=small, shared_memory_bytes=small, home_bytes=small)
    driver = where.driver(limits)
    jail = await driver.create(spec(where.workspace()))

    done = await run(jail, f"head -c 20000000 /dev/zero > {path}; stat -c %s {path}; rm {path}")

    assert int(done.text) <= 8 * small
    assert b"No space left" in done.errors
    await driver.close()


SYSCALLS = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
number = {numbers}[os.uname().machine]
result = libc.syscall(number, *{arguments})
print("denied" if result < 0 and ctypes.get_errno() in (1, 38) else f"got {{result}} {{ctypes.get_errno()}}")
"""
DENIED = {
    "ptrace": ((101, 117), (0, 0, 0, 0)),
    "keyctl": ((250, 219), (0, -3, 1)),
    "add_key": ((248, 217), (0, 0, 0, 0, -3)),
    "io_uring_setup": ((425, 425), (8, 0)),
    "bpf": ((321, 280), (0, 0, 0)),
    "userfaultfd": ((323, 282), (1,)),
    "perf_event_open": ((298, 241), (0, 0, -1, -1, 0)),
    "unshare user": ((272, 97), (0x10000000,)),
    "unshare mount": ((272, 97), (0x20000,)),
    "clone with a user namespace": ((56, 220), (0x10000000 | 17, 0, 0, 0, 0)),
    "clone3": ((435, 435), (0, 0)),
    "setns": ((308, 268), (0, 0)),
    "mount": ((165, 40), (0, 0, 0, 0, 0)),
    "fsopen": ((430, 430), (0, 0)),
    "open_by_handle_at": ((304, 265), (0, 0, 0)),
    "process_vm_readv": ((310, 270), (1, 0, 0, 0, 0, 0)),
    "pidfd_getfd": ((438, 438), (0, 0, 0)),
    "chroot": ((161, 51), (0,)),
    "personality": ((135, 92), (0x0040000,)),
    "a call of the future": ((500, 500), ()),
    "an x32 call": ((0x40000000 | 39, 500), ()),
}


@pytest.mark.parametrize("name", DENIED)
async def test_a_dangerous_system_call_is_denied(shared_jail: StandingJail, name: str) -> None:
    numbers, arguments = DENIED[name]
    script = SYSCALLS.format(numbers=dict(zip(("x86_64", "aarch64"), numbers, strict=True)), arguments=arguments)

    assert (await run(shared_jail, f"python3 -I - <<'END'\n{script}\nEND")).text == "denied\n"


@pytest.mark.parametrize(
    "arguments",
    ["40, 1, 0", "38, 5, 0", "17, 3, 0", "31, 3, 0", "30, 5, 0", "16, 3, 9", "16, 3, 15"],
    ids=["vsock", "alg", "packet", "bluetooth", "tipc", "netlink audit", "netlink uevent"],
)
async def test_a_rare_kind_of_socket_is_refused(shared_jail: StandingJail, arguments: str) -> None:
    done = await run(shared_jail, f"python3 -I -c 'import socket; socket.socket({arguments})'")

    assert done.exit.exit_code == 1
    assert b"not supported" in done.errors


@pytest.mark.parametrize("request_number", ["0x5412", "0x541C", "0x5423", "0x100005412"])
async def test_input_cannot_be_pushed_into_a_terminal(shared_jail: StandingJail, request_number: str) -> None:
    script = (
        "import ctypes, os; libc = ctypes.CDLL(None, use_errno=True); "
        f"print(libc.syscall({{'x86_64': 16, 'aarch64': 29}}[os.uname().machine], 0, "
        f"ctypes.c_ulong({request_number}), b'x'), ctypes.get_errno())"
    )

    assert (await run(shared_jail, f'python3 -I -c "{script}"')).text == "-1 1\n"


async def test_ordinary_programs_are_not_hindered(shared_jail: StandingJail) -> None:
    script = (
        "import socket, threading, subprocess, multiprocessing, os; socket.socket(); socket.socketpair(); "
        "socket.socket(socket.AF_INET6); socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); "
        "threading.Thread(target=print).start(); subprocess.run(['true'], check=True); os.memfd_create('x'); "
        "multiprocessing.get_context('fork').Process(target=print).start()"
    )

    assert (await run(shared_jail, f'python3 -I -c "{script}"')).errors == b""


async def test_there_is_no_network_but_the_jails_own_loopback(shared_jail: StandingJail) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = await run(
            shared_jail,
            "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '; "
            f"python3 -I -c 'import socket; socket.create_connection((\"127.0.0.1\", {port}), 2)'",
        )

    assert done.text == "lo\n"
    assert b"refused" in done.errors


async def test_abstract_sockets_of_the_host_are_out_of_reach(shared_jail: StandingJail) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        name = f"quarterdeck-test-{os.getpid()}"
        server.bind(f"\0{name}")
        server.listen()
        script = f'import socket; socket.socket(socket.AF_UNIX).connect("\\0{name}")'
        done = await run(shared_jail, f"python3 -I -c '{script}'")

    assert b"refused" in done.errors


async def test_another_session_is_invisible(where: Place, driver: Driver, jail: StandingJail) -> None:
    other = await driver.create(spec(where.workspace()))
    await run(other, "echo secret > /tmp/secret; echo secret > file; nohup sleep 4711 > /dev/null 2>&1 & exit 0")

    done = await run(jail, "ls -A /tmp /workspace | grep -v :; ps ax | grep -c '[4]711'")

    assert done.text.split() == ["0"]


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can drop to another user")
async def test_as_root_neither_shim_nor_jail_is(where: Place, jail: StandingJail) -> None:
    record = json.loads((where.shim_folder(jail.session_id) / "record.json").read_text())

    for pid in (record["shim"][0], record["first"][0]):
        status = _parsed(Path(f"/proc/{pid}/status").read_text())
        assert status["Uid"].split() == [str(JAIL_UID)] * 4
        assert status["Groups"].strip() in {"", str(JAIL_UID)}
        assert int(status["CapEff"], 16) == 0
