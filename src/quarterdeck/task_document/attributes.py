"""The words at a task's end that say who has it, what it is about and how far it is.

`@owner #label !priority`, and `key:value` for the rest and for what those cannot spell.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from quarterdeck.domain.task_events import TaskStatus
from quarterdeck.domain.task_fields import MAX_ESTIMATE, MAX_LABEL, Priority, is_label, reference
from quarterdeck.task_document.limits import MAX_WORD
from quarterdeck.task_document.values import NOTHING, Field, TaskValues

FIELDS = (Field.OWNER, Field.LABELS, Field.PRIORITY, Field.STATUS, Field.ESTIMATE, Field.DEPENDENCIES)
"""In the order in which they are written."""
_NAME = re.compile(r"[^\W_](?:[\w.+@-]*[\w-])?")
_PRIORITY = re.compile(r"[A-Za-z]+")
_TASKS = re.compile(r"T-[1-9][0-9]{0,8}")
_TIME = re.compile(r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?")
_SPECIAL = re.compile(r"[\s,:%]")
_ESCAPED = re.compile(r"(\w*)(\\*)([@#!:].*)")
_SAID = {TaskStatus.OPEN: "open", TaskStatus.DONE: "done"}


@dataclass(frozen=True)
class Attribute:
    field: Field
    value: Any
    problem: str = ""
    """Why there is no value, and what to write instead."""


@lru_cache(maxsize=4096)
def attribute(word: str) -> Attribute | None:
    """None: a word like others."""
    if not word or len(word) > MAX_WORD:
        return None
    if word[0] in _SIGNS:
        return _SIGNS[word[0]](word[1:])
    key, colon, value = word.partition(":")
    return _KEYS[key](value) if colon and key in _KEYS else None


def words(values: TaskValues, field: Field) -> list[str]:
    """That say the field's value; none where it is the usual one."""
    return [] if values.of(field) == NOTHING.of(field) else _WORDS[field](values)


def escaped(title: str) -> str:
    """So that its last word is none of the words here."""
    start, word = _last(title)
    found = _ESCAPED.fullmatch(word)
    if not found or attribute(found[1] + found[3]) is None:
        return title
    return f"{start}{found[1]}\\{found[2]}{found[3]}"


def unescaped(title: str) -> str:
    start, word = _last(title)
    found = _ESCAPED.fullmatch(word)
    if not found or not found[2] or attribute(found[1] + found[3]) is None:
        return title
    return f"{start}{found[1]}{found[2][1:]}{found[3]}"


def coded_name(name: str) -> str:
    """As one word."""
    return _SPECIAL.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace")), name)


def decoded_name(word: str) -> str:
    return unquote(word, errors="replace").strip()


def collected(found: Sequence[Attribute]) -> tuple[dict[Field, Any], list[Attribute]]:
    """The values by field, and what could not be read: one that is said twice is among that."""
    values: dict[Field, Any] = {}
    problems = [each for each in found if each.problem]
    for each in found:
        if each.problem:
            continue
        if each.field in (Field.LABELS, Field.DEPENDENCIES):
            values[each.field] = tuple(dict.fromkeys((*values.get(each.field, ()), *each.value)))
        elif each.field in values and values[each.field] != each.value:
            problems.append(Attribute(each.field, None, f"Two words say the {each.field}; leave one of them."))
        else:
            values[each.field] = each.value
    return values, problems


def _last(title: str) -> tuple[str, str]:
    at = title.rfind(" ") + 1
    return title[:at], title[at:]


def _owner(name: str) -> Attribute | None:
    return Attribute(Field.OWNER, name) if _NAME.fullmatch(name) else None


def _long_owner(value: str) -> Attribute:
    name = decoded_name(value)
    if not name or not name.isprintable():
        return Attribute(Field.OWNER, None, "`owner:` is followed by a name, with %20 for a space.")
    return Attribute(Field.OWNER, name)


def _label(label: str) -> Attribute | None:
    return Attribute(Field.LABELS, (label,)) if _is_short(label) and is_label(label) else None


def _long_labels(value: str) -> Attribute:
    labels = tuple(filter(None, value.split(",")))
    if not labels or not all(map(is_label, labels)):
        what = f"`labels:` is followed by labels with commas between them, each of up to {MAX_LABEL} characters."
        return Attribute(Field.LABELS, None, what)
    return Attribute(Field.LABELS, labels)


def _is_short(label: str) -> bool:
    """`#12` and `#this!` are no labels: people write such in sentences."""
    return label[:1].isalpha() and (label[-1].isalnum() or label[-1] in "+-_")


def _priority(word: str) -> Attribute | None:
    if not _PRIORITY.fullmatch(word):
        return None
    if word.lower() in set(Priority):
        return Attribute(Field.PRIORITY, Priority(word.lower()))
    known = ", ".join(f"!{each}" for each in Priority)
    what = f"`!{word[:40]}` is no priority; there are {known}. In a title, write `\\!{word[:40]}`."
    return Attribute(Field.PRIORITY, None, what)


def _status(value: str) -> Attribute:
    name = value.lower().replace("-", "_")
    if name in set(TaskStatus):
        return Attribute(Field.STATUS, TaskStatus(name))
    known = ", ".join(each.replace("_", "-") for each in TaskStatus)
    return Attribute(Field.STATUS, None, f"`{value[:40]}` is no status; there are {known}.")


def _estimate(value: str) -> Attribute:
    found = _TIME.fullmatch(value)
    minutes = int(found[1] or 0) * 60 + int(found[2] or 0) if found else 0
    if not value or not found or minutes > MAX_ESTIMATE:
        what = f"`{value[:40]}` is no estimate; write hours and minutes as in `estimate:1h30m`."
        return Attribute(Field.ESTIMATE, None, what)
    return Attribute(Field.ESTIMATE, minutes)


def _dependencies(value: str) -> Attribute:
    given = value.split(",")
    if not all(map(_TASKS.fullmatch, given)):
        what = f"`{value[:40]}` names no tasks; write their ids with commas between them, as in `needs:T-3,T-4`."
        return Attribute(Field.DEPENDENCIES, None, what)
    return Attribute(Field.DEPENDENCIES, tuple(sorted({int(each[2:]) for each in given})))


def _owner_words(values: TaskValues) -> list[str]:
    name = values.owner or ""
    return [f"@{name}" if _NAME.fullmatch(name) else f"owner:{coded_name(name)}"]


def _label_words(values: TaskValues) -> list[str]:
    long = [label for label in values.labels if not _is_short(label)]
    short = [f"#{label}" for label in values.labels if _is_short(label)]
    return short + ([f"labels:{','.join(long)}"] if long else [])


def _estimate_words(values: TaskValues) -> list[str]:
    hours, minutes = divmod(values.estimate, 60)
    return [f"estimate:{f'{hours}h' if hours else ''}{f'{minutes}m' if minutes else ''}"]


def _status_words(values: TaskValues) -> list[str]:
    return [] if values.status in _SAID else [f"status:{values.status.replace('_', '-')}"]


_SIGNS: dict[str, Callable[[str], Attribute | None]] = {"@": _owner, "#": _label, "!": _priority}
_KEYS: dict[str, Callable[[str], Attribute]] = {
    "owner": _long_owner,
    "labels": _long_labels,
    "status": _status,
    "estimate": _estimate,
    "needs": _dependencies,
}
_WORDS: dict[Field, Callable[[TaskValues], list[str]]] = {
    Field.OWNER: _owner_words,
    Field.LABELS: _label_words,
    Field.PRIORITY: lambda values: [f"!{values.priority}"],
    Field.STATUS: _status_words,
    Field.ESTIMATE: _estimate_words,
    Field.DEPENDENCIES: lambda values: [f"needs:{','.join(map(reference, sorted(values.dependencies)))}"],
}
