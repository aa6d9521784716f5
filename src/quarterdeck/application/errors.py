"""Failures of the ports, beside the domain's own."""

from quarterdeck.domain.errors import ConflictError, NotFoundError, UnavailableError


class ConcurrencyError(ConflictError):
    """Somebody else wrote in between. The use case loads again and decides again."""


class MissingSnapshotsError(NotFoundError):
    """The log names them, and they are not on this host. They may be in the object store."""


class ChangedObjectError(UnavailableError):
    """An object of the object store has another content than what was stored under its name."""
