"""Failures of the ports, beside the domain's own."""

from quarterdeck.domain.errors import ConflictError


class ConcurrencyError(ConflictError):
    """Somebody else wrote in between. The use case loads again and decides again."""
