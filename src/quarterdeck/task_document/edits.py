"""Edits of a file. Each changes its item's lines and no others; what cannot be written so is refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from quarterdeck.domain.errors import InvalidInputError, LimitExceededError
from quarterdeck.task_document.document import FileTask, TaskDocument, parse
from quarterdeck.task_document.lines import Lines, Splice, columns, leading, spliced, split, without_columns
from quarterdeck.task_document.placing import Place, is_section, place, reindented, removed
from quarterdeck.task_document.rewriting import added_notes, new_item, rewritten
from quarterdeck.task_document.values import TaskValues, differing, equal, is_blank, normal


@dataclass(frozen=True, kw_only=True)
class Update:
    """The task at `item` of the document's tasks gets these values and this id. Notes are only added."""

    item: int
    values: TaskValues
    number: int | None


@dataclass(frozen=True, kw_only=True)
class Insert:
    """A task below the last one of the section, which is made where there is none. "" is the end of all tasks."""

    number: int
    values: TaskValues
    section: str = ""


@dataclass(frozen=True, kw_only=True)
class Move:
    """Its lines go to the end of the section, but for their indentation as they are."""

    item: int
    section: str


@dataclass(frozen=True, kw_only=True)
class Remove:
    item: int


Edit = Update | Insert | Move | Remove


_Item = tuple[list[str], FileTask]


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An edit that was not done."""

    edit: Edit
    message: str
    next_step: str


@dataclass(frozen=True, kw_only=True)
class Written:
    data: bytes
    tasks: tuple[FileTask, ...]
    """What the bytes say, in order."""
    refused: tuple[Refusal, ...] = ()


def write(document: TaskDocument, edits: Sequence[Edit]) -> Written:
    """At most one edit for each item. With none, the same bytes.

    What is written is read again before it is given out. An edit whose values the file cannot hold there (a body opens
    a code fence, does not close it, and notes follow) is refused, and the others are done.
    """
    _check_items(document, edits)
    unsaid = tuple(_refusal(edit, _NO_HEADING) for edit in edits if not _is_said(edit))
    written = _written(document, [_normal(edit) for edit in edits if _is_said(edit)])
    return replace(written, refused=(*unsaid, *written.refused))


_NO_PLACE = "What stands around it in the file would take it for its own, or the file would grow beyond its bounds."
_NO_HEADING = "A heading cannot say this section's name."


def _is_said(edit: Edit) -> bool:
    match edit:
        case Insert():
            return not edit.section or is_section(edit.section)
        case Move():
            return is_section(edit.section)
        case Update() | Remove():
            return True


def _written(document: TaskDocument, edits: Sequence[Edit]) -> Written:
    if all(isinstance(edit, Update) and _stands_alone(document, edit) for edit in edits):
        reasons = [(edit, _impossible(document, edit)) for edit in edits]
        data, tasks = _applied(document, [edit for edit, reason in reasons if not reason])
        refused = tuple(_refusal(edit, reason) for edit, reason in reasons if reason)
        return Written(data=data, tasks=tasks, refused=refused)
    return _checked(document, edits) or _checked_apart(document, edits)


def _check_items(document: TaskDocument, edits: Sequence[Edit]) -> None:
    items = [edit.item for edit in edits if not isinstance(edit, Insert)]
    if len(items) != len(set(items)) or any(not 0 <= item < len(document.tasks) for item in items):
        raise InvalidInputError("An item is edited twice, or the document does not have it.", field="edits")


def _normal(edit: Edit) -> Edit:
    return replace(edit, values=normal(edit.values)) if isinstance(edit, Update | Insert) else edit


def _refusal(edit: Edit, message: str) -> Refusal:
    step = "Close what the text opens (a code fence, a comment of HTML), or change that value."
    return Refusal(edit=edit, message=message, next_step=step)


def _stands_alone(document: TaskDocument, edit: Update) -> bool:
    """Whether what follows the item stays what it is, whatever the item ends with."""
    end = document.tasks[edit.item].layout.end
    if end == len(document.lines.texts) or is_blank(document.lines.texts[end]):
        return True
    following = document.tasks[edit.item + 1] if edit.item + 1 < len(document.tasks) else None
    return following is not None and following.layout.head.start == end


def _checked_apart(document: TaskDocument, edits: Sequence[Edit]) -> Written:
    """Without those that cannot be done."""
    reasons = [(edit, _impossible(document, edit)) for edit in edits]
    refused = [_refusal(edit, reason) for edit, reason in reasons if reason]
    possible = [edit for edit, reason in reasons if not reason]
    if (whole := _checked(document, possible)) is not None:
        return replace(whole, refused=tuple(refused))
    staying = [edit for edit in possible if isinstance(edit, Update)]
    refused += [_refusal(edit, _NO_PLACE) for edit in possible if not isinstance(edit, Update)]
    if (part := _checked(document, staying)) is not None:
        return replace(part, refused=tuple(refused))
    data, tasks = _applied(document, [])
    return Written(data=data, tasks=tasks, refused=(*refused, *(_refusal(edit, _NO_PLACE) for edit in staying)))


def _checked(document: TaskDocument, edits: Sequence[Edit]) -> Written | None:
    """None where the whole would not be read again as it is wanted."""
    data, wanted = _applied(document, edits)
    if not edits:
        return Written(data=data, tasks=wanted)
    try:
        read = parse(data).tasks
    except LimitExceededError:
        return None
    good = len(read) == len(wanted) and all(
        task.number == want.number and equal(task.values, want.values) and task.unread <= want.unread
        for task, want in zip(read, wanted, strict=True)
    )
    return Written(data=data, tasks=wanted) if good else None


def _impossible(document: TaskDocument, edit: Edit) -> str:
    """Why the item would not be read again as it is wanted; empty: it would."""
    match edit:
        case Update():
            return _unlike(*_after(document, edit))
        case Insert():
            return _unlike(new_item("- ", edit.number, edit.values), _inserted(edit))
        case Move() | Remove():
            return ""


def _after(document: TaskDocument, edit: Update) -> tuple[Sequence[str], FileTask]:
    """The item's lines, and what is to be read in them: where that is a paragraph of its own, those of the head."""
    layout, wanted = document.tasks[edit.item].layout, _updated(document, edit)
    start, end = layout.head.start, layout.end
    splices = _update(document, edit)
    if layout.paragraph_end == layout.head.end and all(each.start == start for each in splices):
        end = layout.head.end
        wanted = replace(wanted, values=replace(wanted.values, body="", acceptance=(), notes=()))
    texts = document.lines.texts[start:end]
    item = Lines("", texts, ["\n"] * len(texts))
    local = [Splice(each.start - start, each.end - start, each.texts) for each in splices]
    return split(spliced(item, local)).texts, wanted


def _unlike(texts: Sequence[str], wanted: FileTask) -> str:
    width = columns(leading(texts[0]))
    lines = [without_columns(line, width) for line in texts]
    try:
        read = parse(spliced(Lines("", lines, ["\n"] * len(lines)), ()))
    except LimitExceededError as error:
        return error.message
    if len(read.tasks) != 1 or read.tasks[0].number != wanted.number or read.tasks[0].layout.end != len(lines):
        return "The task would not be read again as one task."
    found = read.tasks[0]
    if differ := differing(found.values, wanted.values):
        return f"The {' and the '.join(differ)} would not be read again as written."
    if not equal(found.values, wanted.values):
        return "The notes would not be read again as written."
    if beyond := found.unread - wanted.unread:
        return f"The {' and the '.join(sorted(beyond))} would be beyond what is read."
    return ""


def _applied(document: TaskDocument, edits: Sequence[Edit]) -> tuple[bytes, tuple[FileTask, ...]]:
    """The bytes, and the tasks that are to be read in them."""
    splices: list[Splice] = []
    wanted: dict[tuple[int, int, int], FileTask] = {
        (task.layout.head.start, 1, 0): FileTask(number=task.number, values=task.values, unread=task.unread)
        for task in document.tasks
    }
    for edit in edits:
        if isinstance(edit, Update):
            splices += _update(document, edit)
            wanted[_key(document, edit)] = _updated(document, edit)
        elif isinstance(edit, Move | Remove):
            splices.append(removed(document, document.tasks[edit.item]))
            del wanted[_key(document, edit)]
    for at, items in _coming(document, edits):
        splices.append(at.splice([lines for lines, _ in items]))
        wanted |= {(at.line, 0, len(wanted) + count): task for count, (_, task) in enumerate(items)}
    return spliced(document.lines, splices), tuple(wanted[key] for key in sorted(wanted))


def _key(document: TaskDocument, edit: Update | Move | Remove) -> tuple[int, int, int]:
    return document.tasks[edit.item].layout.head.start, 1, 0


def _coming(document: TaskDocument, edits: Sequence[Edit]) -> Iterator[tuple[Place, list[_Item]]]:
    """Section by section, what comes there: its lines, and what is to be read in them."""
    coming = [edit for edit in edits if isinstance(edit, Insert | Move)]
    leaving = frozenset(edit.item for edit in edits if isinstance(edit, Move | Remove))
    places = {edit.section.casefold(): place(document, edit.section, leaving) for edit in coming}
    # what goes to the end of the last section goes there before another section begins
    for section, at in sorted(places.items(), key=lambda each: each[1].new):
        of_it = [edit for edit in coming if edit.section.casefold() == section]
        yield at, [_placed(document, edit, mark) for edit, mark in zip(of_it, at.marks(len(of_it)), strict=True)]


def _placed(document: TaskDocument, edit: Insert | Move, mark: str) -> _Item:
    if isinstance(edit, Insert):
        return new_item(mark, edit.number, edit.values), _inserted(edit)
    task = document.tasks[edit.item]
    there = FileTask(number=task.number, values=task.values, unread=task.unread)
    return reindented(document, task, mark), there


def _inserted(edit: Insert) -> FileTask:
    return FileTask(number=edit.number, values=edit.values, unread=frozenset())


def _updated(document: TaskDocument, edit: Update) -> FileTask:
    task = document.tasks[edit.item]
    notes = (*task.values.notes, *added_notes(task.values, edit.values))
    unread = task.unread - frozenset(differing(task.values, edit.values))
    return FileTask(number=edit.number, values=replace(edit.values, notes=notes), unread=unread)


def _update(document: TaskDocument, edit: Update) -> list[Splice]:
    return rewritten(document.lines.texts, document.tasks[edit.item], edit.values, edit.number)
