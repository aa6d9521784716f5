"""Figures in words, and foreign text made safe for a line of a mail, a page or a terminal."""

import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

LONGEST_NAME = 80
DASH = UNKNOWN = "\N{EN DASH}"
TIMES = "\N{MULTIPLICATION SIGN}"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that print nothing, move the cursor or change the direction of writing."""
_NANO = Decimal(10**9)


def plain(text: str, longest: int = LONGEST_NAME) -> str:
    """One line of visible characters, with an ellipsis where it is longer."""
    shown = "".join("�" if unicodedata.category(each) in _HIDDEN else each for each in text[: longest + 1])
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def money(nano: int) -> str:
    dollars = Decimal(nano) / _NANO
    if dollars and dollars < Decimal("0.01"):
        return f"${dollars.quantize(Decimal('0.0001'), ROUND_HALF_UP)}" if nano >= 50_000 else "< $0.0001"
    return f"${dollars.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def dollars(nano: int) -> str:
    """Exactly, for programs."""
    return f"{(Decimal(nano) / _NANO).normalize():f}"


def count(number: int) -> str:
    return f"{number:,}"


def short(number: int) -> str:
    """With three digits that count, as `12.3 M`."""
    if number < 10_000:
        return f"{number:,}"
    value, unit = float(number), ""
    for unit in ("k", "M", "G", "T"):  # noqa: B007 - the last one is what it is told in
        value /= 1000
        if value < 999.5:
            break
    return f"{value:.0f} {unit}" if value >= 99.95 else f"{value:.1f} {unit}"


def duration(milliseconds: int | None) -> str:
    if milliseconds is None:
        return UNKNOWN
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def percent(part: int, whole: int) -> str:
    """Of a whole that is not 0."""
    share = part * 100 / whole
    return "< 1 %" if 0 < share < 0.5 else f"{share:.0f} %"


def change(now: int, before: int) -> str:
    """Against the period before: `▲ 12 %`, `▼ 3 %`, `= as before`, `new`; nothing where both are nothing."""
    if now == before:
        return "= as before" if now else ""
    if not before:
        return "new"
    by = abs(now - before) * 100 / before
    arrow = "▲" if now > before else "▼"
    if by >= 999.5:
        return f"{arrow} {TIMES} {now / before:,.0f}"
    return f"{arrow} {'< 1' if by < 0.5 else f'{by:.0f}'} %"


def day(on: date) -> str:
    return f"{on:%a} {on.day} {on:%b}"


def days(first: date, last: date) -> str:
    """As `Wed 25 Nov 2026` or `Mon 16 - Sun 22 Nov 2026`, with a longer dash."""
    if first == last:
        return f"{day(first)} {first.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%a} {first.day} {DASH} {day(last)} {last.year}"
    return f"{day(first)}{f' {first.year}' if first.year != last.year else ''} {DASH} {day(last)} {last.year}"


def hour(at: datetime) -> str:
    return f"{at:%H:%M}"
