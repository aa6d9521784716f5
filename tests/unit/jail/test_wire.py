"""Messages between worker and shim."""

import pytest

from quarterdeck.jail.shim.wire import LENGTHS, MAX_MESSAGE, BrokenMessageError, Head, Unpacker, pack


def test_messages_survive_any_cut() -> None:
    sent: list[tuple[Head, bytes]] = [
        ({"do": "start", "id": 1}, b"text\0\xff"),
        ({"ring": "x"}, b""),
        ({}, bytes(1000)),
    ]
    stream = b"".join(pack(head, body) for head, body in sent)

    for size in (1, 7, 100, len(stream)):
        unpacker = Unpacker()
        received = [message for at in range(0, len(stream), size) for message in unpacker.feed(stream[at : at + size])]
        assert received == sent


def test_a_message_beyond_all_measure_is_refused() -> None:
    with pytest.raises(BrokenMessageError):
        list(Unpacker().feed(LENGTHS.pack(MAX_MESSAGE, 1)))


@pytest.mark.parametrize("head", [b"[]", b"1", b'"x"'])
def test_a_head_that_is_no_object_is_refused(head: bytes) -> None:
    with pytest.raises(BrokenMessageError):
        list(Unpacker().feed(LENGTHS.pack(len(head), 0) + head))
