"""The shim's side of a container whose kernel is not the host's, such as gVisor's.

There the agent's pid means nothing to the host: who connects is a process of the runtime's, which lives as long as the
container does, belongs to root, and is told from others by the folder that only this container sees. Descriptors go
into such a jail and none come out, so the agent copies what would be handed out (`jail.shim.relaying`).
"""

import os
import select
import socket
from typing import Any, Self

from quarterdeck.application.frames import FrameKind
from quarterdeck.jail.shim.container import NOTHING, Contained, open_process, peer
from quarterdeck.jail.shim.groups import Groups
from quarterdeck.jail.shim.inside import Streams, pipes

MEMORY_FILES = {"memory": "/sys/fs/cgroup/memory{}/memory.oom_control", "": "/sys/fs/cgroup{}/memory.events"}
"""By controller, as proc_pid_cgroup(5) names it, where the kernel counts what it ended for want of memory."""

Config = dict[str, Any]


class Apart(Contained):
    end_seconds = 5.0

    def __init__(self, *of_contained: Any) -> None:
        super().__init__(*of_contained)
        self._outer: dict[int, socket.socket] = {}
        """Ends of connections that go on in the jail, by the number of the request."""
        self._memory: int | None = None

    @classmethod
    def of(cls, channel: socket.socket, groups: Groups) -> Self:
        pid, _ = peer(channel)
        life = open_process(pid)
        # a later worker is told of the shim alone: it sees to the container's end by that of its channel
        made = cls(channel, os.dup(life), os.getpid(), life, NOTHING, groups)
        made._memory = _open_memory(pid)
        return made

    @property
    def reason(self) -> str | None:
        """The container's group has a bound beyond what the agent keeps by looking."""
        return "out_of_memory" if self._memory is not None and _killed(self._memory) else None

    def streams(self, *, terminal: bool) -> Streams:
        if not terminal:
            return pipes()
        typed, typed_end = os.pipe()
        printed, printed_end = os.pipe()
        return {printed: FrameKind.OUTPUT}, typed_end, [typed, printed_end]

    def tell(self, message: Config, fds: list[int] | None = None) -> None:
        if message["do"] != "socket":
            super().tell(message, fds)
            return
        kind = socket.SOCK_SEQPACKET if message["listen"] else socket.SOCK_STREAM
        outer, inner = socket.socketpair(socket.AF_UNIX, kind)
        with inner:
            super().tell(message, [inner.fileno()])
        self._outer[message["id"]] = outer

    def hear(self) -> tuple[Config, list[int]]:
        said, fds = super().hear()
        outer = self._outer.pop(said.get("id", 0), None)
        if outer is None:
            return said, fds
        if "error" in said or "refused" in said:
            outer.close()
            return said, fds
        return {**said, "relayed": True}, [*fds, outer.detach()]

    def is_over(self) -> bool:
        """Its channel ends a little sooner than the runtime's process."""
        poll = select.poll()
        poll.register(self.agent, 0)
        return bool(poll.poll(0)) or super().is_over()

    def stop(self) -> None:
        self.agent.close()

    def kill(self) -> None:
        """Only the agent itself can end it, and with an error, so that Docker starts the container again."""
        try:
            self.tell({"do": "leave"})
        except OSError:
            # it is gone
            return

    def end(self, *, again: bool) -> None:
        """Where the agent does not heed it, the worker has to end the container: it does when this shim is gone."""
        life = os.dup(self.agent_fd)
        super().end(again=again)
        for outer in self._outer.values():
            outer.close()
        if self._memory is not None:
            os.close(self._memory)
        poll = select.poll()
        poll.register(life, select.POLLIN)
        gone = poll.poll(0)
        os.close(life)
        if again and not gone:
            raise SystemExit("the container does not end: the worker has to see to it")


def _open_memory(pid: int) -> int | None:
    """The counter of the container's group; None where it cannot be found."""
    with open(f"/proc/{pid}/cgroup") as file:  # noqa: PTH123 - pathlib costs the shim memory
        lines = [line.rstrip("\n").split(":", 2) for line in file]
    for _, controllers, group in lines:
        for name, place in MEMORY_FILES.items():
            if name in controllers.split(","):
                try:
                    return os.open(place.format(group), os.O_RDONLY | os.O_CLOEXEC)
                except OSError:
                    # it is counted in another hierarchy
                    continue
    return None


def _killed(counter: int) -> bool:
    try:
        lines = os.pread(counter, 4096, 0).splitlines()
    except OSError:
        # the group is gone already
        return False
    return any(line.startswith(b"oom_kill ") and int(line.split()[1]) for line in lines)
