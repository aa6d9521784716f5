"""Kinds of values that settings have, with what is checked of each."""

import ipaddress
import os
import re
import socket
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import platformdirs
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, WithJsonSchema
from pydantic_settings import NoDecode

from quarterdeck.domain import written_limits
from quarterdeck.domain.errors import InvalidInputError

MIB, GIB = 1024**2, 1024**3
LEAST_DAYS = 30
"""That usage is kept: calls may be told for seven, and a month is what people look at."""


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


def default_data_dir() -> Path:
    return Path("/var/lib/quarterdeck") if os.geteuid() == 0 else platformdirs.user_data_path("quarterdeck")


def default_worker_id() -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", socket.gethostname())[:64].strip("-") or "worker"


def most_of_the_memory() -> str:
    return f"memory={os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') * 3 // 4 // MIB}M"


def _absolute(path: Path) -> Path:
    # Not resolved: a path is shown as it was given.
    return Path.cwd() / path.expanduser()


def _with_scheme(*schemes: str) -> AfterValidator:
    def check(url: SecretStr) -> SecretStr:
        for one in url.get_secret_value().split(","):
            if urlsplit(one).scheme not in schemes:
                raise ValueError(f"must start with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return url

    return AfterValidator(check)


def _limits(text: str) -> str:
    try:
        written_limits.parse(text)
    except InvalidInputError as error:
        raise ValueError(f"{error.message} {error.next_step}") from error
    return text


def _days(days: int) -> int:
    if 0 < days < LEAST_DAYS:
        raise ValueError(f"must be 0 or at least {LEAST_DAYS}")
    return days


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _networks(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(ipaddress.ip_network(text)) for text in texts)


def _headers(text: SecretStr) -> SecretStr:
    if not all(re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+=[ -~]*", each) for each in listed(text)):
        raise ValueError("must be name=value, separated by commas")
    return text


def _keys(text: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9+/]{43}=(,[A-Za-z0-9+/]{43}=)?", text.get_secret_value()):
        raise ValueError("must be 32 bytes in base64, or two such separated by a comma")
    return text


def listed(text: SecretStr) -> list[str]:
    return [part.strip() for part in text.get_secret_value().split(",") if part.strip()]


Directory = Annotated[Path, AfterValidator(_absolute)]
Port = Annotated[int, Field(ge=1, le=65535)]
PostgresUrl = Annotated[SecretStr, _with_scheme("postgresql", "postgres")]
NatsUrl = Annotated[SecretStr, _with_scheme("nats", "tls")]
ObjectStoreUrl = Annotated[SecretStr, _with_scheme("file", "s3", "gs", "az")]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Networks = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_networks)]
DnsServer = Annotated[str, Field(pattern=r"^([0-9.]+(:\d{1,5})?|\[[0-9a-fA-F:.]+\]:\d{1,5}|[0-9a-fA-F:.]+)?$")]
WrittenLimits = Annotated[str, AfterValidator(_limits)]
OtlpEndpoint = Annotated[str, Field(pattern=r"^https?://[^/@\s]+(/[^?#\s]*)?$")]
CheckpointKey = Annotated[SecretStr, AfterValidator(_keys), WithJsonSchema({"type": "string", "format": "secret"})]
OtlpHeaders = Annotated[SecretStr, AfterValidator(_headers), WithJsonSchema({"type": "string", "format": "secret"})]
SmtpUrl = Annotated[SecretStr, _with_scheme("smtp", "smtps")]
SigningKey = Annotated[SecretStr, Field(min_length=32), WithJsonSchema({"type": "string", "format": "secret"})]
WorkerName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
KeptDays = Annotated[int, AfterValidator(_days), Field(ge=0, le=36500)]
Uid = Annotated[int, Field(ge=1, lt=2**32 - 1)]
