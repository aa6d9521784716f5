"""GraphQL over HTTP, as its specification has it."""

import asyncio
import re
from time import perf_counter
from typing import Any
from uuid import UUID

import orjson
from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from quarterdeck.application.ports import Caller
from quarterdeck.domain.errors import QuarterdeckError, UnauthenticatedError
from quarterdeck.gateway.auth import bearer
from quarterdeck.gateway.documents import DocumentRefusedError
from quarterdeck.gateway.execution import Operation
from quarterdeck.gateway.faults import Formatted, failure, formatted
from quarterdeck.gateway.gateway import Gateway
from quarterdeck.gateway.media import JSON, Media, negotiate
from quarterdeck.gateway.metrics import REQUEST_SECONDS, REQUESTS
from quarterdeck.gateway.requests import GraphQLRequest, parse_json, request_of

TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
MOST_BODY_SECONDS = 15.0
STATUS = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "LIMIT_EXCEEDED": 429, "UNAVAILABLE": 503}
LOGIN_FIELDS = frozenset({"login", "__typename"})


class _AnswerError(Exception):
    """The request is answered without being executed."""

    def __init__(self, status: int, body: Formatted, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


class GraphQLOverHTTP:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        started = perf_counter()
        media = negotiate(request.headers.get("accept"))
        correlation_id = self._gateway.ids.new()
        try:
            if media is None:
                raise _AnswerError(406, _told(f"Responses come as {JSON} or application/graphql-response+json."))
            response = await self._answer(request, media, correlation_id)
        except _AnswerError as answer:
            response = _response(answer.status, answer.body, media or Media(JSON), answer.headers)
        except QuarterdeckError as error:
            status = STATUS.get(error.code, 400)
            headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
            response = _response(status, {"errors": [failure(error)]}, media or Media(JSON), headers)
        except ClientDisconnect:
            return
        REQUESTS.labels("http", str(response.status_code)).inc()
        REQUEST_SECONDS.observe(perf_counter() - started)
        await response(scope, receive, send)

    async def _answer(self, request: Request, media: Media, correlation_id: UUID) -> Response:
        caller = await self._caller(request, correlation_id)
        asked = await self._request(request)
        try:
            operation = self._operation(asked)
            self._check(operation, request, caller)
        except DocumentRefusedError as error:
            errors = formatted(error.errors, correlation_id)
            return _response(media.status(executed=False), {"errors": errors}, media)
        result = await self._gateway.engine.run(operation, self._gateway.context(caller, correlation_id))
        return _response(media.status(executed="data" in result), result, media)

    async def _caller(self, request: Request, correlation_id: UUID) -> Caller | None:
        token = bearer(request.headers.get("authorization"))
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
            raise _AnswerError(405, _told("GraphQL is asked by GET or POST."), {"Allow": "GET, POST"})
        content_type, _, parameters = request.headers.get("content-type", "").partition(";")
        if content_type.strip().lower() != JSON or not _is_utf8(parameters):
            raise _AnswerError(415, _told(f"The body must be {JSON}, in UTF-8."))
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
        most = self._gateway.settings.limit_body_bytes
        too_large = _AnswerError(413, _told(f"The body is larger than {most:,} bytes."), {"Connection": "close"})
        if int(request.headers.get("content-length") or 0) > most:
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(MOST_BODY_SECONDS):
                async for part in request.stream():
                    body += part
                    if len(body) > most:
                        raise too_large
        except TimeoutError:
            raise _AnswerError(408, _told("The body did not come in time."), {"Connection": "close"}) from None
        return bytes(body)

    def _operation(self, asked: GraphQLRequest) -> Operation:
        documents = self._gateway.engine.documents
        prepared = documents.by_text(asked.query) if asked.query else documents.by_id(asked.document_id or "")
        return self._gateway.engine.select(prepared, asked.operation_name, asked.variables)

    def _check(self, operation: Operation, request: Request, caller: Caller | None) -> None:
        if operation.kind is OperationType.SUBSCRIPTION:
            raise _AnswerError(405, _told("Subscriptions are carried by WebSocket, graphql-transport-ws."))
        if request.method == "GET" and operation.kind is not OperationType.QUERY:
            raise _AnswerError(405, _told("GET is for queries only."), {"Allow": "POST"})
        if caller is None and not (operation.kind is OperationType.MUTATION and operation.asks_only(LOGIN_FIELDS)):
            raise UnauthenticatedError("This needs a token.", "Log in with `qd login`.")


def _is_utf8(parameters: str) -> bool:
    name, _, value = parameters.strip().lower().partition("=")
    return name != "charset" or value.strip('"') == "utf-8"


def _told(message: str) -> Formatted:
    return {"errors": [{"message": message}]}


def _response(status: int, body: Formatted, media: Media, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, {"Content-Type": media.header, **(headers or {})})
