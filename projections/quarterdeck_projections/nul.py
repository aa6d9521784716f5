"""NUL, which PostgreSQL's text does not hold."""

from typing import cast

import msgspec

ESCAPED_NUL = rb"\u0000"


def without_nul(payload: bytes) -> bytes:
    """PostgreSQL's text holds no NUL: U+FFFD stands for it in read models."""
    return msgspec.json.encode(_replaced(msgspec.json.decode(payload)))


def _replaced(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_replaced(item) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        return {_replaced(key): _replaced(item) for key, item in cast("dict[object, object]", value).items()}
    return value
