"""One operation on a WebSocket, from `subscribe` to `complete`."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import cast

import orjson
import structlog
from graphql import OperationType

from quarterdeck.application import tracing
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.tracing import Attributes, SpanKind
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.gateway.documents import DocumentRefusedError
from quarterdeck.gateway.execution import Operation
from quarterdeck.gateway.faults import Formatted, failure, formatted, masked
from quarterdeck.gateway.gateway import Gateway
from quarterdeck.gateway.messages import NEXT_TAIL, Subscribe, complete, error, next_head
from quarterdeck.gateway.metrics import MESSAGES, REQUESTS, SUBSCRIPTIONS
from quarterdeck.gateway.plan import Plan, compile_plan
from quarterdeck.gateway.tracing import of_operation
from quarterdeck.gateway.wire import Wire
from quarterdeck_schema.context import RequestContext

logger = structlog.get_logger(__name__)


async def run_operation(
    gateway: Gateway, wire: Wire, caller: Caller, message: Subscribe, forget: Callable[[str], None]
) -> None:
    """`forget` is called before the last message: a peer that has read it may use the id again."""
    correlation_id = gateway.ids.new()
    context = gateway.context(replace(caller, correlation_id=correlation_id), correlation_id)
    try:
        last = await _run(gateway, wire, context, message)
        forget(message.id)
        await wire.send(last)
    except OSError:
        forget(message.id)  # the peer is gone


async def _run(gateway: Gateway, wire: Wire, context: RequestContext, message: Subscribe) -> bytes:
    """Sends the results and returns the last message."""
    errors: list[Formatted] | None
    try:
        operation = _select(gateway, message)
        kind = operation.kind
        errors = await (
            _stream(gateway, wire, context, operation, message.id)
            if kind is OperationType.SUBSCRIPTION
            else _single(gateway, wire, context, operation, message.id)
        )
    except DocumentRefusedError as refused:
        errors = formatted(refused.errors, context.correlation_id)
    except QuarterdeckError as failed:
        errors = [failure(failed)]
    except OSError:
        raise
    except Exception as bug:  # noqa: BLE001 - whatever it is, the peer is told no more than its trace id
        errors = [masked(bug, context.correlation_id)]
    REQUESTS.labels("websocket", "error" if errors else "ok").inc()
    return error(message.id, errors) if errors else complete(message.id)


def _select(gateway: Gateway, message: Subscribe) -> Operation:
    asked, documents = message.request, gateway.engine.documents
    prepared = documents.by_text(asked.query) if asked.query else documents.by_id(asked.document_id or "")
    return gateway.engine.select(prepared, asked.operation_name, asked.variables)


async def _single(
    gateway: Gateway, wire: Wire, context: RequestContext, operation: Operation, identifier: str
) -> list[Formatted] | None:
    caller, kind = context.caller, operation.kind.value
    attributes: Attributes = of_operation(operation) if tracing.is_on() else {}
    with tracing.span(kind, SpanKind.SERVER, parent=caller.traceparent, attributes=attributes) as span:
        context = replace(context, known_caller=replace(caller, traceparent=span.traceparent))
        result = await gateway.engine.run(operation, context)
    if "data" not in result:
        return cast("list[Formatted]", result["errors"])
    await wire.send(next_head(identifier), orjson.dumps(result), NEXT_TAIL)
    return None


async def _stream(
    gateway: Gateway, wire: Wire, context: RequestContext, operation: Operation, identifier: str
) -> list[Formatted] | None:
    source = await gateway.engine.subscribe(operation, context)
    if isinstance(source, dict):
        return cast("list[Formatted]", source["errors"])
    plan, head = _plan(operation), next_head(identifier)
    with SUBSCRIPTIONS.track_inprogress():
        async with aclosing(cast("AsyncGenerator[object, None]", source)) as events:
            async for event in events:
                if plan is not None and plan.takes(event):
                    PLANNED.inc()
                    response = plan.encode(event)
                else:
                    EXECUTED.inc()
                    response = orjson.dumps(await gateway.engine.run(operation, context, root=event))
                await wire.send(head, response, NEXT_TAIL)
    return None


def _plan(operation: Operation) -> Plan | None:
    """Compiled once for a document and its operation, so that all who send it share what is encoded with it."""
    plans = operation.prepared.plans
    if operation.name not in plans:
        plans[operation.name] = compile_plan(operation.prepared.document, operation.node)
    return cast("Plan | None", plans[operation.name])


PLANNED, EXECUTED = MESSAGES.labels("plan"), MESSAGES.labels("execution")
