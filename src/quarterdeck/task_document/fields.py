"""Two sides of one task brought together, field by field, from what both had last."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from quarterdeck.task_document.attributes import attribute, collected
from quarterdeck.task_document.document import FileTask
from quarterdeck.task_document.values import NOTHING, SETS, Field, Note, TaskValues, same, with_value


@dataclass
class Merged:
    """Of one task: what each side is to have."""

    file: TaskValues
    api: TaskValues
    api_changes: list[Field] = field(default_factory=list[Field])
    api_notes: tuple[Note, ...] = ()
    disputed: list[Field] = field(default_factory=list[Field])
    buried: list[Field] = field(default_factory=list[Field])
    """The file's title has the words in its midst that say them, so they do not count as taken away."""


def merged(base: TaskValues, file: FileTask, api: TaskValues) -> Merged:
    """Only one side changed it: that one's. Both did, to the same: that. To different values: each keeps its own."""
    result = Merged(file=file.values, api=api)
    buried = _buried(base, file.values)
    for each in Field:
        if each in file.unread:
            continue
        ours = file.values.of(each)
        if each in buried:
            ours = (*ours, *buried[each]) if each in SETS else buried[each]
            result.buried.append(each)
        if each in SETS:
            _merge_set(result, each, base.of(each), ours, api.of(each))
        else:
            _merge_value(result, each, base.of(each), ours, api.of(each))
    _merge_notes(result, base.notes)
    return result


def _merge_value(result: Merged, what: Field, base: Any, file: Any, api: Any) -> None:
    if same(what, file, api):
        return
    if same(what, file, base):
        result.file = with_value(result.file, what, api)
    elif same(what, api, base):
        _to_api(result, what, file)
    else:
        result.disputed.append(what)


def _merge_set(result: Merged, what: Field, base: Sequence[Any], file: Sequence[Any], api: Sequence[Any]) -> None:
    gone = (set(base) - set(file)) | (set(base) - set(api))
    wanted = tuple(each for each in dict.fromkeys((*api, *file)) if each not in gone)
    if not same(what, wanted, api):
        _to_api(result, what, wanted)
    if not same(what, wanted, file):
        result.file = with_value(result.file, what, wanted)


def _to_api(result: Merged, what: Field, value: Any) -> None:
    result.api = with_value(result.api, what, value)
    result.api_changes.append(what)


def _merge_notes(result: Merged, base: Sequence[Note]) -> None:
    """Of both sides each once. One that was taken out of the file does not come back; the API keeps it."""
    known = _count(base)
    file, api = result.file.notes, result.api.notes
    result.api_notes = _new(file, _count(api) | known)
    more = _new(api, _count(file) | known)
    if more:
        result.file = replace(result.file, notes=(*file, *more))


def _new(notes: Sequence[Note], known: Counter[str]) -> tuple[Note, ...]:
    """The last ones with a text that is there more often than it is known."""
    left, new = Counter(known), list[Note]()
    for note in notes:
        if left[note.text] > 0:
            left[note.text] -= 1
        else:
            new.append(note)
    return tuple(new)


def _count(notes: Sequence[Note]) -> Counter[str]:
    return Counter(note.text for note in notes)


def _buried(base: TaskValues, file: TaskValues) -> dict[Field, Any]:
    """What somebody who wrote on at the line's end made a part of the title."""
    words = (attribute(word) for word in file.title.split()[:-1])
    found, _ = collected([word for word in words if word])
    lost: dict[Field, Any] = {}
    for each, value in found.items():
        if each in SETS:
            held = tuple(one for one in value if one in base.of(each) and one not in file.of(each))
            lost |= {each: held} if held else {}
        elif same(each, file.of(each), NOTHING.of(each)) and same(each, base.of(each), value):
            lost[each] = value
    return lost
