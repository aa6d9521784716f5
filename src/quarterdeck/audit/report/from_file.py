"""What a report from a bundle tells beside the events: what commands changed in files, and what models cost."""

from pathlib import Path
from uuid import UUID

from quarterdeck.audit.bundle.checking import events
from quarterdeck.audit.report.beside import MOST_DIFFS
from quarterdeck.audit.report.costs import costs
from quarterdeck.audit.report.page import FilesDiff, FromFile
from quarterdeck.audit.report.story import Command, Story
from quarterdeck.audit.trees.held import HeldFiles, held_files
from quarterdeck_projections.usage.pricing import priced


def from_file(path: Path, story: Story) -> FromFile:
    """Raises BundleError."""
    found = costs(lambda: events(path), story.session, priced) if story.used else None
    with held_files(path) as held:
        return FromFile(costs=found, diffs=_diffs(held, story) if held else {}, has_files=held is not None)


def _diffs(held: HeldFiles, story: Story) -> dict[UUID, FilesDiff]:
    """Of commands whose snapshots are in it."""
    found: dict[UUID, FilesDiff] = {}
    for command in [each for each in story.commands if each.files_total][:MOST_DIFFS]:
        if diff := _diff(held, command):
            found[command.id] = diff
    return found


def _diff(held: HeldFiles, command: Command) -> FilesDiff | None:
    ended = command.finished
    if ended is None or not (held.has(ended.tree_before) and held.has(ended.tree_after)):
        return None
    files, total = held.first_differences(ended.tree_before, ended.tree_after)
    return FilesDiff(files=files, total=total)
