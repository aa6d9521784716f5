"""The spellings in which a secret may show up in output, as patterns to look for."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

MIN_BYTES = 6
"""A shorter secret would mask half of everything that is printed, and is not looked for."""

TOKEN = re.compile(rb"qd_[0-9a-f]{32}_[A-Za-z0-9_-]{43}")
"""The platform's own API tokens; which of them exist is not known here."""

MASK = b"*"
_ALPHABET = rb"[A-Za-z0-9+/_-]"


def spellings(secret: bytes) -> frozenset[bytes]:
    """The secret as it is, and in base64, URL and JSON."""
    return frozenset({secret, *_base64(secret), *_url(secret), *_json(secret)})


def _base64(secret: bytes) -> Iterator[bytes]:
    """The characters that the secret alone decides, for each of the three places it may start at in a group."""
    for lead in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = encode(bytes(lead) + secret)
            start = (0, 2, 3)[lead]
            yield encoded[start : (lead + len(secret)) * 8 // 6]


def _url(secret: bytes) -> Iterator[bytes]:
    for spelt in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield spelt.encode()
        yield re.sub(r"%..", lambda match: match[0].lower(), spelt).encode()


def _json(secret: bytes) -> Iterator[bytes]:
    text = secret.decode("utf-8", "replace")
    if "\ufffd" in text:
        return
    for ascii_only in (True, False):
        spelt = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield spelt.encode()
        yield spelt.replace("/", "\\/").encode()


_RARE = b"QZXJKVWYqzxjk" + bytes(range(ord("A"), ord("Z") + 1)) + b"0123456789" + bytes(range(ord("a"), ord("z") + 1))
GATES = 4


def rarest(needle: bytes) -> tuple[bytes, ...]:
    """The bytes of a needle that ordinary output is least likely to hold: what lacks one of them lacks the needle.

    A single byte is looked for at the memory's speed, ten times as fast as a string.
    """
    odd = sorted(byte for byte in set(needle) if byte not in _RARE)
    common = sorted(set(needle) - set(odd), key=_RARE.index)
    return tuple(bytes([byte]) for byte in [*odd, *common][:GATES])


class Literals:
    """Known byte strings."""

    def __init__(self, secrets: Iterable[bytes]) -> None:
        long_enough = [secret for secret in secrets if len(secret) >= MIN_BYTES]
        self._needles = sorted({each for secret in long_enough for each in spellings(secret)})
        self._gated = [(needle, rarest(needle)) for needle in self._needles]
        self._prefixes = {needle[:size] for needle in self._needles for size in range(1, len(needle))}
        self._firsts = frozenset(needle[0] for needle in self._needles)
        self.longest = max(map(len, self._needles), default=0)

    def hits(self, text: bytes) -> Iterator[tuple[int, int]]:
        there: dict[bytes, bool] = {}
        for needle, gates in self._gated:
            if not all(there[gate] if gate in there else there.setdefault(gate, gate in text) for gate in gates):
                continue
            at = text.find(needle)
            while at >= 0:
                yield at, at + len(needle)
                at = text.find(needle, at + 1)

    def unfinished(self, text: bytes) -> int:
        """Where a needle may have begun that `text` ends in the middle of; its length if none."""
        for at in range(max(0, len(text) - self.longest + 1), len(text)):
            if text[at] in self._firsts and text[at:] in self._prefixes:
                return at
        return len(text)


class Tokens:
    """Strings of the token's form, plain and in base64."""

    longest = 106

    # What each form must contain, cheap to look for: first a single byte, which memchr finds at memory speed.
    _PLAIN = (b"_", b"qd_", TOKEN)
    _ENCODED = (
        (b"W", b"cWRf", re.compile(rb"cWRf" + _ALPHABET + rb"{102}"), 0),
        (b"X", b"FkX", re.compile(rb"FkX" + _ALPHABET + rb"{102}"), 2),
        (b"Z", b"xZF", re.compile(rb"xZF" + _ALPHABET + rb"{102}"), 1),
    )
    """Lead byte, needle, whole form, and how many of its characters come before the first whole group."""

    _DECODED = re.compile(rb"(?:qd_|d_|_)[0-9a-f]{32}_[A-Za-z0-9_-]*")
    _BEGUN = re.compile(
        rb"(?:qd_[0-9a-f]{32}_[A-Za-z0-9_-]{0,42}|qd_[0-9a-f]{0,32}|qd?"
        rb"|cWRf" + _ALPHABET + rb"{0,101}|cWR|cW|c"
        rb"|FkX" + _ALPHABET + rb"{0,101}|Fk|F"
        rb"|xZF" + _ALPHABET + rb"{0,101}|xZ|x)\Z"
    )

    def hits(self, text: bytes) -> Iterator[tuple[int, int]]:
        byte, needle, form = self._PLAIN
        if byte in text and needle in text:
            yield from (match.span() for match in _overlapping(form, text))
        for byte, needle, form, lead in self._ENCODED:
            if byte in text and needle in text:
                yield from self._encoded_hits(text, form, lead)

    def _encoded_hits(self, text: bytes, form: re.Pattern[bytes], lead: int) -> Iterator[tuple[int, int]]:
        for match in _overlapping(form, text):
            groups = match[0][lead:]
            decoded = base64.b64decode(groups[: len(groups) // 4 * 4].translate(_TO_STANDARD))
            if self._DECODED.fullmatch(decoded):
                yield match.span()

    def unfinished(self, text: bytes) -> int:
        match = self._BEGUN.search(text, max(0, len(text) - self.longest + 1))
        return match.start() if match else len(text)


def _overlapping(form: re.Pattern[bytes], text: bytes) -> Iterator[re.Match[bytes]]:
    """All matches: one that begins inside another may be the real one, and a cut may leave it alone."""
    match = form.search(text)
    while match:
        yield match
        match = form.search(text, match.start() + 1)


_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


class Patterns:
    """What is looked for; shared by all streams of a worker."""

    def __init__(self, secrets: Iterable[bytes] = ()) -> None:
        self._matchers = (Tokens(), Literals(secrets))
        self.reach = max(matcher.longest for matcher in self._matchers) - 1
        """How far back a match may begin in what has already passed."""

    def hits(self, text: bytes) -> list[tuple[int, int]]:
        return [hit for matcher in self._matchers for hit in matcher.hits(text)]

    def masked(self, text: str) -> str:
        """A whole text that is not streamed, such as the reason of a failure."""
        data = bytearray(text.encode(errors="replace"))
        for start, end in self.hits(bytes(data)):
            data[start:end] = MASK * (end - start)
        return data.decode(errors="replace")

    def unfinished(self, text: bytes) -> int:
        return min(matcher.unfinished(text) for matcher in self._matchers)
