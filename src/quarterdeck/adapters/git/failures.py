"""What git's words about a repository mean, as an error that says what to do next."""

from collections.abc import Sequence
from difflib import get_close_matches

from quarterdeck.adapters.git.program import GitFailedError, GitTimedOutError
from quarterdeck.adapters.git.sources import LocalSource, Source
from quarterdeck.domain.errors import InvalidInputError, QuarterdeckError, UnavailableError

_UNREACHABLE = (
    "could not resolve host",
    "couldn't connect",
    "failed to connect",
    "connection refused",
    "connection timed out",
    "connection reset",
    "network is unreachable",
    "no route to host",
    "name or service not known",
    "temporary failure in name resolution",
    "unable to connect",
    "operation timed out",
    "unable to look up",
    "could not resolve hostname",
)
_DENIED = (
    "authentication failed",
    "could not read username",
    "could not read password",
    "terminal prompts disabled",
    "permission denied",
    "returned error: 401",
    "returned error: 403",
    "access denied",
    "dubious ownership",
)


def explain(source: Source, failure: GitFailedError | GitTimedOutError) -> QuarterdeckError:
    """Git's own text is not passed on: a server, or a hostile path, has a say in it."""
    if isinstance(failure, GitTimedOutError):
        return UnavailableError(
            f"{source.shown} did not answer in time.", "Try again; if it goes on, look at the network or the disk."
        )
    words = failure.stderr.lower()
    if isinstance(source, LocalSource):
        return _local(source, words)
    if "host key verification failed" in words:
        return UnavailableError(
            f"The SSH host key of {source.host} is not known to the worker.",
            f"Check it and add it to the worker's known_hosts (`ssh-keyscan {source.host}`).",
        )
    if any(sign in words for sign in _UNREACHABLE):
        return UnavailableError(
            f"{source.host} can not be reached from the worker.", "Check the address and the worker's network."
        )
    if any(sign in words for sign in _DENIED):
        return InvalidInputError(
            f"{source.shown} refuses the worker, or does not exist.",
            "Give the worker an SSH key or an entry in ~/.netrc; credentials in a URL are not used.",
            field="repository",
        )
    if "not found" in words or "does not appear to be a git repository" in words or "not exported" in words:
        return not_a_repository(source)
    return UnavailableError(f"git could not read {source.shown}.", "Try `git ls-remote` with it on the worker's host.")


def did_you_mean(name: str, known: Sequence[bytes]) -> str:
    """The names most like it, or some of those there are; empty where there are none."""
    names = [each.decode(errors="backslashreplace") for each in known]
    near = get_close_matches(name, names[:5000], n=3, cutoff=0.5) or names[:3]
    return f"Did you mean {', '.join(near)}?" if near else ""


def _local(source: LocalSource, words: str) -> QuarterdeckError:
    if "permission denied" in words or "dubious ownership" in words:
        return no_permission(source)
    if "not a git repository" in words or "does not appear to be a git repository" in words:
        return not_a_repository(source)
    return UnavailableError(f"git could not read {source.shown}.", "Run `git fsck` in it; it may be damaged.")


def not_a_repository(source: Source) -> InvalidInputError:
    return InvalidInputError(
        f"There is no git repository at {source.shown}.",
        "Check the address, or run `git init` there.",
        field="repository",
    )


def no_permission(source: LocalSource) -> InvalidInputError:
    return InvalidInputError(
        f"The worker may not read {source.shown}.",
        "Let the user that runs the worker read it, or move the repository.",
        field="repository",
    )
