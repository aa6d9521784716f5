"""Times as they are typed: ISO 8601, or a span before or after now."""

import re
from datetime import UTC, datetime, timedelta

from quarterdeck_cli.errors import UsageError

_SPAN = re.compile(r"(\d{1,5})([hdw])")
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
