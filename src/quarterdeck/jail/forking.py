"""What a zygote does: a process with everything imported that is needed, from which others are forked.

Each message on its socket carries descriptors: a memory file with a configuration, and what else is given. It answers
with the pid of who was forked for them, and ends when the other side of the socket closes; those it forked do not.
"""

import gc
import os
import signal
import socket
from collections.abc import Callable
from typing import NoReturn

from quarterdeck.jail.shim import kernel
from quarterdeck.jail.shim.subreaper import receive


def serve(control: socket.socket, name: str, become: Callable[..., NoReturn]) -> None:
    """`become` is called in each fork, with the descriptors as they came."""
    kernel.set_name("qd-zygote")
    kernel.set_title(f"quarterdeck {name}")
    kernel.forget_ignored_signals()
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        # as Python has them: an error of the call concerned instead
        signal.signal(number, signal.SIG_IGN)
    # who was forked is reaped by nobody else while the zygote lives
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # a Ctrl-C in the worker's terminal is the worker's business
        signal.signal(number, signal.SIG_IGN)
    # objects that the collector never touches stay shared with those who are forked
    gc.collect()
    gc.freeze()
    while True:
        message, fds = receive(control)
        if not message:
            return
        pid = os.fork()
        if pid == 0:
            control.close()
            become(*fds)
        for fd in fds:
            os.close(fd)
        control.send(str(pid).encode())
