"""What has changed between two looks at the same rows. Pure."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec

from quarterdeck_cli.watching.views import Row


class What(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


class Change(msgspec.Struct, frozen=True):
    what: What
    row: Row
    before: Row | None = None


def changes(before: Sequence[Row], after: Sequence[Row]) -> Iterator[Change]:
    """Those that are new or otherwise in the order of `after`, then those that are gone."""
    known, now = {row[0]: row for row in before}, {row[0] for row in after}
    for row in after:
        if row[0] not in known:
            yield Change(What.NEW, row)
        elif known[row[0]] != row:
            yield Change(What.CHANGED, row, known[row[0]])
    for row in before:
        if row[0] not in now:
            yield Change(What.GONE, row)


def told(change: Change, columns: Sequence[str]) -> str:
    """As `changed 4f2a91cc: state ready → paused`."""
    if change.what is What.GONE:
        return f"gone {change.row[0]}"
    before = change.before or tuple("" for _ in change.row)
    cells = [
        f"{name.lower()} {old} → {new}" if old else f"{name.lower()} {new}"
        for name, old, new in list(zip(columns, before, change.row, strict=True))[1:]
        if old != new
    ]
    return f"{change.what} {change.row[0]}: {', '.join(cell.strip() for cell in cells)}"
