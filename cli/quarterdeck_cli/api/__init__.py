"""The server's nouns as the client sees them: typed answers, and one function for each document."""

from typing import Any, TypeVar

import msgspec

from quarterdeck_cli.errors import ProtocolError

T = TypeVar("T")


class Answer(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A part of an answer: snake_case here, camelCase on the wire. Unknown fields are skipped."""


def read(kind: type[T], data: Any) -> T:
    """`data` as `kind`; ProtocolError where it does not fit."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise ProtocolError(
            f"The server's answer is not what this `qd` expects: {error}.",
            "Are `qd` and the server of the same release? Compare `qd --version` and `quarterdeck --version`.",
        ) from error


def plain(answer: Any) -> Any:
    """As it is printed with --json: the wire's names and types."""
    return msgspec.to_builtins(answer)
