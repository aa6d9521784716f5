"""An item of a list as a task: which of its lines are what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from quarterdeck.task_document.attributes import coded_name, decoded_name
from quarterdeck.task_document.blocks import ITEM, LISTS, PARAGRAPH, Block
from quarterdeck.task_document.heads import Head, head
from quarterdeck.task_document.lines import columns, leading, without_columns
from quarterdeck.task_document.values import (
    Note,
    is_blank,
    normal_text,
    normal_words,
    shifted,
    without_outer_blanks,
)

_HEADING = re.compile(r"(\*\*)?(acceptance(?: criteria)?|(?:progress )?notes)(\*\*)?(\\*):(\*\*)?", re.IGNORECASE)
_MARKER = re.compile(r"([ \t]*(?:[-+*]|[0-9]{1,9}[.)]))([ \t]*)(.*)", re.DOTALL)
_BOX = re.compile(r"\[[ xX]\][ \t]+")
_NOTE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})?[ \t]*(?:@([^\s:,]{1,2000}))?:[ \t\n]+([^ \t\n].*)", re.DOTALL)
_INDENTED = 4


class Part(StrEnum):
    ACCEPTANCE = "Acceptance"
    NOTES = "Notes"


@dataclass(frozen=True)
class Entry:
    """An item of such a list."""

    start: int
    end: int
    value: str


@dataclass(frozen=True)
class Section:
    """A list below a line that says what it is."""

    part: Part
    start: int
    end: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Layout:
    head: Head
    paragraph_end: int
    """Of the paragraph that the head begins."""
    end: int
    """The line after the last that is not blank."""
    sections: tuple[Section, ...]

    def of(self, part: Part) -> tuple[Section, ...]:
        return tuple(each for each in self.sections if each.part is part)


def layout(texts: Sequence[str], item: Block) -> Layout | None:
    """None where the item is no task."""
    first = item.blocks[0] if item.blocks else None
    if first is None or first.kind != PARAGRAPH or first.start != item.start:
        return None
    begun = head(texts, item.start, first.end)
    if begun is None:
        return None
    sections = tuple(_sections(texts, item, begun))
    return Layout(begun, first.end, _trimmed(texts, item), sections)


def body(texts: Sequence[str], item: Layout) -> str:
    """All that is neither head nor in a section."""
    borders = [item.head.end, *(line for each in item.sections for line in (each.start, each.end)), item.end]
    parts = [without_outer_blanks(texts[start:end]) for start, end in zip(borders[::2], borders[1::2], strict=True)]
    lines = [line for part in parts if part for line in ("", *part)][1:]
    begun = _continued(item)
    paragraph = [line.lstrip(" \t") for line in lines[:begun]]
    rest = shifted(without_columns(line, item.head.column) for line in lines[begun:])
    return normal_text("\n".join(map(unescaped, paragraph + rest)))


def body_indent(texts: Sequence[str], item: Layout) -> str:
    """The blanks that the item's lines begin with, where they are no code; else as many as its marker takes."""
    for line in texts[item.paragraph_end : item.end]:
        blanks = leading(line)
        if not is_blank(line) and 0 <= columns(blanks) - item.head.column < _INDENTED:
            return blanks
    return " " * item.head.column


def note(entry: Entry) -> Note:
    found = _NOTE.fullmatch(entry.value)
    if not found or not (found[1] or found[2]):
        return Note(text=entry.value.strip(" \t"))
    return Note(text=normal_text(found[3]).strip(" \t"), on=found[1] or "", by=decoded_name(found[2] or ""))


def note_text(note: Note) -> str:
    said = " ".join(filter(None, (note.on, f"@{coded_name(note.by)}" if note.by else "")))
    return f"{said}: {note.text}" if said else note.text


def heading(line: str) -> Part | None:
    """Which section the line begins."""
    found = _HEADING.fullmatch(line.strip(" \t"))
    if not found or found[4] or (found[3] and found[5]) or bool(found[1]) != bool(found[3] or found[5]):
        return None
    return Part.ACCEPTANCE if "acc" in found[2].lower() else Part.NOTES


def escaped(line: str) -> str:
    """A line of a body that is to begin no section."""
    return line.replace(":", "\\:") if _HEADING.fullmatch(line.strip(" \t")) else line


def unescaped(line: str) -> str:
    found = _HEADING.fullmatch(line.strip(" \t"))
    return line.replace("\\:", ":") if found and found[4] else line


@dataclass(frozen=True)
class Marker:
    text: str
    """With the blanks before it."""
    column: int
    """Where what is in the item begins."""
    rest: str


def marker(text: str) -> Marker:
    """Of an item's first line."""
    found = _MARKER.fullmatch(text)
    if not found:
        return Marker("", columns(leading(text)), text.strip(" \t"))
    begun, blanks, rest = found.groups()
    wide = columns(begun + blanks)
    usual = 1 <= wide - columns(begun) <= _INDENTED and rest
    return Marker(begun, wide if usual else columns(begun) + 1, rest.strip(" \t"))


def has_box(text: str) -> bool:
    """Whether an item's first line has one."""
    return bool(_BOX.match(marker(text).rest))


def _continued(item: Layout) -> int:
    """How many lines the paragraph goes on below the head, without the line that begins a section."""
    first = item.sections[0].start if item.sections else item.end
    return max(0, min(item.paragraph_end, first) - item.head.end)


def _sections(texts: Sequence[str], item: Block, begun: Head) -> list[Section]:
    found: list[Section] = []
    for paragraph, listed in pairwise(item.blocks):
        line = paragraph.end - 1
        if paragraph.kind != PARAGRAPH or listed.kind not in LISTS or line < begun.end:
            continue
        part = heading(texts[line])
        if part and all(map(is_blank, texts[paragraph.end : listed.start])):
            entries = tuple(_entry(texts, each, part) for each in listed.blocks if each.kind == ITEM)
            found.append(Section(part, line, _trimmed(texts, listed), entries))
    return found


def _entry(texts: Sequence[str], item: Block, part: Part) -> Entry:
    end = _trimmed(texts, item)
    begun = marker(texts[item.start])
    box = _BOX.match(begun.rest) if part is Part.ACCEPTANCE else None
    first = begun.rest[box.end() :] if box else begun.rest
    lines = [first, *(without_columns(line, begun.column) for line in texts[item.start + 1 : end])]
    value = normal_words(" ".join(lines)) if part is Part.ACCEPTANCE else normal_text("\n".join(lines))
    return Entry(item.start, end, value)


def _trimmed(texts: Sequence[str], block: Block) -> int:
    end = min(block.end, len(texts))
    while end > block.start + 1 and is_blank(texts[end - 1]):
        end -= 1
    return end
