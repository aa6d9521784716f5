"""How the shim ends a container's agent, so that Docker knows whether to start it again, and numbers subreapers."""

import json
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


def jail_of_an_agent() -> tuple[Contained, "subprocess.Popen[bytes]", socket.socket]:
    """With a copy of the agent's end."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    number = theirs.fileno()
    agent = subprocess.Popen([sys.executable, "-I", "-c", AGENT, str(number)], pass_fds=[number])
    agent_fd, first_fd = os.pidfd_open(agent.pid), os.pidfd_open(agent.pid)
    return Contained(ours, agent_fd, agent.pid, first_fd, NOTHING, Groups({})), agent, theirs


@pytest.mark.parametrize(("again", "status"), [(True, -signal.SIGKILL), (False, 0)])
def test_an_agent_ends_with_an_error_only_where_another_is_wanted(*, again: bool, status: int) -> None:
    jail, agent, theirs = jail_of_an_agent()
    theirs.close()

    (jail.kill if again else jail.stop)()

    assert agent.wait(10) == status
    jail.end(again=again)


def test_no_number_of_a_subreaper_is_given_again_in_the_next_jail_of_a_session() -> None:
    """What the agent is asked about a command of the jail before was answered for the one that had its number."""
    numbers: list[int] = []
    for _ in range(2):
        jail, agent, theirs = jail_of_an_agent()
        agent.send_signal(signal.SIGSTOP)
        with theirs:
            jail.prepare_subreaper()
            told, fds, _, _ = socket.recv_fds(theirs, 4096, 1)
        os.close(*fds)
        numbers.append(json.loads(told)["number"])
        jail.kill()
        agent.wait(10)
        jail.end(again=True)

    assert len(set(numbers)) == 2
