"""The one error tree. The class says what happened; the message says what is wrong, where, and what to do next."""

from typing import ClassVar


class QuarterdeckError(Exception):
    """An expected failure, shown to the user as it is."""

    code: ClassVar[str] = "ERROR"

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class InvalidInputError(QuarterdeckError):
    """The request is malformed or breaks a limit. `field` is the argument concerned."""

    code = "INVALID_INPUT"

    def __init__(self, message: str, next_step: str = "", *, field: str = "") -> None:
        super().__init__(message, next_step)
        self.field = field


class NotFoundError(QuarterdeckError):
    """No such object, or none that this caller may see: the two are told apart nowhere."""

    code = "NOT_FOUND"


class ConflictError(QuarterdeckError):
    """The object is not in a state that allows this, or it changed in between."""

    code = "CONFLICT"


class BusyError(ConflictError):
    """Somebody is at work on it; it can be done once they are ready."""

    code = "BUSY"


class ForbiddenError(QuarterdeckError):
    """The caller's token lacks the scope."""

    code = "FORBIDDEN"


class UnauthenticatedError(QuarterdeckError):
    """There is no token, or it is unknown, expired or revoked."""

    code = "UNAUTHENTICATED"


class PausedError(ConflictError):
    """The session is paused: nothing reaches what runs in it."""

    code = "PAUSED"


class UnavailableError(QuarterdeckError):
    """A part that is needed does not answer, or has no room."""

    code = "UNAVAILABLE"


class LimitExceededError(QuarterdeckError):
    """A published limit was reached."""

    code = "LIMIT_EXCEEDED"


class BudgetExhaustedError(LimitExceededError):
    """A budget that covers this is used up; it goes on when somebody answers it, or with its next period."""

    code = "BUDGET_EXHAUSTED"
