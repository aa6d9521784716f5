"""The shim's loop: one session's jail, its commands, and the workers that ask about them."""

import base64
import json
import os
import select
import socket
import struct
import time
from contextlib import suppress
from typing import Any

from quarterdeck.jail.shim import changes, container, inside, kernel, record
from quarterdeck.jail.shim.apart import Apart
from quarterdeck.jail.shim.connection import Connection
from quarterdeck.jail.shim.container import Contained
from quarterdeck.jail.shim.descriptors import Descriptors
from quarterdeck.jail.shim.feed import Callback
from quarterdeck.jail.shim.groups import Groups, freeze, quiet
from quarterdeck.jail.shim.inside import Inside, NotMadeError, Subreaper
from quarterdeck.jail.shim.running import Running
from quarterdeck.jail.shim.solitude import Solitude
from quarterdeck.jail.shim.spool import Spool
from quarterdeck.jail.shim.wire import PROTOCOL, Head, pack

SOCKET = "sock"
SPOOL = "spool"
AGENT_SECONDS = 3.0
PREPARE_SECONDS = 0.02
"""So long after a start, or when the command has ended, the next subreaper is forked: not while this one starts."""
MEMORY_SECONDS = 1.0
MEMORY_ROUND_SECONDS = 0.05
SUPERVISOR_KILLED = "Its supervisor was killed from inside the jail."
NO_ROOM = "The jail has no room for another process."
ENDED = "The jail has ended: what ran in it is gone, the files are kept."


class Server:
    """Serves until it is told to end. Every callback may fail without ending the shim."""

    def __init__(self, config: dict[str, Any], seccomp: bytes) -> None:
        self._config = config
        self._seccomp = seccomp
        self._descriptors = Descriptors()
        self._connections: dict[int, Connection] = {}
        self._commands: dict[str, Running] = {}
        self._forgotten: set[Running] = set()
        """Those whose background children still hold their terminal or pipes."""
        self._seen: set[str] = set()
        self._groups = Groups(config)
        self._inside: Inside | None = None
        self._asked: dict[int, tuple[int, int]] = {}
        self._with_socket: set[int] = set()
        """Connections that were given a socket of the jail's network: they end when that does."""
        self._orphaned: dict[int, Running] = {}
        self._next = 0
        self._frozen_at: float | None = None
        self._solitude = Solitude(config.get("alone_seconds", 0))
        self._memory_until: float | None = None
        self._spool = os.open(SPOOL, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._prepare_at: float | None = None
        self._running = True

    # --- the loop --------------------------------------------------------------------------------------------------

    def watch(self, fd: int, callback: Callback, *, writing: bool = False) -> None:
        self._descriptors.watch(fd, callback, select.EPOLLOUT if writing else select.EPOLLIN)

    def unwatch(self, fd: int) -> None:
        self._descriptors.unwatch(fd)

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
            self._make()
            listener.bind(SOCKET)
            listener.listen(16)
            self.watch(listener.fileno(), lambda: self._accept(listener))
            self._connect(first).send(pack({"ready": True}))
            while self._running:
                self._descriptors.call_ready(self._patience(), self._drop)
                self._look_at_the_clock()

    def _drop(self, fd: int) -> None:
        """A descriptor whose callback fails is not listened to again, or it would fail for ever."""
        if fd in self._connections:
            self._disconnect(self._connections[fd])
        elif self._descriptors.watches(fd):
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
            if self._inside is not None:
                self._inside.prepare_subreaper()
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

    def _end_beyond(self, reason: str, number: int) -> None:
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
            self._tell_agent({"do": "end", "number": command.number})
        else:
            self._make_again()

    # --- the jail --------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        if self._config.get("container"):
            kind = Apart if self._config.get("relayed") else Contained
            self._inside = container.make(self._config, self._groups, kind)
        else:
            self._inside = inside.make(self._config, self._seccomp, self._groups)
        record.write(self._inside.first)
        self.watch(self._inside.agent_fd, self._make_again)
        self.watch(self._inside.agent.fileno(), self._hear_agent)

    def _unmake(self, *, again: bool) -> None:
        if self._inside is not None:
            old, self._inside = self._inside, None
            self.unwatch(old.agent_fd)
            if self._descriptors.watches(old.agent.fileno()):
                self.unwatch(old.agent.fileno())
            old.end(again=again)
        for fd in list(self._with_socket):
            self._disconnect(self._connections[fd])
        inside.reap()

    def _make_again(self) -> None:
        """The agent is gone or does not answer: a fresh jail on the same files, and the session goes on."""
        reason = self._inside.reason if self._inside is not None else None
        self._unmake(again=True)
        for command in (*self._commands.values(), *self._forgotten):
            if not command.can_begin:
                command.abandon(ENDED, reason)
        for number in list(self._asked):
            self._answer_late(number, {"error": ENDED})
        self._orphaned.clear()
        self._frozen_at = None
        try:
            self._make()
        except (NotMadeError, OSError) as error:
            # tried again when a command is to start
            print(f"the jail could not be made again: {error}", flush=True)  # noqa: T201 - the shim's log

    def _tell_agent(self, message: Head, fds: list[int] | None = None) -> None:
        if self._inside is None:
            raise NotMadeError(ENDED)
        self._inside.tell(message, fds)

    def _ask_agent(self, connection: Connection, head: Head, body: bytes) -> None:
        self._next += 1
        self._asked[self._next] = (connection.fd, head["id"])
        if body.startswith(changes.SHELL):
            (_, _, shell), *_ = changes.decode(body)
            self._config["shell"] = base64.b64encode(shell).decode()
        memory = kernel.memory_file(body) if body else None
        try:
            self._tell_agent({**head, "id": self._next}, [memory] if memory is not None else None)
        finally:
            if memory is not None:
                os.close(memory)

    def _hear_agent(self) -> None:
        assert self._inside is not None
        said, fds = self._inside.hear()
        if not said:
            self.unwatch(self._inside.agent.fileno())
            return
        try:
            self._take_answer(said, fds)
        finally:
            for fd in fds:
                os.close(fd)

    def _take_answer(self, said: Head, fds: list[int]) -> None:
        if "over" in said:
            self._end_beyond(said["over"], said["number"])
            return
        number = said.pop("id", 0)
        if number in self._orphaned:
            self._orphaned.pop(number).abandon(SUPERVISOR_KILLED)
        elif fds:
            self._pass_on(number, said, fds)
        else:
            self._answer_late(number, said)

    def _pass_on(self, number: int, answer: Head, fds: list[int]) -> None:
        fd, asked = self._asked.pop(number, (-1, 0))
        connection = self._connections.get(fd)
        if connection is not None:
            self._with_socket.add(fd)
            connection.send_with(pack({**answer, "id": asked}), fds)

    def _answer_late(self, number: int, answer: Head) -> None:
        fd, asked = self._asked.pop(number, (-1, 0))
        self._send_to(fd, pack({**answer, "id": asked}))

    # --- commands --------------------------------------------------------------------------------------------------

    def _start(self, head: Head, body: bytes) -> None:
        name = head["command"]
        if name in self._seen:
            return
        if self._inside is None:
            self._make()
        elif self._inside.is_over():
            self._make_again()
        if self._inside is None:
            raise NotMadeError(ENDED)
        self._seen.add(name)
        command = Running(self, name, Spool(self._spool, name), head, self._config["output_bytes"])
        outputs, input_fd, standard = self._inside.streams(terminal=bool(head["terminal"]))
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
            if self._inside is None:
                break
            taken = self._inside.hand_over(passed)
            if taken is not None:
                return taken
            if not self._inside.is_over():
                raise NotMadeError(NO_ROOM)
            # its agent has gone this moment
            self._make_again()
        raise NotMadeError(ENDED)

    def grown(self, command: Running) -> None:
        end = command.spool.end
        for fd, position in list(command.armed.items()):
            if end > position:
                del command.armed[fd]
                self._send_to(fd, pack({"ring": command.name}))

    def finished(self, command: Running) -> None:
        for fd, asked in command.waiting:
            self._send_to(fd, pack({"id": asked, "exit": command.exit}))
        command.waiting.clear()
        if command.exit and command.exit["shell_state"] is not None:
            # for the jail that is made where this one ends; empty where it is too long to be told
            self._config["shell"] = command.exit["shell_state"]
        if self._prepare_at is not None:
            self._prepare_at = time.monotonic()

    def _forget(self, command: Running) -> None:
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
        """An agent that answers was not killed with it, and has ended what it left; one that dies has us begin anew.

        Its end is told only then: who starts the next command must not meet a jail that is going down.
        """
        self._next += 1
        self._orphaned[self._next] = command
        try:
            self._tell_agent({"do": "count", "id": self._next, "ended": command.number})
        except (NotMadeError, OSError):
            self._make_again()

    def deserted(self, command: Running) -> None:
        self._groups.discard(command.group)
        if command in self._forgotten:
            self._forgotten.discard(command)
            command.close()

    # --- workers ---------------------------------------------------------------------------------------------------

    def _accept(self, listener: socket.socket) -> None:
        try:
            accepted, _ = listener.accept()
        except BlockingIOError:
            return
        _, uid, _ = struct.unpack("3i", accepted.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        if uid in {0, os.getuid(), self._config["owner"]}:
            self._connect(accepted)
        else:
            accepted.close()

    def _connect(self, accepted: socket.socket) -> Connection:
        connection = Connection(accepted, self)
        self._connections[connection.fd] = connection
        self._solitude.note(alone=False)
        self.watch(connection.fd, lambda: self._listen_to(connection))
        return connection

    def _listen_to(self, connection: Connection) -> None:
        alive, messages = connection.receive()
        for head, body in messages:
            self._obey(connection, head, body)
        if not alive:
            self._disconnect(connection)

    def _disconnect(self, connection: Connection) -> None:
        fd = connection.fd
        if self._connections.pop(fd, None) is None:
            return
        self.unwatch(fd)
        self._with_socket.discard(fd)
        for command in self._commands.values():
            command.armed.pop(fd, None)
            command.waiting = [(who, asked) for who, asked in command.waiting if who != fd]
        self._asked = {number: who for number, who in self._asked.items() if who[0] != fd}
        self._solitude.note(alone=not self._connections)
        connection.close()

    def _send_to(self, fd: int, message: bytes) -> None:
        connection = self._connections.get(fd)
        if connection is not None:
            connection.send(message)

    def _obey(self, connection: Connection, head: Head, body: bytes) -> None:
        answer: Head | None
        try:
            answer = self._do(connection, head, body)
        except (NotMadeError, OSError, KeyError) as error:
            answer = {"error": f"{error}" or type(error).__name__}
        if answer is not None and "id" in head:
            data: bytes = answer.pop("body", b"")
            connection.send(pack({**answer, "id": head["id"]}, data))

    def _do(self, connection: Connection, head: Head, body: bytes) -> Head | None:
        """Answers at once, or None for later or never."""
        do = head["do"]
        if do in {"freeze", "thaw"} and self._groups.can_freeze:
            return self._freeze_groups(do)
        if do in {"count", "freeze", "thaw", "change", "ports", "socket"}:
            self._note_freezing(do)
            self._ask_agent(connection, head, body)
            return None
        if do in {"hello", "start", "commands", "destroy"}:
            return self._do_to_session(do, head, body)
        command = self._commands.get(head["command"])
        if command is None:
            return {"unknown": True}
        return self._do_to_command(connection, command, head, body)

    def _do_to_session(self, do: str, head: Head, body: bytes) -> Head:
        if do == "start":
            self._start(head, body)
        elif do == "commands":
            return {"commands": list(self._commands)}
        elif do == "destroy":
            self._running = False
            self._unmake(again=False)
            record.remove(SOCKET)
        else:
            return {"protocol": PROTOCOL, "session": self._config["session"], "limits": self._config["limits"]}
        return {}

    def _freeze_groups(self, do: str) -> Head:
        """What begins later is not frozen."""
        self._note_freezing(do)
        if do == "thaw":
            self._groups.thaw()
        elif not freeze([each.group for each in (*self._commands.values(), *self._forgotten) if each.group]):
            return {"error": "Not everything in the jail could be frozen: something in it hangs in the kernel."}
        return {}

    def _freeze_unasked(self) -> None:
        """Until a worker comes, and has seen whose the session is."""
        if self._groups.can_freeze:
            self._freeze_groups("freeze")
            return
        self._note_freezing("freeze")
        with suppress(NotMadeError, OSError):
            self._tell_agent({"do": "freeze", "id": 0})

    def _note_freezing(self, do: str) -> None:
        """A frozen command's time does not pass."""
        if do == "freeze":
            self._frozen_at = self._frozen_at or time.monotonic()
        elif do == "thaw" and self._frozen_at is not None:
            for command in self._commands.values():
                if command.deadline is not None:
                    command.deadline += time.monotonic() - self._frozen_at
            self._frozen_at = None

    def _do_to_command(self, connection: Connection, command: Running, head: Head, body: bytes) -> Head | None:
        match head["do"]:
            case "arm":
                command.armed[connection.fd] = head["position"]
                self.grown(command)
            case "tail":
                return {"body": command.spool.tail(head["position"])}
            case "acknowledge":
                command.spool.acknowledge(head["position"])
                command.resume()
            case "wait":
                if command.exit is None:
                    command.waiting.append((connection.fd, head["id"]))
                    return None
                return {"exit": command.exit}
            case "input":
                refused = command.write_input(body, end=head["end"])
                return {"error": refused} if refused else {}
            case "resize":
                command.resize(head["columns"], head["rows"])
            case "signal":
                command.signal(head["name"])
            case "kill":
                command.kill(head["reason"], head["grace"])
            case "forget":
                self._forget(command)
            case _:
                return {"error": f"{head['do']!r} is nothing that this shim can do"}
        return {}
