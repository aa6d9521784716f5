"""The server's failures in the words of `qd`: those that it tells, and those that its silence shows."""

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from quarterdeck_cli.errors import ConnectionLostError, OtherReleaseError, ProtocolError, ServerFailure

_NOT_IN_ITS_SCHEMA: Final = re.compile(
    r"Cannot query field |Unknown (argument|type|fragment|directive) |.* is not defined by type ", re.DOTALL
)
_NOT_ITS_DOCUMENT: Final = "Only the documents of Quarterdeck's own clients"
"""How a server refuses that takes no others."""
UNAUTHENTICATED: Final = "UNAUTHENTICATED"
START_OR_NAME: Final = "Start it with `quarterdeck up`, or name another with `qd login URL`."


def failure_of(payload: Mapping[str, Any]) -> ServerFailure:
    """The schema's type `Failure`."""
    return ServerFailure(
        payload["code"], payload["message"], payload.get("nextStep") or "", field=payload.get("field") or ""
    )


def failure_in(errors: Sequence[object]) -> ServerFailure | ProtocolError:
    """GraphQL errors: an expected failure carries its `code`; anything else is a defect with a trace id."""
    first = cast("dict[str, Any]", errors[0] if isinstance(errors[0], dict) else {"message": str(errors[0])})
    extensions: Any = first.get("extensions") or {}
    message = str(first.get("message") or "The server gave no reason.")
    code, trace = str(extensions.get("code") or "INTERNAL"), extensions.get("traceId")
    if "code" not in extensions and _NOT_IN_ITS_SCHEMA.match(message):
        return older(message)
    if code == "FORBIDDEN" and message.startswith(_NOT_ITS_DOCUMENT):
        return older("it takes the requests of its own release alone")
    if code != "INTERNAL":
        return ServerFailure(code, message, str(extensions.get("nextStep") or ""))
    return ProtocolError(f"The server could not answer: {message}", f"Its log has more under {trace}." if trace else "")


def older(message: str) -> OtherReleaseError:
    """Nothing is ever taken out of the schema within a release of the API, so it is the server that lacks something."""
    return OtherReleaseError(
        f"The server is older than this qd: {message.rstrip('.')}.",
        "Update the server, or use the qd that came with it (`qd --version`).",
    )


def token_refused(url: str) -> ServerFailure:
    return ServerFailure(
        UNAUTHENTICATED, f"The server at {url} does not accept the token.", "Log in again with `qd login`."
    )


def not_quarterdeck(url: str, status: int) -> ProtocolError:
    return ProtocolError(f"The server at {url} answered with status {status}.", "Check the address: is it Quarterdeck?")


def out_of_order(url: str, status: int) -> ConnectionLostError:
    return ConnectionLostError(
        f"The server at {url} answered with status {status}.", "It, or a proxy before it, is in trouble: see its log."
    )


def broken_off(url: str) -> ConnectionLostError:
    return ConnectionLostError(f"The server at {url} broke off the connection.", START_OR_NAME)


def unreachable(url: str, error: BaseException, *, delivered: bool) -> ConnectionLostError:
    """`delivered`: the request may have arrived."""
    return ConnectionLostError(
        f"The server at {url} cannot be reached: {_cause(error)}.",
        START_OR_NAME,
        delivered=delivered,
    )


def _cause(error: BaseException) -> str:
    cause = error.__cause__ or error
    cause = getattr(cause, "os_error", cause)
    if isinstance(cause, OSError) and cause.strerror:
        # asyncio puts the address into strerror, which has been said; look-ups of names have negative numbers
        return os.strerror(cause.errno) if cause.errno and cause.errno > 0 else cause.strerror
    return str(cause) or type(cause).__name__
