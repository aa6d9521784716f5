"""Expected failures on their way back to the caller, who raises them as they were."""

import msgspec

from quarterdeck.domain import errors
from quarterdeck.domain.errors import InvalidInputError, QuarterdeckError, UnavailableError

ANY = "any"


class Failure(msgspec.Struct):
    code: str
    message: str
    next_step: str = ""
    field: str = ""


_CLASSES: dict[str, type[QuarterdeckError]] = {
    cls.code: cls
    for cls in vars(errors).values()
    if isinstance(cls, type) and issubclass(cls, QuarterdeckError) and cls is not InvalidInputError
}


def told(error: QuarterdeckError) -> Failure:
    field = error.field if isinstance(error, InvalidInputError) else ""
    return Failure(error.code, error.message, error.next_step, field)


def revive(failure: Failure) -> QuarterdeckError:
    if failure.code == InvalidInputError.code:
        return InvalidInputError(failure.message, failure.next_step, field=failure.field)
    return _CLASSES.get(failure.code, QuarterdeckError)(failure.message, failure.next_step)


def nobody(to: str) -> UnavailableError:
    who = "No worker answers" if to == ANY else f"Worker {to} does not answer"
    return UnavailableError(f"{who}.", "Start one with `quarterdeck serve worker`, or see `quarterdeck doctor`.")
