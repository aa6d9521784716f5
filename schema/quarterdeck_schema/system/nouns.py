"""What each kind of event is about, in the words that people use."""

from quarterdeck.domain.base import DomainEvent

_PART_OF = {
    **dict.fromkeys(("admission", "reopening", "pausing", "deadlines", "preview"), "session"),
    **dict.fromkeys(("quota", "archive", "exports"), "workspace"),
    **dict.fromkeys(("checkpoint", "erasure", "idempotency"), "log"),
    "prices": "usage",
    "reading": "project",
}
"""Modules of the domain that are a part of another noun, beside those that are named after it."""


def noun_of(event: type[DomainEvent]) -> str:
    module = event.__module__.rpartition(".")[2]
    return _PART_OF.get(module) or module.partition("_")[0]
