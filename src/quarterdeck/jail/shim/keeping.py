"""A session's jail as its shim keeps it: made, made again where its agent is gone, and asked through that agent."""

import base64
import os
from typing import Any, Protocol

from quarterdeck.jail.shim import changes, container, inside, kernel, record
from quarterdeck.jail.shim.apart import Apart
from quarterdeck.jail.shim.container import Contained
from quarterdeck.jail.shim.feed import Watcher
from quarterdeck.jail.shim.groups import Groups
from quarterdeck.jail.shim.inside import Inside, NotMadeError
from quarterdeck.jail.shim.running import Running
from quarterdeck.jail.shim.wire import Head, pack
from quarterdeck.jail.shim.workers import Workers

SUPERVISOR_KILLED = "Its supervisor was killed from inside the jail."
ENDED = "The jail has ended: what ran in it is gone, the files are kept."


class Household(Watcher, Protocol):
    """Whom a jail's end concerns."""

    def watches(self, fd: int) -> bool: ...
    def lost_jail(self, reason: str | None) -> None:
        """What ran in it is gone."""
        ...

    def went_beyond(self, reason: str, number: int) -> None:
        """The agent has seen a subreaper go beyond a limit."""
        ...


class Keeper:
    def __init__(
        self, household: Household, config: dict[str, Any], seccomp: bytes, groups: Groups, workers: Workers
    ) -> None:
        self.inside: Inside | None = None
        """None: it could not be made again. Tried again when a command is to start."""
        self._household, self._config, self._seccomp = household, config, seccomp
        self._groups, self._workers = groups, workers
        self._last = 0
        self._asked: dict[int, tuple[int, int]] = {}
        """By question, the worker's descriptor and what it calls the question."""
        self._orphaned: dict[int, Running] = {}
        """By question, the command for whose sake it was asked."""

    def make(self) -> None:
        if self._config.get("container"):
            kind = Apart if self._config.get("relayed") else Contained
            self.inside = container.make(self._config, self._groups, kind)
        else:
            self.inside = inside.make(self._config, self._seccomp, self._groups)
        record.write(self.inside.first)
        self._household.watch(self.inside.agent_fd, self.make_again)
        self._household.watch(self.inside.agent.fileno(), self._hear)

    def unmake(self, *, again: bool) -> None:
        if self.inside is not None:
            old, self.inside = self.inside, None
            self._household.unwatch(old.agent_fd)
            if self._household.watches(old.agent.fileno()):
                self._household.unwatch(old.agent.fileno())
            old.end(again=again)
        self._workers.disconnect_those_with_sockets()
        inside.reap()

    def make_again(self) -> None:
        """The agent is gone or does not answer: a fresh jail on the same files, and the session goes on."""
        reason = self.inside.reason if self.inside is not None else None
        self.unmake(again=True)
        self._household.lost_jail(reason)
        for number in list(self._asked):
            self._answer_late(number, {"error": ENDED})
        self._orphaned.clear()
        try:
            self.make()
        except (NotMadeError, OSError) as error:
            # tried again when a command is to start
            print(f"the jail could not be made again: {error}", flush=True)  # noqa: T201 - the shim's log

    def standing(self) -> Inside:
        """The jail, made again where it has to be. Raises NotMadeError."""
        if self.inside is None:
            self.make()
        elif self.inside.is_over():
            self.make_again()
        if self.inside is None:
            raise NotMadeError(ENDED)
        return self.inside

    def tell(self, message: Head, fds: list[int] | None = None) -> None:
        if self.inside is None:
            raise NotMadeError(ENDED)
        self.inside.tell(message, fds)

    def ask(self, fd: int, head: Head, body: bytes) -> None:
        """For a worker, who is answered later."""
        self._last += 1
        self._asked[self._last] = (fd, head["id"])
        if body.startswith(changes.SHELL):
            (_, _, shell), *_ = changes.decode(body)
            self._config["shell"] = base64.b64encode(shell).decode()
        memory = kernel.memory_file(body) if body else None
        try:
            self.tell({**head, "id": self._last}, [memory] if memory is not None else None)
        finally:
            if memory is not None:
                os.close(memory)

    def look_after(self, command: Running) -> None:
        """Its subreaper is gone without a word. An agent that answers was not killed with it, and has ended what it
        left; one that dies has us begin anew.

        The command's end is told only then: who starts the next one must not meet a jail that is going down.
        """
        self._last += 1
        self._orphaned[self._last] = command
        try:
            self.tell({"do": "count", "id": self._last, "ended": command.number})
        except (NotMadeError, OSError):
            self.make_again()

    def forget_worker(self, fd: int) -> None:
        self._asked = {number: who for number, who in self._asked.items() if who[0] != fd}

    def _hear(self) -> None:
        assert self.inside is not None
        said, fds = self.inside.hear()
        if not said:
            self._household.unwatch(self.inside.agent.fileno())
            return
        try:
            self._take(said, fds)
        finally:
            for fd in fds:
                os.close(fd)

    def _take(self, said: Head, fds: list[int]) -> None:
        if "over" in said:
            self._household.went_beyond(said["over"], said["number"])
            return
        number = said.pop("id", 0)
        if number in self._orphaned:
            self._orphaned.pop(number).abandon(SUPERVISOR_KILLED)
        elif fds:
            fd, asked = self._asked.pop(number, (-1, 0))
            self._workers.send_sockets_to(fd, pack({**said, "id": asked}), fds)
        else:
            self._answer_late(number, said)

    def _answer_late(self, number: int, answer: Head) -> None:
        fd, asked = self._asked.pop(number, (-1, 0))
        self._workers.send_to(fd, pack({**answer, "id": asked}))
