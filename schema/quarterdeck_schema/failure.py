"""Expected failures: every error of the domain becomes the `Failure` of the mutation's union here, and nowhere else."""

import strawberry
from strawberry.types.field import StrawberryField

from quarterdeck.domain.errors import InvalidInputError, QuarterdeckError


@strawberry.type(
    description=(
        "Every mutation's result is a union with this: an expected failure. `code`: INVALID_INPUT, NOT_FOUND, "
        "CONFLICT, PAUSED, FORBIDDEN, UNAVAILABLE, LIMIT_EXCEEDED, BUDGET_EXHAUSTED, UNAUTHENTICATED."
    )
)
class Failure:
    code: str
    message: str
    next_step: str
    field: str | None


def failure_of(error: QuarterdeckError) -> Failure:
    field = error.field if isinstance(error, InvalidInputError) and error.field else None
    return Failure(code=error.code, message=error.message, next_step=error.next_step, field=field)


class FailureHandler(strawberry.ExceptionHandler[QuarterdeckError, Failure]):
    def handle(self, exception: QuarterdeckError, *, field: StrawberryField, info: strawberry.Info) -> Failure:
        return failure_of(exception)
