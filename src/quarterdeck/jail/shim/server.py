"""The shim's loop: one session's jail, its commands, and the workers that ask about them."""

import json
import os
import select
import socket
import time
from contextlib import suppress
from typing import Any

from quarterdeck.jail.shim import kernel, record
from quarterdeck.jail.shim.connection import Connection
from quarterdeck.jail.shim.descriptors import Descriptors
from quarterdeck.jail.shim.feed import Callback
from quarterdeck.jail.shim.groups import Group, Groups, freeze, quiet
from quarterdeck.jail.shim.inside import NotMadeError, Subreaper
from quarterdeck.jail.shim.keeping import ENDED, Keeper
from quarterdeck.jail.shim.running import Running
from quarterdeck.jail.shim.solitude import Solitude
from quarterdeck.jail.shim.spool import Spool
from quarterdeck.jail.shim.steering import steer
from quarterdeck.jail.shim.wire import PROTOCOL, Head, pack
from quarterdeck.jail.shim.workers import Workers

SOCKET = "sock"
SPOOL = "spool"
AGENT_SECONDS = 3.0
PREPARE_SECONDS = 0.02
"""So long after a start, or when the command has ended, the next subreaper is forked: not while this one starts."""
MEMORY_SECONDS = 1.0
MEMORY_ROUND_SECONDS = 0.05
NO_ROOM = "The jail has no room for another process."


class Server:
    """Serves until it is told to end. Every callback may fail without ending the shim."""

    def __init__(self, config: dict[str, Any], seccomp: bytes) -> None:
        self._config = config
        self._descriptors = Descriptors()
        self._commands: dict[str, Running] = {}
        self._forgotten: set[Running] = set()
        """Those whose background children still hold their terminal or pipes."""
        self._seen: set[str] = set()
        self._groups = Groups(config)
        self._frozen_at: float | None = None
        self._solitude = Solitude(config.get("alone_seconds", 0))
        self._workers = Workers(self, config["owner"], self._solitude, self._do, self._gone)
        self._keeper = Keeper(self, config, seccomp, self._groups, self._workers)
        self._memory_until: float | None = None
        self._spool = os.open(SPOOL, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._prepare_at: float | None = None
        self._running = True

    # --- the loop --------------------------------------------------------------------------------------------------

    def watch(self, fd: int, callback: Callback, *, writing: bool = False) -> None:
        self._descriptors.watch(fd, callback, select.EPOLLOUT if writing else select.EPOLLIN)

    def unwatch(self, fd: int) -> None:
        self._descriptors.unwatch(fd)

    def watches(self, fd: int) -> bool:
        return self._descriptors.watches(fd)

    def _watch_memory(self) -> None:
        told = self._groups.memory_alarm()
        if told is not None:
            fd, urgent = told
            events = select.EPOLLPRI if urgent else select.EPOLLIN
            self._descriptors.watch(fd, lambda: self._memory_ran_out(fd, urgent=urgent), events)

    def serve(self, first: socket.socket) -> None:
        """Makes the jail, tells so on `first`, and serves it and whoever connects."""
        self._watch_memory()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as listener:
            self._keeper.make()
            listener.bind(SOCKET)
            listener.listen(16)
            self.watch(listener.fileno(), lambda: self._workers.accept(listener))
            self._workers.connect(first).send(pack({"ready": True}))
            while self._running:
                self._descriptors.call_ready(self._patience(), self._drop)
                self._look_at_the_clock()

    def _drop(self, fd: int) -> None:
        """A descriptor whose callback fails is not listened to again, or it would fail for ever."""
        if not self._workers.disconnect(fd) and self.watches(fd):
            self.unwatch(fd)

    def _patience(self) -> float:
        times = [command.deadline for command in self._commands.values() if command.deadline is not None]
        times = [] if self._frozen_at is not None else times
        times += [command.spool.retry_at for command in self._commands.values() if command.spool.stuck]
        times += [at for at in (self._prepare_at, self._groups.retry_at, self._solitude.ends) if at is not None]
        times += [time.monotonic() + MEMORY_ROUND_SECONDS] if self._memory_until is not None else []
        return max(0.0, min(times) - time.monotonic()) if times else -1

    def _look_at_the_clock(self) -> None:
        now = time.monotonic()
        if self._prepare_at is not None and now >= self._prepare_at:
            self._prepare_at = None
            if self._keeper.inside is not None:
                self._keeper.inside.prepare_subreaper()
        if self._groups.retry_at is not None and now >= self._groups.retry_at:
            self._groups.sweep()
        if self._solitude.is_too_long(now) and self._frozen_at is None:
            self._freeze_unasked()
        if self._memory_until is not None:
            self._end_what_was_killed_for_memory()
            self._memory_until = self._memory_until if now < self._memory_until else None
        for command in list(self._commands.values()):
            if command.spool.stuck and now >= command.spool.retry_at:
                command.spool.flush()
                command.resume()
            if command.deadline is not None and now >= command.deadline and self._frozen_at is None:
                self._overdue(command)

    def _memory_ran_out(self, alarm: int, *, urgent: bool) -> None:
        """The kernel is about to kill something, or just has; for a while it is looked at what."""
        quiet(alarm, urgent=urgent)
        self._memory_until = time.monotonic() + MEMORY_SECONDS
        self._end_what_was_killed_for_memory()

    def _end_what_was_killed_for_memory(self) -> None:
        """A command of which the kernel killed one process is no longer what was asked for: all of it goes."""
        for command in self._commands.values():
            if command.group and not command.dying and command.exit is None and command.group.killed_for_memory():
                command.kill("out_of_memory", 0)

    def went_beyond(self, reason: str, number: int) -> None:
        for command in (*self._commands.values(), *self._forgotten):
            if command.number == number and not command.dying:
                command.kill(reason, 0)

    def _overdue(self, command: Running) -> None:
        """Its time is up; or it was to die and its subreaper has not seen to it; or the agent has not either."""
        if not command.dying:
            command.kill("timed_out", 2.0)
        elif not command.given_up:
            command.given_up = True
            command.deadline = time.monotonic() + AGENT_SECONDS
            if command.group:
                command.group.kill()
            self._keeper.tell({"do": "end", "number": command.number})
        else:
            self._keeper.make_again()

    def lost_jail(self, reason: str | None) -> None:
        for command in (*self._commands.values(), *self._forgotten):
            if not command.can_begin:
                command.abandon(ENDED, reason)
        self._frozen_at = None

    # --- commands --------------------------------------------------------------------------------------------------

    def _start(self, head: Head, body: bytes) -> None:
        name = head["command"]
        if name in self._seen:
            return
        jail = self._keeper.standing()
        self._seen.add(name)
        command = Running(self, name, Spool(self._spool, name), head, self._config["output_bytes"])
        outputs, input_fd, standard = jail.streams(terminal=bool(head["terminal"]))
        spec = {"command": name, "terminal": head["terminal"], "environment": head["environment"]}
        passed = [kernel.memory_file(json.dumps(spec).encode()), kernel.memory_file(body), *standard]
        command.open(outputs, input_fd, passed)
        try:
            command.attach(self._hand_over(command.passed))
        except (NotMadeError, OSError):
            command.close()
            raise
        self._prepare_at = time.monotonic() + PREPARE_SECONDS
        self._commands[name] = command

    def _hand_over(self, passed: list[int]) -> Subreaper:
        """Sends what is to be started to the subreaper that waits; to a new one if that was killed meanwhile."""
        for _ in range(2):
            jail = self._keeper.inside
            if jail is None:
                break
            taken = jail.hand_over(passed)
            if taken is not None:
                return taken
            if not jail.is_over():
                raise NotMadeError(NO_ROOM)
            # its agent has gone this moment
            self._keeper.make_again()
        raise NotMadeError(ENDED)

    def grown(self, command: Running) -> None:
        end = command.spool.end
        for fd, position in list(command.armed.items()):
            if end > position:
                del command.armed[fd]
                self._workers.send_to(fd, pack({"ring": command.name}))

    def finished(self, command: Running) -> None:
        for fd, asked in command.waiting:
            self._workers.send_to(fd, pack({"id": asked, "exit": command.exit}))
        command.waiting.clear()
        if command.exit and command.exit["shell_state"] is not None:
            # for the jail that is made where this one ends; empty where it is too long to be told
            self._config["shell"] = command.exit["shell_state"]
        if self._prepare_at is not None:
            self._prepare_at = time.monotonic()

    def forget(self, command: Running) -> None:
        del self._commands[command.name]
        if command.exit is None:
            command.kill("cancelled", 0)
        command.spool.remove()
        if command.is_deserted:
            command.close()
        else:
            self._forgotten.add(command)

    def not_begun(self, command: Running) -> None:
        try:
            command.attach(self._hand_over(command.passed))
        except (NotMadeError, OSError) as error:
            command.fail(str(error))

    def orphaned(self, command: Running) -> None:
        self._keeper.look_after(command)

    def deserted(self, command: Running) -> None:
        self._groups.discard(command.group)
        if command in self._forgotten:
            self._forgotten.discard(command)
            command.close()

    # --- workers ---------------------------------------------------------------------------------------------------

    def _gone(self, fd: int) -> None:
        """A worker has let go of its connection."""
        for command in self._commands.values():
            command.armed.pop(fd, None)
            command.waiting = [(who, asked) for who, asked in command.waiting if who != fd]
        self._keeper.forget_worker(fd)

    def _do(self, connection: Connection, head: Head, body: bytes) -> Head | None:
        """Answers at once, or None for later or never."""
        do = head["do"]
        if do in {"freeze", "thaw"} and self._groups.can_freeze:
            return self._freeze_groups(do)
        if do in {"count", "freeze", "thaw", "change", "ports", "socket"}:
            self._note_freezing(do)
            self._keeper.ask(connection.fd, head, body)
            return None
        if do in {"hello", "start", "commands", "destroy"}:
            return self._do_to_session(do, head, body)
        command = self._commands.get(head["command"])
        if command is None:
            return {"unknown": True}
        return steer(self, command, connection.fd, head, body)

    def _do_to_session(self, do: str, head: Head, body: bytes) -> Head:
        if do == "start":
            self._start(head, body)
        elif do == "commands":
            return {"commands": list(self._commands)}
        elif do == "destroy":
            self._running = False
            self._keeper.unmake(again=False)
            record.remove(SOCKET)
        else:
            return {"protocol": PROTOCOL, "session": self._config["session"], "limits": self._config["limits"]}
        return {}

    def _freeze_groups(self, do: str) -> Head:
        """What begins later is not frozen."""
        self._note_freezing(do)
        if do == "thaw":
            self._groups.thaw()
        elif not freeze(self._groups_in_use()):
            return {"error": "Not everything in the jail could be frozen: something in it hangs in the kernel."}
        return {}

    def _groups_in_use(self) -> list[Group]:
        """Where nothing is left of a command, its group is gone, or will be."""
        return [
            each.group for each in (*self._commands.values(), *self._forgotten) if each.group and not each.is_deserted
        ]

    def _freeze_unasked(self) -> None:
        """Until a worker comes, and has seen whose the session is."""
        if self._groups.can_freeze:
            self._freeze_groups("freeze")
            return
        self._note_freezing("freeze")
        with suppress(NotMadeError, OSError):
            self._keeper.tell({"do": "freeze", "id": 0})

    def _note_freezing(self, do: str) -> None:
        """A frozen command's time does not pass."""
        if do == "freeze":
            self._frozen_at = self._frozen_at or time.monotonic()
        elif do == "thaw" and self._frozen_at is not None:
            for command in self._commands.values():
                if command.deadline is not None:
                    command.deadline += time.monotonic() - self._frozen_at
            self._frozen_at = None
