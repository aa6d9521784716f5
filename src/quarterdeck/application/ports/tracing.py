"""Spans of traces, whoever collects them."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from enum import Enum
from typing import Protocol, TypeAlias

Value: TypeAlias = str | int | float | bool | tuple[str, ...]
Attributes: TypeAlias = Mapping[str, Value]
"""Named by OpenTelemetry's semantic conventions, ours with `quarterdeck.` before. Never a text that a user or a jail
wrote, and nothing secret: ids, counts, kinds."""


class SpanKind(Enum):
    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


class Span(Protocol):
    @property
    def traceparent(self) -> str | None:
        """What makes others its children: a W3C Trace Context header."""
        ...

    def set(self, name: str, value: Value) -> None: ...


class Tracer(Protocol):
    def span(
        self, name: str, kind: SpanKind, parent: str | None, attributes: Attributes
    ) -> AbstractContextManager[Span]:
        """A span around a block, and the current one in it. `parent` is a traceparent; without one, the span that is
        current becomes the parent. Whether it is recorded is the parent's decision, where there is one."""
        ...

    def record(self, name: str, kind: SpanKind, parent: str, start: int, attributes: Attributes) -> None:
        """A span that began at `start` (nanoseconds since 1970) and ends now."""
        ...

    def current(self) -> str | None:
        """The traceparent of the span that this code runs in."""
        ...
