"""Failures of this machine, each shown to whoever ran `quarterdeck` as it is."""

from quarterdeck.domain.errors import QuarterdeckError


class HostError(QuarterdeckError):
    """Something on this machine keeps a part from running."""

    code = "HOST"
    exit_code: int = 1


class SettingsError(HostError):
    """A setting has a value that cannot be used."""

    code = "SETTINGS"
    exit_code = 2


class AlreadyRunningError(HostError):
    """Another `quarterdeck up` holds the data directory."""

    code = "ALREADY_RUNNING"
    exit_code = 3


class NotRunningError(HostError):
    """No `quarterdeck up` holds the data directory."""

    code = "NOT_RUNNING"
    exit_code = 4


class AddressTakenError(HostError):
    """Something else listens on the address."""

    code = "ADDRESS_TAKEN"
    exit_code = 5


class StorageError(HostError):
    """The data directory cannot be written: rights, or no room."""

    code = "STORAGE"
    exit_code = 6


class ServiceError(HostError):
    """An embedded server did not start, or does not answer."""

    code = "SERVICE"
    exit_code = 7


class SlowStartError(ServiceError):
    """A part runs, and did not become ready in time."""
