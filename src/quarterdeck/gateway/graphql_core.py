"""The parts of graphql-core whose own types are not complete, with types."""

from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, cast

import graphql
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLSchema,
)

_CORE: Any = graphql
_EXECUTE: Callable[..., Awaitable[ExecutionResult] | ExecutionResult] = _CORE.execute
_MOST_COERCION_ERRORS = 8


def named_type(field: GraphQLField) -> GraphQLNamedType:
    """The field's type without lists and non-nulls."""
    return cast("GraphQLNamedType", _CORE.get_named_type(cast("Any", field).type))


def is_list(field: GraphQLField) -> bool:
    return isinstance(_CORE.get_nullable_type(cast("Any", field).type), GraphQLList)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution of a document."""

    schema: GraphQLSchema
    document: DocumentNode
    operation_name: str | None
    variables: Mapping[str, Any] | None
    context: object
    hide_suggestions: bool

    async def result(self, root: object = None) -> ExecutionResult:
        """Of a query, a mutation, or one event `root` of a subscription."""
        made = _EXECUTE(
            self.schema,
            self.document,
            root_value=root,
            context_value=self.context,
            variable_values=self.variables,
            operation_name=self.operation_name,
            max_coercion_errors=_MOST_COERCION_ERRORS,
            hide_suggestions=self.hide_suggestions,
        )
        return await made if isawaitable(made) else made

    async def events(self) -> AsyncIterable[object] | ExecutionResult:
        """The source events of a subscription, or why there are none."""
        executor = _CORE.Executor.build(
            self.schema,
            self.document,
            context_value=self.context,
            raw_variable_values=self.variables,
            operation_name=self.operation_name,
            max_coercion_errors=_MOST_COERCION_ERRORS,
            hide_suggestions=self.hide_suggestions,
        )
        if isinstance(executor, list):
            return ExecutionResult(None, cast("list[GraphQLError]", executor))
        made = _CORE.create_source_event_stream(executor)
        return cast("AsyncIterable[object] | ExecutionResult", await made if isawaitable(made) else made)
