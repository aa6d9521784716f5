"""Runs a program that may keep a processor for longer before another gets it: `python tests/long_turns.py COMMAND...`.

By the kernel's own 3 ms, processes that compute throw out of a processor's caches what the others are to find there,
again and again: by 20 ms they take about a tenth less of it. It is `sched_runtime` of sched_setattr(2), which all that
is started from here inherits. Kernels before 6.12 take no notice of it.
"""

import ctypes
import os
import struct
import sys

TURN_NS = 20_000_000
SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}
SCHED_OTHER = 0
ATTRIBUTES = struct.Struct("=IIQiIQQQ")
"""Size, policy, flags, nice value, priority, runtime, deadline, period."""


def take_long_turns() -> None:
    number = SCHED_SETATTR.get(os.uname().machine)
    if number is None:
        return
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    attributes = ATTRIBUTES.pack(ATTRIBUTES.size, SCHED_OTHER, 0, nice, 0, TURN_NS, 0, 0)
    ctypes.CDLL(None).syscall(number, 0, attributes, 0)  # where it is refused, turns are as short as they were


if __name__ == "__main__":
    take_long_turns()
    os.execvp(sys.argv[1], sys.argv[1:])
