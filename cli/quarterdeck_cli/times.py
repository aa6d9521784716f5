"""Times as they are typed: ISO 8601, a span before or after now, or how far into a record."""

import re
from datetime import UTC, datetime, timedelta

from quarterdeck_cli.errors import UsageError

_SPAN = re.compile(r"(\d{1,5})([hdw])")
_INTO = re.compile(r"(?:(?:(\d{1,5}):)?(\d{1,5}):)?(\d{1,6}(?:\.\d{1,6})?)(s?)")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def moment(text: str, *, ago: bool = False) -> str:
    """As the API takes it. A span counts from now on, or back with `ago`. A time without a zone is local."""
    if span := _SPAN.fullmatch(text):
        away = timedelta(**{_UNITS[span[2]]: int(span[1])})
        return (datetime.now(UTC) + (-away if ago else away)).isoformat()
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat()
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is no time.", "Write it as 2027-01-31T12:00, or a span as 12h, 30d, 4w.") from error


def into(text: str) -> float | None:
    """Seconds from a record's beginning: 1:23, 1:02:03, 90s or 1.5. None for what is no such time."""
    if not (found := _INTO.fullmatch(text)):
        return None
    hours, minutes, seconds, _ = found.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)
