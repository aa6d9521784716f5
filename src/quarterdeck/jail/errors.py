"""What a jail driver can fail with."""

from uuid import UUID

from quarterdeck.domain.errors import UnavailableError


class JailError(UnavailableError):
    """The jail cannot be made, or does not answer."""


def unknown(command_id: UUID) -> JailError:
    return JailError(f"The jail does not know command {command_id}.", "It was lost with an earlier jail, or forgotten.")


def nothing_listens(port: int) -> JailError:
    return JailError(f"Nothing listens on port {port} of this session.", "See what does with `qd port list SESSION`.")
