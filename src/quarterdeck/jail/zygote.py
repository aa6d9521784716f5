"""The zygote: a small process with everything imported that a shim needs, from which shims are forked.

Run as a script with `python -I -S`, as root or as the worker's user, with the number of a socket's descriptor. Each
message on it carries three descriptors: the session's shim folder, a memory file with the shim's configuration, and
the worker's first connection to the shim. It answers with the shim's pid, and ends when the worker's side of the
socket closes; the shims do not.
"""

import gc
import os
import signal
import socket
import sys


def main() -> None:
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))  # noqa: PTH100, PTH120
    from quarterdeck.jail.shim import kernel
    from quarterdeck.jail.shim.entry import become_shim
    from quarterdeck.jail.shim.subreaper import receive

    kernel.set_name("qd-zygote")
    kernel.set_title("quarterdeck zygote")
    kernel.forget_ignored_signals()
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        # as Python has them: an error of the call concerned instead
        signal.signal(number, signal.SIG_IGN)
    # shims are reaped by nobody else while the zygote lives
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # a Ctrl-C in the worker's terminal is the worker's business
        signal.signal(number, signal.SIG_IGN)
    # objects that the collector never touches stay shared between zygote and shims
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=int(sys.argv[1]))
    while True:
        message, fds = receive(control)
        if not message:
            return
        pid = os.fork()
        if pid == 0:
            control.close()
            become_shim(*fds)
        for fd in fds:
            os.close(fd)
        control.send(str(pid).encode())


if __name__ == "__main__":
    main()
