"""What happened between two places of a session: what its pages tell differently, and what its files had become."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from quarterdeck.audit.replay.page import Section, page
from quarterdeck.audit.replay.places import Place
from quarterdeck.audit.replay.state import State, change, state_after
from quarterdeck.audit.replay.timeline import Item, Timeline, read
from quarterdeck.domain.command import CommandFinished
from quarterdeck.domain.workspace import Workspace, WorkspacePrepared


@dataclass(frozen=True)
class Change:
    section: str
    name: str
    before: str
    after: str
    """Empty: it was not there."""


@dataclass(frozen=True)
class Difference:
    topics: dict[str, int]
    """How many events of each came in between."""
    changes: list[Change]
    files: dict[str, str]
    """What commands that ended in between changed."""
    trees: tuple[str, str]
    """Of the files at both, from what they began with on; empty: there were none."""


def difference(line: Timeline, a: Place, b: Place) -> Difference:
    """From the earlier to the later of the two."""
    first, last = sorted((a, b), key=lambda each: each.count)
    before, after = state_after(line.items[: first.count]), state_after(line.items[: last.count])
    between = line.items[first.count : last.count]
    files: dict[str, str] = {}
    for item in between:
        if item.row.topic == CommandFinished.TOPIC and isinstance(ended := read(item.row), CommandFinished):
            change(files, ended.files_changed)
    return Difference(
        topics=dict(Counter(each.row.topic for each in between)),
        changes=changes(page(before), page(after)),
        files={path: status for path, status in files.items() if status},
        trees=(_tree(before) or _first_tree(between), _tree(after)),
    )


def tree_at(line: Timeline, at: Place) -> str:
    """Of the files there; empty: there are none."""
    return _tree(state_after(line.items[: at.count]))


def changes(before: Sequence[Section], after: Sequence[Section]) -> list[Change]:
    """Files and counts of events are told elsewhere."""
    old, new = _flat(before), _flat(after)
    names = [*old, *(each for each in new if each not in old)]
    return [
        Change(section, name, old.get((section, name), ""), new.get((section, name), ""))
        for section, name in names
        if old.get((section, name)) != new.get((section, name))
    ]


def _flat(sections: Sequence[Section]) -> dict[tuple[str, str], str]:
    told = (each for each in sections if not each.title.startswith(("Files", "Record")))
    return {(section.title, name): value for section in told for name, value in section.pairs if value}


def _first_tree(items: Sequence[Item]) -> str:
    """What the workspace began with, where that was later."""
    read_ones = (read(item.row) for item in items if item.row.topic == WorkspacePrepared.TOPIC)
    return next((event.tree for event in read_ones if isinstance(event, WorkspacePrepared)), "")


def _tree(state: State) -> str:
    return state.workspace.tree if isinstance(state.workspace, Workspace) else ""
