"""A task's first line: box, id, title, attributes. Attributes may go on below it, in lines with nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from quarterdeck.domain.task_events import CLOSED, TaskStatus
from quarterdeck.domain.task_fields import reference
from quarterdeck.task_document.attributes import FIELDS, Attribute, attribute, collected, escaped, unescaped, words
from quarterdeck.task_document.lines import columns, leading
from quarterdeck.task_document.values import Field, TaskValues, differing, normal_line

_HEAD = re.compile(r"([ \t]*(?:[-+*]|[0-9]{1,9}[.)])[ \t]+)\[([ xX])\]([ \t]+)([^ \t].*)", re.DOTALL)
_NUMBER = re.compile(r"\*\*T-([1-9][0-9]{0,8})\*\*(?:[ \t]+|$)")
_MOST_WORDS = 100


@dataclass(frozen=True, kw_only=True)
class Head:
    start: int
    end: int
    """The line after its last."""
    marker: str
    """With the blanks before and after it."""
    ticked: bool
    box: str
    """As it stands, with the blanks after it."""
    number: int | None
    title: str
    """As it stands."""
    words: tuple[tuple[str, ...], ...]
    """Line by line."""

    @property
    def column(self) -> int:
        """Where what is in the item begins."""
        return columns(self.marker)

    @property
    def attributes(self) -> list[Attribute]:
        return [found for line in self.words for word in line if (found := attribute(word))]


@dataclass(frozen=True, kw_only=True)
class HeadRead:
    values: dict[Field, Any]
    unread: frozenset[Field]
    problems: tuple[str, ...]


def head(texts: Sequence[str], start: int, paragraph_end: int) -> Head | None:
    """None where the line begins no task."""
    found = _HEAD.fullmatch(texts[start])
    if not found:
        return None
    rest = found[4]
    number = _NUMBER.match(rest)
    title, run = _run(rest[number.end() :] if number else rest)
    lines = [run]
    while start + len(lines) < paragraph_end and (more := _only_attributes(texts[start + len(lines)])):
        lines.append(more)
    return Head(
        start=start,
        end=start + len(lines),
        marker=found[1],
        ticked=found[2] != " ",
        box=f"[{found[2]}]{found[3]}",
        number=int(number[1]) if number else None,
        title=title,
        words=tuple(lines),
    )


def read(head: Head) -> HeadRead:
    found, bad = collected(head.attributes)
    problems = [each.problem for each in bad]
    unread = {each.field for each in bad}
    said: TaskStatus | None = found.get(Field.STATUS)
    if head.ticked:
        unread.discard(Field.STATUS)
        if said is not None and said not in CLOSED:
            problems.append(f"The box is ticked, so it is done; take `{_status_word(head)}` away.")
        found[Field.STATUS] = said if said in CLOSED else TaskStatus.DONE
    elif said in CLOSED:
        problems.append(f"It is {said}, and its box is not ticked; tick it, or take `{_status_word(head)}` away.")
    return HeadRead(
        values={Field.TITLE: unescaped(normal_line(head.title)), **found},
        unread=frozenset(unread),
        problems=tuple(problems),
    )


def rewritten(head: Head, texts: Sequence[str], number: int | None, before: TaskValues, after: TaskValues) -> list[str]:
    """The head's lines, which are `texts`, with these values. Words that still hold stay where they are."""
    changed = differing(before, after)
    lines = [list(line) for line in head.words]
    for field in FIELDS:
        if field in changed:
            lines = _with_words(lines, field, words(after, field))
    box = f"[{'x' if after.status in CLOSED else ' '}]{head.box[3:]}" if Field.STATUS in changed else head.box
    title = escaped(after.title) if Field.TITLE in changed else head.title
    named = [f"**{reference(number)}**"] if number is not None else []
    first = f"{head.marker}{box}{' '.join(filter(None, [*named, title, *lines[0]]))}"
    more = [
        text if tuple(line) == before else leading(text) + " ".join(line)
        for line, before, text in zip(lines[1:], head.words[1:], texts[1:], strict=True)
        if line
    ]
    return [first, *more]


def new_head(marker: str) -> Head:
    """Of a task that is not there yet."""
    return Head(start=0, end=1, marker=marker, ticked=False, box="[ ] ", number=None, title="", words=((),))


def _run(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without its last words that are attributes, and those."""
    flat = text.replace("\t", " ").rstrip(" ")
    found: list[str] = []
    while flat and len(found) < _MOST_WORDS:
        at = flat.rfind(" ") + 1
        if attribute(flat[at:]) is None:
            break
        found.append(flat[at:])
        flat = flat[:at].rstrip(" ")
    return text[: len(flat)], tuple(reversed(found))


def _only_attributes(text: str) -> tuple[str, ...]:
    title, run = _run(text.strip(" \t"))
    return () if title else run


def _with_words(lines: list[list[str]], field: Field, wanted: list[str]) -> list[list[str]]:
    """The field's words replaced by those wanted: the first where the first was, what is new after the last."""
    missing = [word for word in wanted if not any(word in line for line in lines)]
    result: list[list[str]] = []
    for line in lines:
        kept: list[str] = []
        for word in line:
            found = attribute(word)
            if found is None or found.field is not field or word in wanted:
                kept.append(word)
            elif missing:
                kept.append(missing.pop(0))
        result.append(kept)
    last = max((number for number, line in enumerate(result) if line), default=0)
    result[last] += missing
    return result


def _status_word(head: Head) -> str:
    return next(
        word for line in head.words for word in line if (found := attribute(word)) and found.field is Field.STATUS
    )
