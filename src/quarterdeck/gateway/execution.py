"""Running a prepared document."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)

from quarterdeck.gateway.documents import Documents, Prepared
from quarterdeck.gateway.faults import Formatted, formatted
from quarterdeck.gateway.graphql_core import Run
from quarterdeck_schema.context import RequestContext


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What a request asks to run."""

    prepared: Prepared
    node: OperationDefinitionNode
    name: str | None = None
    variables: Mapping[str, Any] | None = None

    @property
    def kind(self) -> OperationType:
        return self.node.operation

    def asks_only(self, names: Collection[str]) -> bool:
        """All its root fields are among these, none of them in a fragment."""
        return all(
            isinstance(node, FieldNode) and node.name.value in names for node in self.node.selection_set.selections
        )


@dataclass(frozen=True, kw_only=True)
class Engine:
    schema: GraphQLSchema
    documents: Documents
    development: bool = False

    def select(self, prepared: Prepared, name: str | None, variables: Mapping[str, Any] | None) -> Operation:
        """The operation meant, its cost with these variables checked. Raises DocumentRefusedError."""
        node = prepared.operation(name)
        self.documents.check_cost(prepared, variables)
        return Operation(prepared=prepared, node=node, name=name, variables=variables)

    async def run(self, operation: Operation, context: RequestContext, root: object = None) -> Formatted:
        """The response of a query or mutation, or of one event `root` of a subscription."""
        return response(await self._run(operation, context).result(root), context.correlation_id)

    async def subscribe(self, operation: Operation, context: RequestContext) -> AsyncIterator[object] | Formatted:
        """The subscription's events, each to be run as the root; or the response that says why there are none."""
        events = await self._run(operation, context).events()
        if isinstance(events, ExecutionResult):
            return response(events, context.correlation_id)
        return aiter(events)

    def _run(self, operation: Operation, context: RequestContext) -> Run:
        return Run(
            schema=self.schema,
            document=operation.prepared.document,
            operation_name=operation.name,
            variables=operation.variables,
            context=context,
            hide_suggestions=not self.development,
        )


def response(result: ExecutionResult, trace_id: UUID) -> Formatted:
    """`data` is left out where nothing was executed."""
    if not result.errors:
        return {"data": result.data}
    errors = formatted(result.errors, trace_id)
    # without a path an error is the request's, not a field's: nothing was executed
    if result.data is None and all(error.path is None for error in result.errors):
        return {"errors": errors}
    return {"data": result.data, "errors": errors}
