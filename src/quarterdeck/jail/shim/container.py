"""The shim's side of a container: the agent is its first process and comes to a socket that only it can find.

The worker has the container started. Docker starts it again if it ends otherwise than by its shim, and then the new
agent comes to the same place.
"""

import json
import os
import select
import socket
import struct
from typing import Any

from quarterdeck.jail.shim import record
from quarterdeck.jail.shim.groups import Groups
from quarterdeck.jail.shim.inside import Inside, NotMadeError, kill

CHANNEL = "channel"
SOCKET = f"{CHANNEL}/agent"
START_SECONDS = 20.0
END_SECONDS = 2.0
FOR_AGENT = ("seccomp", "rlimits", "shells", "environment", "workspace", "state", "watched", "shell")
NOTHING = -1
"""A container needs no pipe to end with its shim: the agent's channel is one."""

Config = dict[str, Any]


class Contained(Inside):
    def stop(self) -> None:
        """Lets the agent end by itself, so that Docker has no reason to start the container again."""
        self.agent.close()
        poll = select.poll()
        poll.register(self.agent_fd, select.POLLIN)
        if not poll.poll(END_SECONDS * 1000):
            self.kill()


def make(config: Config, groups: Groups) -> Inside:
    """Waits for the container's agent. Raises NotMadeError."""
    channel = _accept()
    try:
        first, first_fd = _peer(channel)
    except BaseException:
        channel.close()
        raise
    try:
        _tell(channel, config)
        made = Contained(channel, os.dup(first_fd), first, first_fd, NOTHING, groups)
    except (OSError, ValueError, NotMadeError) as error:
        # killed, so that Docker starts it again: another may do better
        kill(first_fd)
        os.close(first_fd)
        channel.close()
        raise NotMadeError(f"the container's agent is not what it should be: {error}") from error
    made.prepare_subreaper()
    return made


def _tell(channel: socket.socket, config: Config) -> None:
    """Gives the agent its configuration and waits for its first word."""
    channel.send(json.dumps({name: config[name] for name in FOR_AGENT if name in config}).encode())
    channel.settimeout(START_SECONDS)
    word = json.loads(channel.recv(4096) or b"{}")
    if "ready" not in word:
        raise NotMadeError("it ended before it was ready")
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


def _peer(channel: socket.socket) -> tuple[int, int]:
    """The agent's pid, and a pidfd of it."""
    pid, uid, _ = struct.unpack("3i", channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    if uid != os.getuid():
        raise NotMadeError(f"the container's agent runs as user {uid}")
    try:
        return pid, os.pidfd_open(pid)
    except OSError as error:
        raise NotMadeError("the container's agent ended before it was ready") from error
