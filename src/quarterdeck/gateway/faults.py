"""What a client is told of an error: expected failures as they are, bugs as a trace id and nothing else."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import structlog
from graphql import GraphQLError

from quarterdeck.domain.errors import InvalidInputError, QuarterdeckError
from quarterdeck.gateway.documents import MOST_ERRORS

logger = structlog.get_logger(__name__)

Formatted = dict[str, Any]


def formatted(errors: Iterable[GraphQLError], trace_id: UUID) -> list[Formatted]:
    """The first few, in the form of the GraphQL specification."""
    return [_formatted(error, trace_id) for error in list(errors)[:MOST_ERRORS]]


def failure(error: QuarterdeckError) -> Formatted:
    """An error that is not about any field of the document."""
    return {"message": error.message, "extensions": _extensions(error)}


def masked(bug: BaseException, trace_id: UUID) -> Formatted:
    """The bug goes to the log, under the trace id that the client is told."""
    logger.error("a request failed", trace_id=str(trace_id), exc_info=bug)
    return {
        "message": "Something went wrong inside the server.",
        "extensions": {"code": "INTERNAL", "traceId": str(trace_id)},
    }


def _formatted(error: GraphQLError, trace_id: UUID) -> Formatted:
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return dict(error.formatted)
    shown = dict(GraphQLError("", nodes=error.nodes, path=error.path).formatted)
    if isinstance(cause, QuarterdeckError):
        return {**shown, "message": cause.message, "extensions": _extensions(cause)}
    return {**shown, **masked(cause, trace_id)}


def _extensions(error: QuarterdeckError) -> dict[str, str]:
    extensions = {"code": error.code, "nextStep": error.next_step}
    if isinstance(error, InvalidInputError) and error.field:
        extensions["field"] = error.field
    return extensions
