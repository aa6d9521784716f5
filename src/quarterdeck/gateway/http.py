"""GraphQL over HTTP, as its specification has it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from time import perf_counter
from typing import Any
from uuid import UUID

import orjson
from graphql import OperationType
from prometheus_client import Counter
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from quarterdeck.application import tracing
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.tracing import Span, SpanKind
from quarterdeck.domain.errors import QuarterdeckError, UnauthenticatedError
from quarterdeck.gateway.documents import DocumentRefusedError
from quarterdeck.gateway.execution import Operation
from quarterdeck.gateway.faults import Formatted, failure, formatted
from quarterdeck.gateway.gateway import Gateway
from quarterdeck.gateway.media import JSON, OLD, RESPONSE, Media, negotiate
from quarterdeck.gateway.metrics import REQUEST_SECONDS, REQUESTS
from quarterdeck.gateway.requests import GraphQLRequest, parse_json, request_of
from quarterdeck.gateway.tracing import describe

TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
STATUS = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "LIMIT_EXCEEDED": 429, "UNAVAILABLE": 503}
CHALLENGE = ((b"www-authenticate", b"Bearer"),)
Headers = Iterable[tuple[bytes, bytes]]
LONGEST_LOGIN = 4096
"""Of a document without a token: nobody unknown has us prepare more, or fills what is remembered."""
LOGIN_FIELDS = frozenset({"login", "__typename"})


class _AnswerError(Exception):
    """The request is answered without being executed."""

    def __init__(self, status: int, message: str, headers: Headers = ()) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: Formatted
    headers: Headers = ()


class GraphQLOverHTTP:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, started = Request(scope, receive), perf_counter()
        media = negotiate(request.headers.get("accept"))
        try:
            answer = await self._answer(request, media)
        except ClientDisconnect:
            return
        await _send(send, answer, media or OLD)
        _counted(answer.status).inc()
        REQUEST_SECONDS.observe(perf_counter() - started)

    async def _answer(self, request: Request, media: Media | None) -> _Answer:
        try:
            if media is None:
                raise _AnswerError(406, f"Responses come as {RESPONSE} or {JSON}.")
            return await self._executed(request, media, self._gateway.ids.new())
        except _AnswerError as answer:
            return _Answer(answer.status, {"errors": [{"message": answer.message}]}, answer.headers)
        except QuarterdeckError as error:
            status = STATUS.get(error.code, 400)
            return _Answer(status, {"errors": [failure(error)]}, CHALLENGE if status == 401 else ())

    async def _executed(self, request: Request, media: Media, correlation_id: UUID) -> _Answer:
        caller = await self._caller(request, correlation_id)
        parent = caller.traceparent if caller else None
        # the scope's own: Starlette puts a whole URL together for `request.url`
        with tracing.span(f"{request.method} {request.scope['path']}", SpanKind.SERVER, parent=parent) as span:
            if caller and span.traceparent != parent:
                caller = replace(caller, traceparent=span.traceparent)
            answer = await self._run(request, media, correlation_id, caller, span)
            span.set("http.response.status_code", answer.status)
            return answer

    async def _run(
        self, request: Request, media: Media, correlation_id: UUID, caller: Caller | None, span: Span
    ) -> _Answer:
        asked = await self._request(request)
        try:
            if caller is None and len(asked.query or "") > LONGEST_LOGIN:
                raise UnauthenticatedError("This needs a token.", "Log in with `qd login`.")
            operation = self._operation(asked)
            self._check(operation, request, caller)
            if tracing.is_on():
                describe(span, request, operation)
        except DocumentRefusedError as error:
            return _Answer(media.status(executed=False), {"errors": formatted(error.errors, correlation_id)})
        result = await self._gateway.engine.run(operation, self._gateway.context(caller, correlation_id))
        return _Answer(media.status(executed="data" in result), result)

    async def _caller(self, request: Request, correlation_id: UUID) -> Caller | None:
        token = self._gateway.credentials.of_call(request.headers)
        if token is None:
            client = request.client.host if request.client else ""
            self._gateway.rates.take(client)
            return None
        traceparent = request.headers.get("traceparent")
        known = traceparent if traceparent and TRACEPARENT.fullmatch(traceparent) else None
        caller = await self._gateway.authenticator.caller(token, correlation_id, known)
        self._gateway.rates.take(caller.token_id)
        return caller

    async def _request(self, request: Request) -> GraphQLRequest:
        settings = self._gateway.settings
        if request.method == "GET":
            return request_of(self._from_query(request))
        if request.method != "POST":
            raise _AnswerError(405, "GraphQL is asked by GET or POST.", ((b"allow", b"GET, POST"),))
        content_type, _, parameters = request.headers.get("content-type", "").partition(";")
        if content_type.strip().lower() != JSON or not _is_utf8(parameters):
            raise _AnswerError(415, f"The body must be {JSON}, in UTF-8.")
        return request_of(parse_json(await self._body(request), settings.limit_json_depth))

    def _from_query(self, request: Request) -> dict[str, Any]:
        parameters: dict[str, Any] = dict(request.query_params)
        for name in ("variables", "extensions"):
            if parameters.get(name):
                parameters[name] = parse_json(parameters[name], self._gateway.settings.limit_json_depth)
            else:
                parameters.pop(name, None)
        return parameters

    async def _body(self, request: Request) -> bytes:
        if int(request.headers.get("content-length") or 0) > self._gateway.settings.limit_body_bytes:
            raise self._too_large()
        self._gateway.stalls.begin(request.scope)
        try:
            body = b""
            async for part in request.stream():
                body += part
                if len(body) > self._gateway.settings.limit_body_bytes:
                    raise self._too_large()
            return body
        finally:
            self._gateway.stalls.end(request.scope)

    def _too_large(self) -> _AnswerError:
        most = self._gateway.settings.limit_body_bytes
        return _AnswerError(413, f"The body is larger than {most:,} bytes.", ((b"connection", b"close"),))

    def _operation(self, asked: GraphQLRequest) -> Operation:
        documents = self._gateway.engine.documents
        prepared = documents.by_text(asked.query) if asked.query else documents.by_id(asked.document_id or "")
        return self._gateway.engine.select(prepared, asked.operation_name, asked.variables)

    def _check(self, operation: Operation, request: Request, caller: Caller | None) -> None:
        if operation.kind is OperationType.SUBSCRIPTION:
            raise _AnswerError(405, "Subscriptions are carried by WebSocket, graphql-transport-ws.")
        if request.method == "GET" and operation.kind is not OperationType.QUERY:
            raise _AnswerError(405, "GET is for queries only.", ((b"allow", b"POST"),))
        if caller is None and not (operation.kind is OperationType.MUTATION and operation.asks_only(LOGIN_FIELDS)):
            raise UnauthenticatedError("This needs a token.", "Log in with `qd login`.")


def _is_utf8(parameters: str) -> bool:
    name, _, value = parameters.strip().lower().partition("=")
    return name != "charset" or value.strip('"') == "utf-8"


async def _send(send: Send, answer: _Answer, media: Media) -> None:
    body = orjson.dumps(answer.body)
    length = str(len(body)).encode()
    headers = [(b"content-type", media.header), (b"content-length", length), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@lru_cache
def _counted(status: int) -> Counter:
    return REQUESTS.labels("http", str(status))
