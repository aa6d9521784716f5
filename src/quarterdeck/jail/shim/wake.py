"""SIGCHLD as something that poll sees, and signals put back for what is executed."""

import os
import signal
import socket
from types import FrameType

IGNORED = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGALRM,
    signal.SIGPIPE,
    signal.SIGTSTP,
    signal.SIGTTIN,
    signal.SIGTTOU,
)
CHANGED = (*IGNORED, signal.SIGCHLD, signal.SIGXFSZ)
"""What a fresh program must find as the kernel would have it."""


def on_child() -> socket.socket:
    """A socket that becomes readable when a child ends."""
    reading, writing = socket.socketpair()
    reading.settimeout(0)
    writing.settimeout(0)
    signal.signal(signal.SIGCHLD, _nothing)
    signal.set_wakeup_fd(writing.detach(), warn_on_full_buffer=False)
    return reading


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """A handler is needed for the wake-up descriptor to be written to."""


def clear(wake: socket.socket) -> None:
    try:
        while wake.recv(4096):
            pass
    except BlockingIOError:
        pass


def forget() -> None:
    """After a fork: the parent's wake-up descriptor is not the child's."""
    writing = signal.set_wakeup_fd(-1)
    if writing >= 0:
        os.close(writing)


def ignore() -> None:
    """What a jailed process or a terminal may send by the way does not end the jail's upkeep."""
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)


def restore() -> None:
    """Every signal as a fresh program expects it."""
    for number in CHANGED:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
