"""Is it alive, is it ready, and what does it count."""

import asyncio

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.gateway.auth import bearer
from quarterdeck.gateway.gateway import Gateway
from quarterdeck.gateway.http import STATUS
from quarterdeck.gateway.parts import Check
from quarterdeck_schema.requires import check_scope

CHECK_SECONDS = 2.0


class Health:
    def __init__(self, gateway: Gateway, checks: dict[str, Check]) -> None:
        self._gateway, self._checks = gateway, checks

    async def alive(self, _request: Request) -> Response:
        """This process answers."""
        return JSONResponse({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        """All that a request needs works. What does not is named, without detail: nobody is authenticated here."""
        found = await asyncio.gather(*(self._works(check) for check in self._checks.values()))
        parts = {name: "ok" if works else "failing" for name, works in zip(self._checks, found, strict=True)}
        ready = all(found)
        return JSONResponse({"status": "ok" if ready else "failing", "parts": parts}, 200 if ready else 503)

    async def metrics(self, request: Request) -> Response:
        """For Prometheus, with a token that has metrics:read."""
        correlation_id = self._gateway.ids.new()
        try:
            token = bearer(request.headers.get("authorization"))
            caller = await self._gateway.authenticator.caller(token, correlation_id) if token else None
            check_scope(self._gateway.context(caller, correlation_id), "metrics:read")
        except QuarterdeckError as error:
            return JSONResponse({"code": error.code, "message": error.message}, STATUS.get(error.code, 400))
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def _works(self, check: Check) -> bool:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await check()
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it does not work
            return False
        return True
