"""Making and ending the inside of a jail: bubblewrap with a sleeping payload, and the agent that joins it."""

import itertools
import json
import os
import select
import signal
import socket
import time
from typing import Any

from quarterdeck.application.frames import FrameKind
from quarterdeck.jail.shim import agent, groups, kernel, record, wake
from quarterdeck.jail.shim.groups import Group, Groups

START_SECONDS = 20.0
SLEEPER = "echo; exec >/dev/null 2>&1; read _"
"""The payload: it says that the jail stands, then sleeps on the pipe whose other end the shim holds. When the shim
dies, whatever kills it, the pipe closes, the payload ends, and with it the whole pid namespace."""

_numbers = itertools.count(1)
"""Of subreapers, in all jails that this shim makes one after the other: what is asked about one of an earlier jail must
mean none of the next."""

Config = dict[str, Any]


Streams = tuple[dict[int, FrameKind], int, list[int]]


class NotMadeError(Exception):
    """The jail could not be made; the message is bubblewrap's own where it had one."""


class Subreaper:
    """One that waits for its command, or has it: the channel to it, its number for the agent, its group."""

    __slots__ = ("channel", "group", "number")

    def __init__(self, channel: socket.socket, number: int, group: Group | None) -> None:
        self.channel = channel
        self.number = number
        self.group = group


class Inside:
    """A jail's processes. `agent` is the channel to the agent, `agent_fd` a pidfd that tells its death."""

    end_seconds = START_SECONDS
    """So long it may take to be gone."""
    watched = False
    """Whether the agent keeps limits by looking, and so has to know who was given a command."""

    def __init__(
        self, agent_channel: socket.socket, agent_fd: int, first: int, first_fd: int, life: int, made: Groups
    ) -> None:
        self.agent = agent_channel
        self.agent_fd = agent_fd
        self.first = first
        self._groups = made
        self._waiting: list[Subreaper] = []
        self._first_fd = first_fd
        self._life = life

    def tell(self, message: Config, fds: list[int] | None = None) -> None:
        """Sends the agent a message. Raises OSError where it is gone."""
        socket.send_fds(self.agent, [json.dumps(message).encode()], fds or [])

    def hear(self) -> tuple[Config, list[int]]:
        """What the agent says, and what it hands out with it; nothing where it is gone."""
        flags = socket.MSG_DONTWAIT | socket.MSG_CMSG_CLOEXEC
        message, fds, _, _ = socket.recv_fds(self.agent, 65536, 1, flags)
        said = record.parse(message) if message else {}
        # for the shim to say, and not for what comes out of a jail
        said.pop("relayed", None)
        return said, fds

    def streams(self, *, terminal: bool) -> Streams:
        """For a command: what we read, what we write to, and what its subreaper is given; a terminal is made inside."""
        return ({}, -1, []) if terminal else pipes()

    def prepare_subreaper(self) -> None:
        """Has one forked before it is needed, which takes a third off the time a short command takes.

        Where there are groups, two: the kernel takes longer to put one into its group than a short command takes.
        """
        while len(self._waiting) < (2 if self._groups else 1) and self._prepare():
            pass

    def _prepare(self) -> bool:
        """Whether there is one more."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        number = next(_numbers)
        group: Group | None = None
        doors: list[int] = []
        try:
            group = self._groups.make()
            doors = group.doors() if group else []
            self.tell({"do": "prepare", "number": number}, [theirs.fileno(), *doors])
        except OSError:
            # the agent is gone, and its death is noticed elsewhere; or the host has no group left
            ours.close()
            self._groups.discard(group)
            return False
        finally:
            for fd in doors:
                os.close(fd)
            theirs.close()
        self._waiting.append(Subreaper(ours, number, group))
        return True

    def hand_over(self, passed: list[int]) -> Subreaper | None:
        """Gives a subreaper its command; None where the agent is gone."""
        for _ in range(3):
            if not self._waiting and not self._prepare():
                return None
            taken = self._waiting.pop(0)
            try:
                if self.watched:
                    self.tell({"do": "watch", "number": taken.number})
                socket.send_fds(taken.channel, [b"start"], passed)
            except OSError:
                # that one was killed from inside while it waited, or with it the agent
                taken.channel.close()
                self._groups.discard(taken.group)
                continue
            if taken.group:
                taken.group.begin()
            return taken
        return None

    @property
    def reason(self) -> str | None:
        """Which limit it ended by, where that is known."""
        return None

    def is_over(self) -> bool:
        """Whether the agent has ended."""
        poll = select.poll()
        poll.register(self.agent_fd, select.POLLIN)
        return bool(poll.poll(0))

    def end(self, *, again: bool) -> None:
        """Ends the first process of the pid namespace, and so all of them, and waits until they are gone.

        `again`: another is to be made in its place.
        """
        # what is frozen would not die of its namespace's end
        self._groups.kill()
        if again:
            self.kill()
        else:
            self.stop()
        self.agent.close()
        for waiting in self._waiting:
            waiting.channel.close()
        # the namespace's first process is not gone before the agent, a child of ours, is waited for
        poll = select.poll()
        poll.register(self._first_fd, select.POLLIN)
        until = time.monotonic() + self.end_seconds
        while time.monotonic() < until:
            reap()
            if poll.poll(5):
                break
        for fd in (self.agent_fd, self._first_fd, self._life):
            if fd >= 0:
                os.close(fd)
        self._groups.sweep()

    def stop(self) -> None:
        """Sees to it that the first process ends, for good."""
        self.kill()

    def kill(self) -> None:
        kill(self._first_fd)


def make(config: Config, seccomp: bytes, within: Groups) -> Inside:
    """Raises NotMadeError. Leaves nothing behind where it fails."""
    life_read, life = os.pipe()
    try:
        first = _bubblewrap(config, seccomp, life_read, within)
    except BaseException:
        os.close(life)
        within.kill()
        raise
    finally:
        os.close(life_read)
    first_fd = os.pidfd_open(first)
    try:
        channel, agent_fd = _agent(first, config, seccomp)
    except BaseException:
        kill(first_fd)
        os.close(life)
        within.kill()
        raise
    made = Inside(channel, agent_fd, first, first_fd, life, within)
    made.watched = any(config["watched"].values())
    made.prepare_subreaper()
    return made


def pipes() -> Streams:
    """Standard streams of a command without a terminal."""
    input_read, input_write = os.pipe()
    output_read, output_write = os.pipe()
    error_read, error_write = os.pipe()
    outputs = {output_read: FrameKind.OUTPUT, error_read: FrameKind.ERROR}
    return outputs, input_write, [input_read, output_write, error_write]


def reap() -> None:
    """Waits for whatever has ended among our children: bubblewrap, agents, what they left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def kill(pidfd: int) -> None:
    try:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    except ProcessLookupError:
        return


def _bubblewrap(config: Config, seccomp: bytes, life: int, within: Groups) -> int:
    """Starts it and waits until the payload runs; returns the pid of the namespace's first process.

    It is in a group like a command's: what runs in the jail may take its processes over.
    """
    group = within.make()
    doors = group.doors() if group else []
    ready, ready_end = os.pipe()
    trouble, trouble_end = os.pipe()
    info, info_end = os.pipe()
    made_up = {path: kernel.memory_file(text.encode()) for path, text in config["files"].items()}
    files = made_up | _opened(config["copied"])
    documents = {path: kernel.memory_file(text.encode()) for path, text in config["documents"].items()}
    filter_file = kernel.memory_file(seccomp)
    arguments = list(config["arguments"])
    for path, fd in files.items():
        arguments += ["--perms", "0444", "--file", str(fd), path]
    for path, fd in documents.items():
        # a mount of its own: the folder is the jail's to write in
        arguments += ["--perms", "0444", "--ro-bind-data", str(fd), path]
    arguments += ["--seccomp", str(filter_file), "--info-fd", str(info_end)]
    arguments += ["--remount-ro", "/dev", "--remount-ro", "/"]
    # not as arguments proper: those name host paths, and the jail can read them in /proc/1/cmdline
    argument_file = kernel.memory_file("\0".join(arguments).encode())
    visible = ["bwrap", "--args", str(argument_file), "--", "/bin/sh", "-c", SLEEPER]
    passed = [info_end, filter_file, argument_file, *files.values(), *documents.values()]
    pid = os.fork()
    if pid == 0:
        _execute(config["bwrap"], visible, (life, ready_end, trouble_end), passed, doors)
    for fd in (ready_end, trouble_end, *passed, *doors):
        os.close(fd)
    try:
        _wait_for(ready, trouble, pid)
        return int(json.loads(os.read(info, 4096))["child-pid"])
    finally:
        for fd in (ready, trouble, info):
            os.close(fd)


def _opened(paths: list[str]) -> dict[str, int]:
    """Those that are there, for reading."""
    found: dict[str, int] = {}
    for path in paths:
        try:
            found[path] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
    return found


def _execute(
    program: str, arguments: list[str], standard: tuple[int, int, int], passed: list[int], doors: list[int]
) -> None:
    """In the child. The environment is empty: the jail could read it in /proc/1/environ."""
    try:
        groups.join(doors)
        for target, fd in enumerate(standard):
            os.dup2(fd, target)
        for fd in passed:
            os.set_inheritable(fd, True)  # noqa: FBT003 - the standard library's signature
        kernel.close_all_but(passed)
        wake.restore()
        os.chdir("/")
        os.execve(program, arguments, {})  # noqa: S606 - arguments of our own making
    except OSError as error:
        os.write(2, f"{program}: {error.strerror}".encode())
    finally:
        os._exit(127)


def _wait_for(ready: int, trouble: int, pid: int) -> None:
    """Until the payload has written its line, or bubblewrap has ended."""
    if select.select([ready], [], [], START_SECONDS)[0] and os.read(ready, 1):
        return
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    said = os.read(trouble, 4096).decode(errors="replace").strip()
    raise NotMadeError(said or f"bubblewrap was not ready within {START_SECONDS:.0f} s")


def _agent(first: int, config: Config, seccomp: bytes) -> tuple[socket.socket, int]:
    """Forks the agent into the jail and waits for its first word."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    told, told_end = os.pipe()
    inside = _payload_of(first)
    pid = os.fork()
    if pid == 0:
        try:
            ours.close()
            agent.join(inside, theirs, told_end, config, seccomp)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the shim must hear of it
            theirs.send(json.dumps({"failed": f"{type(error).__name__}: {error}"}).encode())
        finally:
            os._exit(1)
    theirs.close()
    os.close(told_end)
    os.waitpid(pid, 0)
    number = os.read(told, 32)
    os.close(told)
    ours.settimeout(START_SECONDS)
    word = json.loads(ours.recv(4096) or b'{"failed":"it ended"}')
    if "failed" in word or not number:
        ours.close()
        raise NotMadeError(f"the agent could not join the jail: {word.get('failed', 'it ended')}")
    ours.settimeout(None)
    return ours, os.pidfd_open(int(number))


def _payload_of(first: int) -> int:
    """The payload is the only child of bubblewrap's reaper, and has been executed: its namespaces are the jail's."""
    with open(f"/proc/{first}/task/{first}/children", "rb") as file:  # noqa: PTH123 - pathlib costs the shim memory
        return int(file.read().split()[0])
