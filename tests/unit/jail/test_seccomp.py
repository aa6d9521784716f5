"""The assembled filter, run by a small interpreter of the kernel's BPF, for both architectures."""

import errno
import struct

import pytest

from quarterdeck.jail import seccomp
from quarterdeck.jail.errors import JailError

MACHINES = list(seccomp.AUDIT_ARCH)
READ = {"x86_64": 0, "aarch64": 63}


def decide(program: bytes, number: int, arguments: tuple[int, ...] = (), architecture: int = 0) -> int:
    """What the filter returns for a system call (the classic BPF of filter.rst, as far as we use it)."""
    padded = (*arguments, *(0,) * (6 - len(arguments)))
    data = struct.pack("=iIQ6Q", number, architecture, 0, *padded)
    steps = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    at, loaded = 0, 0
    while True:
        code, if_true, if_false, value = steps[at]
        at += 1
        match code:
            case seccomp.LOAD:
                (loaded,) = struct.unpack_from("=I", data, value)
            case seccomp.RETURN:
                return int(value)
            case seccomp.JUMP_EQUAL:
                at += if_true if loaded == value else if_false
            case seccomp.JUMP_GREATER_EQUAL:
                at += if_true if loaded >= value else if_false
            case seccomp.JUMP_ANY_BIT:
                at += if_true if loaded & value else if_false
            case _:
                raise AssertionError(f"unknown step {code:#x}")


def denied(number: int) -> int:
    return seccomp.ERRNO | number


@pytest.fixture(params=MACHINES)
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _ask(machine: str, number: int, *arguments: int) -> int:
    return decide(seccomp.assemble(machine), number, arguments, seccomp.AUDIT_ARCH[machine])


def _number(machine: str, calls: tuple[int | None, ...]) -> int | None:
    return calls[MACHINES.index(machine)]


def test_calls_of_another_architecture_end_the_process(machine: str) -> None:
    assert decide(seccomp.assemble(machine), READ[machine], (), 0x40000003) == seccomp.KILL_PROCESS


def test_ordinary_calls_are_allowed(machine: str) -> None:
    assert _ask(machine, READ[machine]) == seccomp.ALLOW


@pytest.mark.parametrize("name", seccomp.DENIED)
def test_listed_calls_are_denied(machine: str, name: str) -> None:
    number = _number(machine, seccomp.DENIED[name])

    assert number is None or _ask(machine, number) == denied(errno.EPERM)


@pytest.mark.parametrize("name", seccomp.ABSENT)
def test_calls_with_a_fall_back_are_absent(machine: str, name: str) -> None:
    assert _ask(machine, _number(machine, seccomp.ABSENT[name]) or 0) == denied(errno.ENOSYS)


@pytest.mark.parametrize("number", [seccomp.LAST_KNOWN + 1, 1000, 0x40000000, 0x40000000 | 41, 0x7FFFFFFF])
def test_unknown_and_x32_calls_are_absent(machine: str, number: int) -> None:
    assert _ask(machine, number) == denied(errno.ENOSYS)


@pytest.mark.parametrize(
    ("family", "protocol", "answer"),
    [
        (1, 0, seccomp.ALLOW),
        (2, 6, seccomp.ALLOW),
        (10, 17, seccomp.ALLOW),
        (16, 0, seccomp.ALLOW),
        (16, 9, denied(errno.EPROTONOSUPPORT)),
        (40, 0, denied(errno.EAFNOSUPPORT)),
        (38, 0, denied(errno.EAFNOSUPPORT)),
        ((1 << 32) | 40, 0, denied(errno.EAFNOSUPPORT)),
    ],
)
def test_sockets_are_allowed_by_family(machine: str, family: int, protocol: int, answer: int) -> None:
    number = _number(machine, seccomp.CHECKED["socket"]) or 0

    assert _ask(machine, number, family, 1, protocol) == answer


@pytest.mark.parametrize(
    ("family", "answer"), [(1, seccomp.ALLOW), (2, denied(errno.EAFNOSUPPORT)), (30, denied(errno.EAFNOSUPPORT))]
)
def test_only_unix_sockets_come_in_pairs(machine: str, family: int, answer: int) -> None:
    number = _number(machine, seccomp.CHECKED["socketpair"]) or 0

    assert _ask(machine, number, family, 1, 0) == answer


@pytest.mark.parametrize("flag", [1 << bit for bit in (17, 25, 26, 27, 28, 29, 30)])
def test_a_clone_makes_no_namespaces(machine: str, flag: int) -> None:
    number = _number(machine, seccomp.CHECKED["clone"]) or 0

    assert _ask(machine, number, flag | 17) == denied(errno.EPERM)
    assert _ask(machine, number, 0x3D0F00 | 17) == seccomp.ALLOW


@pytest.mark.parametrize("request_number", seccomp.TERMINAL_REQUESTS)
def test_terminal_requests_are_denied_whatever_their_high_half_says(machine: str, request_number: int) -> None:
    number = _number(machine, seccomp.CHECKED["ioctl"]) or 0

    assert _ask(machine, number, 0, request_number) == denied(errno.EPERM)
    assert _ask(machine, number, 0, (7 << 32) | request_number) == denied(errno.EPERM)
    assert _ask(machine, number, 0, 0x5413) == seccomp.ALLOW


def test_personalities_are_limited(machine: str) -> None:
    number = _number(machine, seccomp.CHECKED["personality"]) or 0

    assert _ask(machine, number, 0xFFFFFFFF) == seccomp.ALLOW
    assert _ask(machine, number, 0x0040000) == denied(errno.EPERM)


def test_the_reason_for_each_call_is_given_once() -> None:
    explained = [call for _, calls in seccomp.WHY_DENIED for call in calls]

    assert sorted(explained) == sorted(seccomp.DENIED)
    assert seccomp.WHY_ABSENT.keys() == seccomp.ABSENT.keys()
    assert seccomp.WHY_CHECKED.keys() == seccomp.CHECKED.keys()


def test_a_machine_without_a_table_has_no_jails() -> None:
    with pytest.raises(JailError, match="riscv64"):
        seccomp.assemble("riscv64")
