"""Log lines of the roles: JSON or text, on standard error, never with a token in them."""

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

from quarterdeck.application import tracing
from quarterdeck.config import LogFormat, Settings

_TOKEN = re.compile(r"qd_[0-9a-f]{32}_[A-Za-z0-9_-]+|(?<=://)[^/@\s]+:[^/@\s]+(?=@)")
"""Tokens of ours, and user and password in a URL."""


def without_secrets(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Masks what looks like a secret in any text of a log line."""
    for key, value in line.items():
        if isinstance(value, str):
            line[key] = _TOKEN.sub("***", value)
    return line


def with_trace(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Says which trace and span a line was written in."""
    line.update(tracing.ids())
    return line


class _Standing:
    """Standard error, written to at once and as well as can be: a log on a full disk ends nothing."""

    def write(self, text: str) -> None:
        with suppress(OSError):
            os.write(sys.stderr.fileno(), text.encode(errors="backslashreplace"))

    def flush(self) -> None:
        """Nothing is kept back."""


def configure(settings: Settings, role: str) -> None:
    """Sends all log lines of this process, ours and the libraries', through one chain."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        with_trace,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    out = _Standing()
    as_json = settings.log_format is LogFormat.JSON
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.contextvars.bind_contextvars(role=role)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", out)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
