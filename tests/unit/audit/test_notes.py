"""Signed notes, as C2SP lays them down."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.audit.notes import BadNoteError, SigningKey, VerifierKey, signers
from quarterdeck.domain.errors import InvalidInputError

KEY = SigningKey.parse(b64encode(bytes(range(32))).decode())
OTHER = SigningKey.generate()
NAME = "quarterdeck-log/0123456789abcdef"
TEXT = "one\ntwo\n"
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
"""The example of Go's package for notes, where the format comes from."""


def test_a_note_that_another_program_signed_is_opened() -> None:
    assert VerifierKey.parse(GO_KEY).open(GO_NOTE).startswith("If you think cryptography")


def test_what_was_signed_is_what_is_opened() -> None:
    note = KEY.sign(NAME, TEXT)
    assert KEY.verifier(NAME).open(note) == TEXT
    assert signers(note) == [f"{NAME}+{KEY.verifier(NAME).id}"]


def test_a_signature_is_found_among_those_of_others() -> None:
    note = KEY.sign(NAME, TEXT)
    both = note + OTHER.sign(NAME, TEXT).rpartition("\n\n")[2]
    assert OTHER.verifier(NAME).open(both) == TEXT


def test_keys_are_read_back_as_they_are_written() -> None:
    verifier = KEY.verifier(NAME)
    assert VerifierKey.parse(str(verifier)) == verifier
    assert SigningKey.parse(KEY.written()).verifier(NAME) == verifier


@given(st.integers(0, 400), st.integers(1, 255))
def test_a_note_with_a_changed_byte_is_not_opened(at: int, by: int) -> None:
    note = bytearray(KEY.sign(NAME, TEXT).encode())
    note[at % len(note)] ^= by
    with pytest.raises(BadNoteError):
        KEY.verifier(NAME).open(note.decode("utf-8", "replace"))


GOOD = KEY.sign(NAME, TEXT)
DAMAGED = {
    "empty": "",
    "no end": GOOD.removesuffix("\n"),
    "no signatures": GOOD.replace("\n\n", "\n"),
    "another dash": GOOD.replace("— ", "- "),
    "an escape": GOOD.replace("two", "two\x1b[2J"),
    "long": "x\n" * 5000 + GOOD,
}


@pytest.mark.parametrize("note", DAMAGED.values(), ids=DAMAGED.keys())
def test_what_is_no_note_is_not_opened(note: str) -> None:
    with pytest.raises(BadNoteError):
        KEY.verifier(NAME).open(note)


def test_the_note_of_another_key_is_not_opened() -> None:
    with pytest.raises(BadNoteError, match="no signature of the key"):
        KEY.verifier(NAME).open(OTHER.sign(NAME, TEXT))


def test_a_damaged_key_is_named() -> None:
    with pytest.raises(InvalidInputError, match="damaged"):
        VerifierKey.parse(GO_KEY.replace("c74f20a3", "c74f20a4"))
    with pytest.raises(InvalidInputError, match="no key"):
        VerifierKey.parse("ssh-ed25519 AAAA")


def test_what_is_no_private_key_is_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidInputError) as refused:
        SigningKey.parse("s3cr3t")
    assert "s3cr3t" not in str(refused.value)
    assert KEY.written() not in repr(KEY)


@pytest.mark.parametrize(("name", "text"), [("a b", TEXT), ("a+b", TEXT), (NAME, "no end"), (NAME, "a\n\nb\n")])
def test_what_could_not_be_opened_again_is_not_signed(name: str, text: str) -> None:
    with pytest.raises(ValueError, match="lines"):
        KEY.sign(name, text)
