"""A diff as lines to read, in the form of a patch. What a jail wrote is made harmless."""

from collections.abc import Iterator

from quarterdeck_cli.api.snapshots import FileDiff, Hunk
from quarterdeck_cli.text import plain, size

Styled = tuple[str, str]
"""A line, and the style it is shown in."""

_STYLES = {"+": "green", "-": "red"}


def lines_of(file: FileDiff) -> Iterator[Styled]:
    yield _headline(file), "bold"
    if file.binary:
        yield f"binary: {size(file.old_size) or '-'} → {size(file.new_size) or '-'}", ""
    for hunk in file.hunks:
        yield from _hunk(hunk)
    if file.truncated:
        yield "… more than is shown: it is too large to be compared line by line", "yellow"


def _headline(file: FileDiff) -> str:
    name = plain(file.path) if file.old_path is None else f"{plain(file.old_path)} → {plain(file.path)}"
    kinds = [kind.lower() for kind in (file.old_kind, file.new_kind) if kind]
    changed = f" ({' → '.join(kinds)})" if len(kinds) == 2 and kinds[0] != kinds[1] else ""
    counts = f"  +{file.lines_added} -{file.lines_removed}" if file.lines_added or file.lines_removed else ""
    return f"{file.status.lower().replace('_', ' ')}: {name}{changed}{counts}"


def _hunk(hunk: Hunk) -> Iterator[Styled]:
    old, new = f"-{hunk.old_start},{hunk.old_lines}", f"+{hunk.new_start},{hunk.new_lines}"
    yield f"@@ {old} {new} @@", "cyan"
    for line in hunk.lines:
        yield line[:1] + plain(line[1:]), _STYLES.get(line[:1], "")
