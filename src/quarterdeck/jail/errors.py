"""What a jail driver can fail with."""

from quarterdeck.domain.errors import UnavailableError


class JailError(UnavailableError):
    """The jail cannot be made, or does not answer."""
