"""Expected failures as answers over plain HTTP."""

from starlette.responses import JSONResponse

from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.gateway.faults import failure

STATUS = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "CONFLICT": 409,
    "LIMIT_EXCEEDED": 429,
    "UNAVAILABLE": 503,
}


def refusal(error: QuarterdeckError) -> JSONResponse:
    status = STATUS.get(error.code, 400)
    headers = {"www-authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({"errors": [failure(error)]}, status, headers)
