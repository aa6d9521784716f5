"""What `qd` says when it cannot go on: what is wrong, what to do next, and the exit code."""

from typing import Final

from quarterdeck_cli.exitcodes import ExitCode

EXIT_CODE_OF: Final[dict[str, ExitCode]] = {
    "INVALID_INPUT": ExitCode.USAGE,
    "NOT_FOUND": ExitCode.NOT_FOUND,
    "CONFLICT": ExitCode.TRY_AGAIN,
    "PAUSED": ExitCode.TRY_AGAIN,
    "LIMIT_EXCEEDED": ExitCode.TRY_AGAIN,
    "BUDGET_EXHAUSTED": ExitCode.TRY_AGAIN,
    "FORBIDDEN": ExitCode.NOT_PERMITTED,
    "UNAUTHENTICATED": ExitCode.NOT_PERMITTED,
    "UNAVAILABLE": ExitCode.UNAVAILABLE,
}
"""Exit code by the `code` of the server's expected failures."""


class CliError(Exception):
    """An expected failure, shown without a trace."""

    exit_code: ExitCode = ExitCode.USAGE

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class UsageError(CliError):
    """The arguments make no sense."""


class NotFoundError(CliError):
    """Nothing has this id or name."""

    exit_code = ExitCode.NOT_FOUND


class NotSetUpError(CliError):
    """Something that has to be there first is missing on this machine."""

    exit_code = ExitCode.NOT_SET_UP


class ConnectionLostError(CliError):
    """The server cannot be reached, or broke off. `delivered`: the request may have arrived."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, message: str, next_step: str = "", *, delivered: bool = True) -> None:
        super().__init__(message, next_step)
        self.delivered = delivered


class ProtocolError(CliError):
    """The server's answer is not what the schema promises."""

    exit_code = ExitCode.BUG


class OtherReleaseError(ProtocolError):
    """The server does not know what this `qd` asks for."""


class ServerFailure(CliError):  # noqa: N818 - named after the schema's type
    """An expected failure, as the server put it."""

    def __init__(self, code: str, message: str, next_step: str = "", *, field: str = "") -> None:
        super().__init__(message, next_step)
        self.code = code
        self.field = field
        self.exit_code = EXIT_CODE_OF.get(code, ExitCode.BUG)


def may_have_happened(error: CliError) -> bool:
    """Whether what was asked for may have been done, although the answer is this error."""
    if isinstance(error, ServerFailure):
        return error.code == "UNAVAILABLE"
    return isinstance(error, ConnectionLostError) and error.delivered
