"""Text from elsewhere, made safe to print in a line of our own."""

import time
import unicodedata
from datetime import UTC, datetime

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that print nothing, move the cursor or change the direction of writing."""


def plain(text: str) -> str:
    """One line: whatever is not a visible character or a space is written as an escape."""
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if unicodedata.category(character) not in HIDDEN:
        return character
    if character == "\n":
        return "⏎"
    if character == "\t":
        return " "
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def when(moment: str | None) -> str:
    """A time of the API (ISO 8601, UTC) in the local zone, to the second."""
    if moment is None:
        return ""
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return plain(moment)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def lately(moment: str | None, now: datetime | None = None) -> str:
    """For lists: the time of day where it was today, else the day. `now`: by default the present."""
    told = when(moment)
    day, _, time = told.partition(" ")
    today = (now or datetime.now(UTC)).astimezone().strftime("%Y-%m-%d")
    return time if day == today else day


def ago(at: float, now: float | None = None) -> str:
    """How long ago a time (seconds since 1970) was: `12 minutes ago`."""
    passed = max(0, int((time.time() if now is None else now) - at))
    for length, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if passed >= length:
            count = passed // length
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "moments ago"


def duration(milliseconds: int | None) -> str:
    """As `1.25 s`, `3:05` or `2:03:04`."""
    if milliseconds is None:
        return ""
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.2f} s"
    hours, rest = divmod(int(seconds), 3600)
    minutes, seconds_left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds_left:02}" if hours else f"{minutes}:{seconds_left:02}"


def nth(number: int) -> str:
    """As `1st`, `12th` or `23rd`."""
    last = 0 if 10 < number % 100 < 20 else number % 10
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"


def size(count: int | None) -> str:
    """Bytes in powers of 1024."""
    if count is None:
        return ""
    value, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{int(value)} {unit}" if unit == "B" else f"{value:.1f} {unit}"
