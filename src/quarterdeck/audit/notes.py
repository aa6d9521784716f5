"""Signed notes: a short text under the Ed25519 signature of whoever answers for it, as C2SP's `signed-note` lays down.

    TEXT, lines that end with a newline
    (an empty line)
    — NAME BASE64(KEY_HASH ‖ SIGNATURE)

The signature is over the text with its last newline. `KEY_HASH` is the first four bytes of
SHA-256(NAME ‖ newline ‖ 0x01 ‖ PUBLIC_KEY). A public key is written down as
`NAME+HEX(KEY_HASH)+BASE64(0x01 ‖ PUBLIC_KEY)`, a form that other tools for transparency logs read as well.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from quarterdeck.domain.errors import InvalidInputError

ED25519 = b"\x01"
DASH = "— "
MOST_CHARACTERS = 4096
"""Of a note; ours have a few hundred."""


class BadNoteError(InvalidInputError):
    """A text that is no note, or whose signature is not the key's."""


@dataclass(frozen=True, kw_only=True)
class VerifierKey:
    """A public key, and the name that it signs by."""

    name: str
    public: bytes

    @property
    def hash(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def id(self) -> str:
        """Its hash in hex: what a key is called in short."""
        return self.hash.hex()

    def __str__(self) -> str:
        return f"{self.name}+{self.id}+{b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the written form. Raises InvalidInputError."""
        name, _, rest = text.strip().partition("+")
        hint, _, encoded = rest.partition("+")
        content = _decoded(encoded)
        if not _is_name(name) or len(content) != 33 or content[:1] != ED25519:
            raise InvalidInputError(f"{text[:80]!r} is no key.", "Give it as `qd audit keys` prints it.")
        key = cls(name=name, public=content[1:])
        if key.id != hint:
            raise InvalidInputError(f"The key {text[:80]!r} is damaged: its hash is {key.id}.", "Copy it again.")
        return key

    def open(self, note: str) -> str:
        """The text of a note that this key has signed. Raises BadNoteError."""
        text, signatures = _split(note)
        for name, content in signatures:
            if name == self.name and content[:4] == self.hash:
                self._check(content[4:], text)
                return text
        raise BadNoteError(f"The note has no signature of the key {self.id}.")

    def _check(self, signature: bytes, text: str) -> None:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            raise BadNoteError(f"The signature of the key {self.id} is not for this text.") from None


@dataclass(frozen=True, repr=False)
class SigningKey:
    """A private key. It has no name: that is the log's, and the key may be older than the log."""

    _key: Ed25519PrivateKey

    @classmethod
    def generate(cls) -> Self:
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str) -> Self:
        """From its 32 bytes in base64. Raises InvalidInputError, without the text."""
        content = _decoded(text.strip())
        if len(content) != 32:
            raise InvalidInputError(
                "The signing key is not 32 bytes in base64.", "Make one with `quarterdeck checkpoint-key --new`."
            )
        return cls(Ed25519PrivateKey.from_private_bytes(content))

    def written(self) -> str:
        """What `parse` reads. Secret."""
        return b64encode(self._key.private_bytes_raw()).decode()

    def verifier(self, name: str) -> VerifierKey:
        return VerifierKey(name=name, public=self._key.public_key().public_bytes_raw())

    def sign(self, name: str, text: str) -> str:
        """The note. `text`: lines, each ended by a newline, none of them empty."""
        if not _is_name(name) or not _is_text(text):
            raise ValueError("a note needs a name without spaces or plus, and a text of lines")
        signature = b64encode(self.verifier(name).hash + self._key.sign(text.encode())).decode()
        return f"{text}\n{DASH}{name} {signature}\n"


def signers(note: str) -> list[str]:
    """Names and hashes of the keys that a note says it is signed by, as `NAME+HASH`. Raises BadNoteError."""
    return [f"{name}+{content[:4].hex()}" for name, content in _split(note)[1]]


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, blank, lines = note.rpartition("\n\n")
    text += "\n"
    if len(note) > MOST_CHARACTERS or not blank or not _is_text(text) or not lines.endswith("\n"):
        raise BadNoteError("This is no signed note.")
    return text, [_signature(line) for line in lines.removesuffix("\n").split("\n")]


def _signature(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(DASH).partition(" ")
    content = _decoded(encoded)
    if not line.startswith(DASH) or not _is_name(name) or len(content) < 5:
        raise BadNoteError("A signature line of the note is malformed.")
    return name, content


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(each.isspace() or not each.isprintable() for each in name)


def _is_text(text: str) -> bool:
    lines = text.removesuffix("\n").split("\n")
    return text.endswith("\n") and all(line and all(each >= " " for each in line) for line in lines)


def _decoded(text: str) -> bytes:
    """Empty for what is no base64, or not the one way to write these bytes."""
    try:
        content = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        return b""
    return content if b64encode(content).decode() == text else b""
