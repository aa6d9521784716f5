"""What goes out and comes in, on whichever transport."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from gql import GraphQLRequest
from graphql import ExecutionResult

from quarterdeck_cli.documents import document
from quarterdeck_cli.errors import ProtocolError
from quarterdeck_cli.failures import failure_in

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def is_local(url: str) -> bool:
    """On this machine, which is reached without a proxy."""
    return urlsplit(url).hostname in LOOPBACK


def request(name: str, variables: Mapping[str, Any]) -> GraphQLRequest:
    """The document `name` with its variables."""
    return GraphQLRequest(document(name), variable_values=dict(variables))


def data_of(result: ExecutionResult) -> dict[str, Any]:
    """An answer's data. Raises the failure that it holds instead."""
    if result.errors:
        raise failure_in(result.errors)
    if result.data is None:
        raise ProtocolError("The server's answer holds neither data nor errors.")
    return result.data
