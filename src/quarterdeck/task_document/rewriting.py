"""New lines for an item, where its values change; all its other lines stay."""

import re
from collections.abc import Sequence

from quarterdeck.task_document import heads
from quarterdeck.task_document.attributes import FIELDS
from quarterdeck.task_document.document import DocumentTask
from quarterdeck.task_document.items import (
    Entry,
    Layout,
    Part,
    Section,
    body_indent,
    escaped,
    has_box,
    marker,
    note_text,
)
from quarterdeck.task_document.lines import Splice, columns, leading
from quarterdeck.task_document.values import NOTHING, Field, Note, TaskValues, differing, is_blank

_HEAD = frozenset({Field.TITLE, *FIELDS})
_CODE = 4
_ORDERED = re.compile(r"([ \t]*)([0-9]{1,9})([.)])")


def rewritten(texts: Sequence[str], task: DocumentTask, values: TaskValues, number: int | None) -> list[Splice]:
    """The item with these values; both are normal."""
    changed, head = frozenset(differing(task.values, values)), task.layout.head
    splices: list[Splice] = []
    if changed & _HEAD or number != task.number:
        lines = heads.rewritten(head, texts[head.start : head.end], number, task.values, values)
        splices.append(Splice(head.start, head.end, lines))
    item = _Item(texts, task.layout, changed, values, added_notes(task.values, values))
    return splices + (item.all_below() if Field.BODY in changed else item.sections_alone())


def new_item(mark: str, number: int, values: TaskValues) -> list[str]:
    """The lines of a task that is not there yet, with this marker."""
    head = heads.new_head(mark)
    lines = heads.rewritten(head, [""], number, NOTHING, values)
    layout = Layout(head, 1, 1, ())
    item = _Item(["", *lines], layout, frozenset(differing(NOTHING, values)), values, values.notes)
    return [*lines, *(line for splice in item.all_below() for line in splice.texts)]


def added_notes(before: TaskValues, after: TaskValues) -> tuple[Note, ...]:
    """Those of `after` that are not in `before`."""
    left = [note.text for note in before.notes]
    added: list[Note] = []
    for note in after.notes:
        if note.text in left:
            left.remove(note.text)
        else:
            added.append(note)
    return tuple(added)


def next_mark(mark: str, steps: int = 1) -> str:
    """That of the item that follows: an ordered list counts on."""
    found = _ORDERED.match(mark)
    if not found:
        return mark
    return f"{found[1]}{min(int(found[2]) + steps, 999_999_999)}{found[3]}{mark[found.end() :]}"


class _Item:
    """What of an item is below its head."""

    def __init__(
        self,
        texts: Sequence[str],
        layout: Layout,
        changed: frozenset[Field],
        values: TaskValues,
        notes: tuple[Note, ...],
    ) -> None:
        self._texts, self._layout, self._changed = texts, layout, changed
        self._values, self._notes = values, notes
        self._indent = body_indent(texts, layout)

    def all_below(self) -> list[Splice]:
        """Body and sections anew, with blank lines between."""
        parts = [self._body(), *self._sections()]
        lines = [line for part in parts if part for line in ("", *part)]
        return [Splice(self._layout.head.end, self._layout.end, lines)]

    def sections_alone(self) -> list[Splice]:
        return [*self._acceptance_alone(), *self._notes_alone()]

    def _body(self) -> list[str]:
        lines = self._values.body.split("\n") if self._values.body else []
        shift = min((len(line) - len(line.lstrip(" ")) for line in lines if line), default=0)
        indent = " " * self._layout.head.column if shift >= _CODE else self._indent
        return [indent + escaped(line) if line else "" for line in lines]

    def _sections(self) -> list[list[str]]:
        """In the order in which they stand; acceptance before notes where one is new."""
        old = self._layout.sections
        lines: list[list[str]] = []
        if not self._layout.of(Part.ACCEPTANCE):
            lines.append(self._acceptance(()))
        for section in old:
            if section.part is Part.ACCEPTANCE and Field.ACCEPTANCE in self._changed:
                of_it = self._layout.of(Part.ACCEPTANCE)
                lines.append(self._acceptance(of_it) if section is of_it[0] else [])
            else:
                more = self._notes if section.part is Part.NOTES and section is self._layout.of(Part.NOTES)[-1] else ()
                heading = self._heading(section)
                lines.append([heading, *self._texts[section.start + 1 : section.end], *self._entries(section, more)])
        if not self._layout.of(Part.NOTES) and self._notes:
            lines.append(self._new_notes())
        return lines

    def _acceptance_alone(self) -> list[Splice]:
        if Field.ACCEPTANCE not in self._changed:
            return []
        sections = self._layout.of(Part.ACCEPTANCE)
        lines = self._acceptance(sections)
        if sections:
            first, *others = sections
            return [self._in_place(first, lines), *(self._in_place(each, []) for each in others)]
        notes = self._layout.of(Part.NOTES)
        at = notes[0].start if notes else self._layout.end
        before = [""] if not is_blank(self._texts[at - 1]) else []
        return [Splice(at, at, [*before, *lines, *([""] if notes else [])])]

    def _notes_alone(self) -> list[Splice]:
        if not self._notes:
            return []
        sections = self._layout.of(Part.NOTES)
        if sections:
            return [Splice(sections[-1].end, sections[-1].end, self._entries(sections[-1], self._notes))]
        return [Splice(self._layout.end, self._layout.end, ["", *self._new_notes()])]

    def _in_place(self, section: Section, lines: list[str]) -> Splice:
        start = section.start
        if not lines and start > self._layout.head.end and is_blank(self._texts[start - 1]):
            start -= 1
        return Splice(start, section.end, lines)

    def _acceptance(self, old: Sequence[Section]) -> list[str]:
        """Criteria that were there keep their lines, and so their boxes."""
        if not self._values.acceptance:
            return []
        entries = [entry for section in old for entry in section.entries]
        heading = self._heading(old[0]) if old else f"{self._indent}{Part.ACCEPTANCE}:"
        return [heading, *(line for text in self._values.acceptance for line in self._criterion(text, entries))]

    def _criterion(self, text: str, left: list[Entry]) -> list[str]:
        for entry in left:
            if entry.value == text:
                left.remove(entry)
                return list(self._texts[entry.start : entry.end])
        sections = self._layout.of(Part.ACCEPTANCE)
        like = self._texts[sections[0].entries[-1].start] if sections else ""
        mark = next_mark(marker(like).text) if like else f"{self._indent}{self._bullet}"
        return [f"{mark} {'[ ] ' if not like or has_box(like) or has_box(f'{mark} {text}') else ''}{text}"]

    def _new_notes(self) -> list[str]:
        mark = f"{self._indent}{self._bullet}"
        return [f"{self._indent}{Part.NOTES}:", *(line for note in self._notes for line in _entry(mark, note))]

    def _entries(self, section: Section, notes: Sequence[Note]) -> list[str]:
        mark = marker(self._texts[section.entries[-1].start]).text
        return [line for count, note in enumerate(notes, 1) for line in _entry(next_mark(mark, count), note)]

    def _heading(self, section: Section) -> str:
        """Where it went on from a paragraph above, it need not have been indented."""
        text = self._texts[section.start]
        shift = columns(leading(text)) - self._layout.head.column
        return text if 0 <= shift < _CODE else self._indent + text.strip(" \t")

    @property
    def _bullet(self) -> str:
        bullet = self._layout.head.marker.strip(" \t")
        return bullet if len(bullet) == 1 else "-"


def _entry(mark: str, note: Note) -> list[str]:
    first, *more = note_text(note).split("\n")
    indent = " " * (columns(mark) + 1)
    return [f"{mark} {first}", *(indent + line if line else "" for line in more)]
