"""The agent: the one process in a jail that takes orders from the shim. It joins the jail's namespaces from outside and
then is what any other process there is: no capabilities, no new privileges, the same filter, no way to look into it."""

import base64
import json
import os
import resource
import select
import signal
import socket
import time
from collections.abc import Callable
from typing import Any, NoReturn

from quarterdeck.jail.shim import bounds, changes, family, kernel, ports, swapping, wake
from quarterdeck.jail.shim.subreaper import Subreaper, read_memory, receive
from quarterdeck.jail.shim.watching import Watch, commands_of

LOOK_SECONDS = 0.2
FREEZE_PATIENCE_SECONDS = 2.0
"""On a busy host one that was told to stop may finish what it had begun in the kernel a while later: a write."""

Config = dict[str, Any]


def join(inside: int, channel: socket.socket, told: int, config: Config, seccomp: bytes) -> None:
    """In a fork of the shim: becomes the agent of the jail in which process `inside` lives. Does not return.

    The pid of the agent, as the shim sees it, is written to descriptor `told`.
    """
    _enter(inside)
    kernel.close_all_but([channel.fileno(), told])
    shut(seccomp, config["rlimits"])
    pid = os.fork()
    if pid:
        os.write(told, str(pid).encode())
        os._exit(0)
    os.close(told)
    kernel.set_name("agent")
    kernel.set_title("agent")
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    os.setsid()
    wake.ignore()
    kernel.to_null()
    Agent(channel, config).serve()


def shut(seccomp: bytes, rlimits: Config) -> None:
    """From here on this process and its children are what any other in the jail is."""
    os.chdir("/")
    os.umask(0o022)
    for number, most in rlimits.items():
        _, hard = resource.getrlimit(int(number))
        kept = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(int(number), (kept, kept))
    kernel.drop_capabilities()
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    kernel.load_filter(seccomp)


def _enter(inside: int) -> None:
    """First the namespace that owns the mounts, with its powers the others, last the one without any.

    bubblewrap nests two user namespaces to keep its payload from making more; the outer one owns all the rest.
    """
    own = os.open(f"/proc/{inside}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    mounts = os.open(f"/proc/{inside}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    process = os.pidfd_open(inside)
    kernel.setns(kernel.owner_of(mounts), kernel.CLONE_NEWUSER)
    bounds.bound_user()
    kernel.setns(process, kernel.EVERYTHING_BUT_USER)
    bounds.bound_mounts()
    kernel.setns(own, kernel.CLONE_NEWUSER)


class Agent:
    subreaper = Subreaper
    watch = Watch

    def __init__(self, channel: socket.socket, config: Config) -> None:
        self._channel = channel
        self._config = config
        self._subreapers: dict[int, int] = {}
        """By pid, the number that the shim gave each."""
        self._helpers: dict[int, int] = {}
        """Forks at work on what was asked for: by pid, the number of the request."""
        self._watched: set[int] = set()
        """Numbers of those subreapers that were given a command."""
        self._awaited: dict[int, int] = {}
        """By number of a subreaper, the request that is answered when it is gone, and all that it left."""
        self._frozen: set[int] = set()
        self._wake = wake.on_child()
        self._watch = self.watch(**config.get("watched", {"memory": None, "processes": None}))
        self._look_at: float | None = None
        """When it is looked at what the commands use; None while there is none."""

    def serve(self) -> None:
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        poll.register(self._channel, select.POLLIN)
        self._give_shell()
        self._channel.send(b'{"ready":true}')
        while True:
            ready = {fd for fd, _ in poll.poll(self._patience())}
            if self._wake.fileno() in ready:
                wake.clear(self._wake)
                self._reap()
            if self._channel.fileno() in ready:
                self._obey()
            if self._look_at is not None and time.monotonic() >= self._look_at:
                self._look()

    def _give_shell(self) -> None:
        """Made in another jail's place, it has the directory and the variables that the shell had there."""
        state = base64.b64decode(self._config.get("shell", ""))
        if state:
            try:
                changes.apply(
                    changes.encode(changes.SHELL, b"", state), self._config["workspace"], self._config["state"]
                )
            except OSError:
                # no room: then the shell begins as a fresh one
                return

    def _patience(self) -> float | None:
        return None if self._look_at is None else max(0.0, self._look_at - time.monotonic()) * 1000

    def _look(self) -> None:
        """Tells the shim of a limit that is exceeded, and looks again soon where anything runs."""
        watched = {pid: number for pid, number in self._subreapers.items() if number in self._watched}
        running = commands_of(watched, self._started_by)
        over = self._watch.over(running)
        if over:
            reason, number = over
            self._channel.send(json.dumps({"over": reason, "number": number}).encode())
        # a command that was begun may start its first process late: what counts is that its subreaper lives
        self._look_at = time.monotonic() + LOOK_SECONDS if watched else None

    def _begin_to_look(self, number: int) -> None:
        self._watched.add(number)
        if self._look_at is None:
            self._look_at = time.monotonic() + LOOK_SECONDS

    def _obey(self) -> None:
        message, fds = receive(self._channel)
        if not message:
            os._exit(0)
        asked = json.loads(message)
        if asked["do"] == "leave":
            os._exit(1)
        if asked["do"] == "prepare":
            self._prepare(asked["number"], *fds)
            return
        if asked["do"] == "watch":
            self._begin_to_look(asked["number"])
            return
        if asked["do"] == "change":
            self._change(asked["id"], fds[0])
            return
        if asked["do"] == "socket":
            self._pass_socket(asked, fds)
            return
        answer: Config = {}
        if asked["do"] == "count":
            if asked.get("ended") in self._subreapers.values():
                # its channel closes a while before its end can be seen, the longer the busier the host is
                self._awaited[asked["ended"]] = asked["id"]
                return
            answer["count"] = len(self._commands())
        elif asked["do"] == "freeze":
            self._freeze()
        elif asked["do"] == "thaw":
            self._thaw()
        elif asked["do"] == "end":
            self._end(asked["number"])
        elif asked["do"] == "ports":
            answer["ports"] = ports.listening()
        self._answer(asked["id"], **answer)

    def _answer(self, number: int, **said: Any) -> None:
        self._channel.send(json.dumps({**said, "id": number}).encode())

    def _pass_socket(self, asked: Config, _fds: list[int]) -> None:
        """One of this network namespace, which whoever gets it may bind or connect: the agent itself never waits."""
        try:
            with socket.socket(asked["family"], socket.SOCK_STREAM) as made:
                socket.send_fds(self._channel, [json.dumps({"id": asked["id"]}).encode()], [made.fileno()])
        except OSError as error:
            # a jail that is full must not lose its agent
            self._answer(asked["id"], error=f"No socket could be made: {error.strerror}")

    def _prepare(self, number: int, channel: int, *doors: int) -> None:
        """Forks a subreaper, which goes through `doors` into its groups and will hear on `channel` what to start."""
        try:
            pid = os.fork()
        except OSError as error:
            # a command may have taken all the processes there are: that must end nothing but what comes next
            _tell(channel, error)
        else:
            if pid == 0:
                self._become_subreaper(channel, list(doors))
            self._subreapers[pid] = number
        for fd in (channel, *doors):
            os.close(fd)

    def _become_subreaper(self, channel: int, doors: list[int]) -> NoReturn:
        try:
            self._channel.close()
            self._wake.close()
            wake.forget()
            self.subreaper(socket.socket(fileno=channel), self._config, doors).run()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the shim must hear of it
            _tell(channel, error)
        finally:
            os._exit(0)

    def _change(self, number: int, memory: int) -> None:
        """Changes files."""

        def work() -> None:
            changes.apply(read_memory(memory), self._config["workspace"], self._config["state"])
            self._answer(number)

        self._help(number, memory, work)

    def _help(self, number: int, given: int, work: Callable[[], None]) -> None:
        """Has it done, with the descriptor that is `given`, by a fork: that may be starved or killed without harm."""
        try:
            pid = os.fork()
        except OSError as error:
            self._answer(number, error=error.strerror)
        else:
            if pid == 0:
                self._do_in_fork(number, work)
            self._helpers[pid] = number
        os.close(given)

    def _do_in_fork(self, number: int, work: Callable[[], None]) -> NoReturn:
        try:
            wake.forget()
            work()
        except (OSError, changes.BrokenChangesError, swapping.RefusedSwapError, MemoryError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self._answer(number, error=said)
        except BaseException:  # noqa: BLE001 - the agent tells that it was ended
            os._exit(1)
        os._exit(0)

    @property
    def _own(self) -> set[int]:
        """Children that are no part of any command."""
        return self._subreapers.keys() | self._helpers.keys()

    def _commands(self) -> dict[int, family.Process]:
        """What the commands are made of: descendants that are none of our own helpers."""
        own = self._own
        return {pid: process for pid, process in family.descendants(os.getpid()).items() if pid not in own}

    def _freeze(self) -> None:
        self._frozen |= family.stop_all(self._commands, FREEZE_PATIENCE_SECONDS)

    def _thaw(self) -> None:
        for pid in self._frozen & self._commands().keys():
            family.send(pid, signal.SIGCONT)
        self._frozen.clear()

    def _reap(self) -> None:
        self._take_ended(family.reap())

    def _take_ended(self, ended: dict[int, int]) -> None:
        for pid in self._helpers.keys() & ended.keys():
            number = self._helpers.pop(pid)
            if ended[pid]:
                self._channel.send(json.dumps({"id": number, "error": "it was ended from inside the jail"}).encode())
        gone = self._subreapers.keys() & ended.keys()
        numbers = {self._subreapers.pop(pid) for pid in gone}
        self._watched -= numbers
        if gone:
            self._sweep()
        for number in numbers & self._awaited.keys():
            self._answer(self._awaited.pop(number), count=len(self._commands()))

    def _end(self, number: int) -> None:
        """For a subreaper that does not answer: it goes first, and `_reap` ends what it leaves."""
        for pid, given in self._subreapers.items():
            if given == number:
                family.send(pid, signal.SIGKILL)

    def _sweep(self) -> None:
        """Ends what a killed subreaper left."""
        while self._strays():
            family.kill_all(self._strays)
            self._take_ended(family.reap())

    def _strays(self) -> dict[int, family.Process]:
        """Children of ours that are none, and theirs."""
        return family.descendants(os.getpid(), self._own)

    def _started_by(self, subreaper: int) -> dict[int, family.Process]:
        return family.descendants(subreaper)


def _tell(channel: int, error: BaseException) -> None:
    try:
        os.write(channel, json.dumps({"broken": f"{type(error).__name__}: {error}"}).encode())
    except OSError:
        # the command is reported as killed instead
        return
