"""The trace that a call of `qd` begins, or goes on with. Where no collector is named, nothing of it is imported."""

import os
import re
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

ENDPOINT_VARIABLE = "QD_OTLP_ENDPOINT"
HEADERS_VARIABLE = "QD_OTLP_HEADERS"
PARENT_VARIABLE = "TRACEPARENT"
"""Set by a program that calls `qd` as a part of a trace of its own."""
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

Headers = dict[str, str]
End = Callable[[int], None]
"""Is told the exit code."""


class Tracer(Protocol):
    def called(self, command: str) -> AbstractContextManager[End]: ...
    def requesting(self, document: str, url: str) -> AbstractContextManager[Headers]: ...
    def close(self) -> None: ...


_tracer: Tracer | None = None


@contextmanager
def called(command: str) -> Generator[End]:
    """The span of this call."""
    global _tracer  # noqa: PLW0603 - one process, one call
    endpoint = os.environ.get(ENDPOINT_VARIABLE)
    if not endpoint:
        yield _nobody_asks
        return
    from quarterdeck_cli.telemetry import OpenTelemetryTracer

    _tracer = OpenTelemetryTracer(endpoint, os.environ.get(HEADERS_VARIABLE, ""), parent())
    try:
        with _tracer.called(command) as end:
            yield end
    finally:
        _tracer.close()
        _tracer = None


@contextmanager
def requesting(document: str, url: str) -> Generator[Headers]:
    """The span of one request, and the headers that make the server's its children."""
    if _tracer is None:
        given = parent()
        yield {"traceparent": given} if given else {}
        return
    with _tracer.requesting(document, url) as headers:
        yield headers


def parent() -> str | None:
    """The traceparent that this process was started with."""
    given = os.environ.get(PARENT_VARIABLE, "")
    return given if _TRACEPARENT.fullmatch(given) else None


def _nobody_asks(_code: int) -> None:
    """There is no span."""
