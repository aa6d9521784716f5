"""How the shim ends a container's agent: the exit tells Docker whether to start the container again."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from quarterdeck.jail.shim.container import NOTHING, Contained
from quarterdeck.jail.shim.groups import Groups

AGENT = "import socket, sys; socket.socket(fileno=int(sys.argv[1])).recv(1)"
"""As the real one, it ends without an error when its channel does."""


@pytest.mark.parametrize(("again", "status"), [(True, -signal.SIGKILL), (False, 0)])
def test_an_agent_ends_with_an_error_only_where_another_is_wanted(*, again: bool, status: int) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        number = theirs.fileno()
        agent = subprocess.Popen([sys.executable, "-I", "-c", AGENT, str(number)], pass_fds=[number])
    agent_fd, first_fd = os.pidfd_open(agent.pid), os.pidfd_open(agent.pid)
    jail = Contained(ours, agent_fd, agent.pid, first_fd, NOTHING, Groups({}))

    (jail.kill if again else jail.stop)()

    assert agent.wait(10) == status
    for fd in (agent_fd, first_fd):
        os.close(fd)
    ours.close()
