"""Copying between descriptors: nothing is lost, nothing is taken that cannot go on, and an end is passed on."""

import os
import signal
import socket
import termios
from collections.abc import Iterator

import pytest

from quarterdeck.jail.shim.relay import ROOM, Crossing, Events, Pump, wait
from quarterdeck.jail.shim.relaying import Typed


def _pipe() -> tuple[int, int]:
    reading, writing = os.pipe()
    for fd in (reading, writing):
        os.set_blocking(fd, False)
    return reading, writing


def test_a_pump_gives_on_all_of_it_and_is_over_when_its_source_is() -> None:
    (source, giver), (taker, target) = _pipe(), _pipe()
    pump = Pump(source, target)
    os.write(giver, b"some bytes")
    os.close(giver)

    while not pump.over:
        pump.move()

    assert (os.read(taker, 100), pump.moved, pump.broken) == (b"some bytes", 10, False)


def test_a_pump_takes_no_more_while_its_target_is_full() -> None:
    (source, giver), (taker, target) = _pipe(), _pipe()
    pump = Pump(source, target)
    given = 0
    while given < 10 * ROOM:
        try:
            given += os.write(giver, bytes(4096))
        except BlockingIOError:
            if not pump.move():
                break

    interests: Events = {}
    pump.wait_in(interests)
    assert list(interests) == [target]
    assert given <= 4 * ROOM
    assert len(os.read(taker, ROOM)) == ROOM
    assert pump.move()


def test_a_pump_whose_target_is_gone_is_broken() -> None:
    (source, giver), (taker, target) = _pipe(), _pipe()
    pump = Pump(source, target)
    os.close(taker)
    os.write(giver, b"nobody reads this")

    pump.move()

    assert pump.broken
    assert pump.over


Ends = tuple[Crossing, socket.socket, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """A crossing, and who is at its two ends."""
    (inner, program), (outer, client) = socket.socketpair(), socket.socketpair()
    with program, client:
        yield Crossing(inner, outer), program, client


def _go_on(crossing: Crossing) -> bool:
    interests: Events = {}
    crossing.wait_in(interests)
    return crossing.move(wait(interests))


def test_a_crossing_carries_both_ways_and_passes_each_end_on(ends: Ends) -> None:
    crossing, program, client = ends
    client.sendall(b"request")
    assert _go_on(crossing)
    client.shutdown(socket.SHUT_WR)
    assert _go_on(crossing)
    assert (program.recv(100), program.recv(100)) == (b"request", b"")

    program.sendall(b"answer")
    program.close()
    while _go_on(crossing):
        pass

    assert (client.recv(100), client.recv(100)) == (b"answer", b"")


def test_a_crossing_whose_client_is_gone_does_not_wait_for_the_program(ends: Ends) -> None:
    crossing, program, client = ends
    client.close()

    while _go_on(crossing):
        pass

    assert program.recv(100) == b""


@pytest.mark.parametrize(("interrupts", "expected", "sent"), [(True, b"ab", [signal.SIGINT]), (False, b"a\x03b", [])])
def test_what_interrupts_becomes_a_signal_unless_the_terminal_is_raw(
    *, interrupts: bool, expected: bytes, sent: list[int]
) -> None:
    master, terminal = os.openpty()
    modes = termios.tcgetattr(terminal)
    modes[3] &= ~(termios.ICANON | termios.ECHO)
    if not interrupts:
        modes[3] &= ~termios.ISIG
    termios.tcsetattr(terminal, termios.TCSANOW, modes)
    source, giver = _pipe()
    signals: list[int] = []
    os.write(giver, b"a\x03b")

    Typed(source, master, signals.append).move()

    assert os.read(terminal, 100) == expected
    assert signals == sent
