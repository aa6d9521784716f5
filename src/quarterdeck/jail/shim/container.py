"""The shim's side of a container: the agent is its first process and comes to a socket that only it can find.

The worker has the container started. Docker starts it again if it ends otherwise than by its shim, and then the new
agent comes to the same place.
"""

import json
import os
import select
import socket
import struct
from typing import Any, Self

from quarterdeck.jail.shim import record
from quarterdeck.jail.shim.groups import Groups
from quarterdeck.jail.shim.inside import Inside, NotMadeError

CHANNEL = "channel"
SOCKET = f"{CHANNEL}/agent"
START_SECONDS = 20.0
END_SECONDS = 2.0
FOR_AGENT = ("seccomp", "rlimits", "shells", "environment", "workspace", "state", "watched", "shell", "relayed")
NOTHING = -1
"""A container needs no pipe to end with its shim: the agent's channel is one."""

Config = dict[str, Any]


class Contained(Inside):
    """In a container on the host's kernel: the agent is a process like any other."""

    @classmethod
    def of(cls, channel: socket.socket, groups: Groups) -> Self:
        """Whose agent is at the other end. Raises NotMadeError."""
        pid, uid = peer(channel)
        if uid != os.getuid():
            raise NotMadeError(f"the container's agent runs as user {uid}")
        first_fd = open_process(pid)
        return cls(channel, os.dup(first_fd), pid, first_fd, NOTHING, groups)

    def stop(self) -> None:
        """Lets the agent end by itself, so that Docker has no reason to start the container again."""
        self.agent.close()
        poll = select.poll()
        poll.register(self.agent_fd, select.POLLIN)
        if not poll.poll(END_SECONDS * 1000):
            self.kill()


def make(config: Config, groups: Groups, kind: type[Contained]) -> Inside:
    """Waits for the container's agent. Raises NotMadeError."""
    channel = _accept()
    try:
        made = kind.of(channel, groups)
    except BaseException:
        channel.close()
        raise
    try:
        _tell(channel, config)
    except (OSError, ValueError, NotMadeError) as error:
        # ended, so that Docker starts it again: another may do better
        made.end(again=True)
        raise NotMadeError(f"the container's agent is not what it should be: {error}") from error
    made.watched = any(config["watched"].values())
    made.prepare_subreaper()
    return made


def _tell(channel: socket.socket, config: Config) -> None:
    """Gives the agent its configuration and waits for its first word."""
    channel.send(json.dumps({name: config[name] for name in FOR_AGENT if name in config}).encode())
    channel.settimeout(START_SECONDS)
    word = json.loads(channel.recv(4096) or b"{}")
    if "ready" not in word:
        raise NotMadeError(word.get("failed", "it ended before it was ready"))
    channel.settimeout(None)


def _accept() -> socket.socket:
    """Listens for one connection only: the first process is the first that can come."""
    record.remove(SOCKET)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.settimeout(START_SECONDS)
        try:
            listener.bind(SOCKET)
            listener.listen(1)
            return listener.accept()[0]
        except TimeoutError:
            raise NotMadeError(f"its container was not ready within {START_SECONDS:.0f} s") from None
        finally:
            record.remove(SOCKET)


def peer(channel: socket.socket) -> tuple[int, int]:
    """Pid and user of who has connected."""
    pid, uid, _ = struct.unpack("3i", channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return pid, uid


def open_process(pid: int) -> int:
    """A pidfd of it."""
    try:
        return os.pidfd_open(pid)
    except OSError as error:
        raise NotMadeError("the container's agent ended before it was ready") from error
