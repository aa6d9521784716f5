"""What the spans of requests say: which operation, never its arguments."""

from starlette.requests import Request

from quarterdeck.application.ports.tracing import Attributes, Span
from quarterdeck.gateway.execution import Operation

LONGEST_NAME = 80


def describe(span: Span, request: Request, operation: Operation) -> None:
    span.set("http.request.method", request.method)
    span.set("http.route", request.url.path)
    span.set("url.scheme", request.url.scheme)
    for name, value in of_operation(operation).items():
        span.set(name, value)


def of_operation(operation: Operation) -> Attributes:
    """The name is the client's own."""
    name = operation.node.name
    named = {"graphql.operation.name": name.value[:LONGEST_NAME]} if name else {}
    return {"graphql.operation.type": operation.kind.value, **named}
