"""Paths in a workspace as text. A path is bytes, as git has it; not every one is UTF-8.

UTF-8 stands as it is, a backslash as `\\\\`, and each byte that is no UTF-8 as `\\xNN`: every path has one text, and no
two have the same. Control characters stand as they are: whoever prints one makes it harmless.
"""

import re

from quarterdeck.domain.errors import InvalidInputError

_ESCAPE = re.compile(rb"\\(?:(\\)|x([0-9A-Fa-f]{2})|(?s:.)|$)")
MOST_BYTES = 16 * 1024
"""Of a path that is asked for; Linux takes 4,096 at once, a tree can nest further."""


def path_text(path: bytes) -> str:
    return path.replace(b"\\", b"\\\\").decode(errors="backslashreplace")


def path_bytes(text: str, *, field: str = "path") -> bytes:
    """The path that a text stands for; slashes at its ends do not count. Raises InvalidInputError."""
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        raise InvalidInputError("The path has half of a surrogate pair in it.", field=field) from None
    if len(encoded) > MOST_BYTES:
        raise InvalidInputError(f"The path is longer than {MOST_BYTES:,} bytes.", field=field)

    def byte(escape: "re.Match[bytes]") -> bytes:
        backslash, digits = escape.groups()
        if backslash is None and digits is None:
            raise InvalidInputError(
                f"{text[:100]!r} has a backslash that starts no escape.",
                "Write a backslash as \\\\, and a byte that is no UTF-8 as \\xNN.",
                field=field,
            )
        return b"\\" if backslash else bytes.fromhex(digits.decode())

    return _ESCAPE.sub(byte, encoded).strip(b"/")
