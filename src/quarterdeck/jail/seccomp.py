"""The seccomp filter of a jail, assembled by hand: a deny list in the kernel's own BPF (seccomp(2), filter.rst).

What is denied reaches parts of the kernel that no build or test needs and that have been ways out of sandboxes before:
mounts and new namespaces, other processes' memory, keyrings, io_uring, BPF, file handles, rare socket families and
terminal injection. Everything newer than the kernel this was written against answers ENOSYS.
"""

import errno
import os
import struct

from quarterdeck.jail.errors import JailError

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
LAST_KNOWN = 469

LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16

NEW_NAMESPACES = 0x7E020000
AF_UNIX, AF_NETLINK = 1, 16
SOCKET_FAMILIES = (AF_UNIX, 2, 10, AF_NETLINK)
"""AF_UNIX, AF_INET, AF_INET6; and of netlink only the routing protocol, which getaddrinfo asks."""
TERMINAL_REQUESTS = (0x5412, 0x541C, 0x5423)
"""TIOCSTI and TIOCLINUX put input into a terminal, TIOCSETD loads line disciplines."""
PERSONALITIES = (0x0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF)

# name: (x86_64, aarch64); None where the architecture has no such call
DENIED: dict[str, tuple[int | None, int | None]] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "create_module": (174, None),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "get_kernel_syms": (177, None),
    "init_module": (175, 105),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "listmount": (458, 458),
    "lookup_dcookie": (212, 18),
    "mbind": (237, 235),
    "migrate_pages": (256, 238),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "name_to_handle_at": (303, 264),
    "nfsservctl": (180, 42),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "query_module": (178, None),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "statmount": (457, 457),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "uselib": (134, None),
    "vhangup": (153, 58),
}
ABSENT: dict[str, tuple[int | None, int | None]] = {
    # programs that find these missing use the older call, whose arguments a filter can see
    "clone3": (435, 435),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
}
CHECKED: dict[str, tuple[int, int]] = {
    "clone": (56, 220),
    "ioctl": (16, 29),
    "personality": (135, 92),
    "socket": (41, 198),
    "socketpair": (53, 199),
}

WHY_DENIED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Whoever can mount can uncover or replace what the jail is made of.",
        (
            *("chroot", "fsconfig", "fsmount", "fsopen", "fspick", "listmount", "mount", "mount_setattr", "move_mount"),
            *("open_tree", "open_tree_attr", "pivot_root", "statmount", "umount2"),
        ),
    ),
    ("In a namespace of one's own one is root, and reaches what was written for root alone.", ("setns", "unshare")),
    (
        "The memory, descriptors and addresses of other processes, the jail's own upkeep among them.",
        ("kcmp", "pidfd_getfd", "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace"),
    ),
    ("Keyrings belong to no namespace.", ("add_key", "keyctl", "request_key")),
    ("Programs and counters in the kernel: large, and often the way out of a sandbox.", ("bpf", "perf_event_open")),
    ("A page fault that one answers oneself makes races in the kernel easy to win.", ("userfaultfd",)),
    (
        "A file's handle, or a watch, reaches over the borders of mounts.",
        ("fanotify_init", "lookup_dcookie", "name_to_handle_at", "open_by_handle_at"),
    ),
    (
        "The machine is not the session's to administer.",
        (
            *("acct", "adjtimex", "clock_adjtime", "clock_settime", "kexec_file_load", "kexec_load", "nfsservctl"),
            *("quotactl", "quotactl_fd", "reboot", "setdomainname", "sethostname", "settimeofday", "swapoff", "swapon"),
            *("syslog", "vhangup"),
        ),
    ),
    (
        "Code for the kernel.",
        ("create_module", "delete_module", "finit_module", "get_kernel_syms", "init_module", "query_module", "uselib"),
    ),
    ("Hardware, and segments that no program of today uses.", ("ioperm", "iopl", "modify_ldt")),
    (
        "Where memory lies is the host's to say, and tells who its neighbours are.",
        ("mbind", "migrate_pages", "move_pages"),
    ),
)
"""Why each call is denied, for the page docs/security.md and for whoever wants to add to the list or take from it."""
WHY_ABSENT = {
    "clone3": "Its flags lie in memory, where no filter sees them. The C library then uses clone.",
    "io_uring_setup": "What is done through a ring passes no filter. Programs then use ordinary calls.",
    "io_uring_enter": "As above.",
    "io_uring_register": "As above.",
}
WHY_CHECKED = {
    "clone": ("all but the flags that make namespaces", "Processes and threads are what a shell is for."),
    "ioctl": (
        "all but TIOCSTI, TIOCLINUX and TIOCSETD",
        "Those put input into a terminal, or load a line discipline; the others belong to open files.",
    ),
    "personality": (
        "asking, Linux, UNAME26 and 32 bits",
        "Compilers and debuggers of old ask; no randomised addresses or executable data are for attacks.",
    ),
    "socket": (
        "AF_UNIX, AF_INET, AF_INET6, and AF_NETLINK for routes",
        "The jail has a loopback of its own, and getaddrinfo asks for addresses; other families load modules, or, as "
        "AF_VSOCK, heed no namespace.",
    ),
    "socketpair": ("AF_UNIX", "The kernel looks other families up first, and may load a module for one."),
}


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _fail(number: int) -> bytes:
    return _step(RETURN, ERRNO | number)


def _argument(index: int) -> bytes:
    """Loads the low half of an argument; the kernel takes these as 32-bit values itself."""
    return _step(LOAD, FIRST_ARGUMENT + 8 * index)


def _on(number: int, body: bytes) -> bytes:
    """`body`, which ends in a return, for one system call."""
    return _step(JUMP_EQUAL, number, 0, len(body) // 8) + body


def _one_of(values: tuple[int, ...], otherwise: int) -> bytes:
    """Allows what is loaded if it is one of `values`."""
    last = len(values) - 1
    tests = b"".join(_step(JUMP_EQUAL, value, last - i + 1, 0) for i, value in enumerate(values))
    return tests + _fail(otherwise) + _step(RETURN, ALLOW)


def _none_of(values: tuple[int, ...], otherwise: int) -> bytes:
    last = len(values) - 1
    tests = b"".join(_step(JUMP_EQUAL, value, last - i + 1, 0) for i, value in enumerate(values))
    return tests + _step(RETURN, ALLOW) + _fail(otherwise)


def _socket() -> bytes:
    netlink_but_routing = _argument(2) + _step(JUMP_EQUAL, 0, 1, 0) + _fail(errno.EPROTONOSUPPORT)
    allowed = netlink_but_routing + _step(RETURN, ALLOW)
    others = tuple(family for family in SOCKET_FAMILIES if family != AF_NETLINK)
    return _argument(0) + _on(AF_NETLINK, allowed) + _one_of(others, errno.EAFNOSUPPORT)


def _checked_calls(column: int) -> bytes:
    number = {name: numbers[column] for name, numbers in CHECKED.items()}
    namespaces = _argument(0) + _step(JUMP_ANY_BIT, NEW_NAMESPACES, 0, 1) + _fail(errno.EPERM) + _step(RETURN, ALLOW)
    return (
        _on(number["clone"], namespaces)
        + _on(number["ioctl"], _argument(1) + _none_of(TERMINAL_REQUESTS, errno.EPERM))
        + _on(number["personality"], _argument(0) + _one_of(PERSONALITIES, errno.EPERM))
        + _on(number["socket"], _socket())
        + _on(number["socketpair"], _argument(0) + _one_of((AF_UNIX,), errno.EAFNOSUPPORT))
    )


def _always(calls: dict[str, tuple[int | None, int | None]], column: int, number: int) -> bytes:
    listed = sorted(numbers[column] or 0 for numbers in calls.values() if numbers[column] is not None)
    return b"".join(_on(call, _fail(number)) for call in listed)


def assemble(machine: str | None = None) -> bytes:
    """The filter as an array of struct sock_filter, for `bwrap --seccomp` and for prctl."""
    machine = machine or os.uname().machine
    if machine not in AUDIT_ARCH:
        raise JailError(
            f"There is no system call table for {machine}, so a jail could not be kept shut.",
            "Run the worker on x86_64 or aarch64.",
        )
    column = list(AUDIT_ARCH).index(machine)
    return (
        _step(LOAD, ARCHITECTURE)
        + _step(JUMP_EQUAL, AUDIT_ARCH[machine], 1, 0)
        + _step(RETURN, KILL_PROCESS)
        + _step(LOAD, NUMBER)
        # x32 calls carry a bit that makes them greater than any known number, so one test refuses both
        + _step(JUMP_GREATER_EQUAL, LAST_KNOWN + 1, 0, 1)
        + _fail(errno.ENOSYS)
        + _checked_calls(column)
        + _always(DENIED, column, errno.EPERM)
        + _always(ABSENT, column, errno.ENOSYS)
        + _step(RETURN, ALLOW)
    )
