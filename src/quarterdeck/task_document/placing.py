"""Where a task goes that is new in its section, and what is left where one was."""

from collections.abc import Sequence
from dataclasses import dataclass

from quarterdeck.task_document.document import DocumentTask, Heading, TaskDocument
from quarterdeck.task_document.lines import Splice, columns, leading, without_columns
from quarterdeck.task_document.rewriting import next_mark
from quarterdeck.task_document.values import is_blank, normal_words


@dataclass(frozen=True)
class Place:
    line: int
    """What is placed begins there."""
    mark: str
    """Of the item before, or of the list that begins here."""
    begins: bool
    """A list begins here."""
    new: bool = False
    """The section does."""
    above: tuple[str, ...] = ()
    """Lines before the first item."""
    between: tuple[str, ...] = ()
    below: tuple[str, ...] = ()

    def marks(self, count: int) -> list[str]:
        first = 0 if self.begins else 1
        return [next_mark(self.mark, first + number) for number in range(count)]

    def splice(self, items: Sequence[Sequence[str]]) -> Splice:
        lines = list(self.above)
        for number, item in enumerate(items):
            lines += [*(self.between if number else ()), *item]
        return Splice(self.line, self.line, [*lines, *self.below])


def place(document: TaskDocument, section: str, leaving: frozenset[int] = frozenset()) -> Place:
    """At the end of the section's tasks, without those that leave; "" means of all tasks."""
    heading = section_heading(document, section) if section else None
    tasks = [
        task
        for item, task in enumerate(document.tasks)
        if item not in leaving and (not section or task.heading == heading)
    ]
    if tasks and (not section or heading is not None):
        return _after(document, tasks)
    texts = document.lines.texts
    if section and heading is None:
        line = _filled_end(texts, 0, len(texts))
        above = [*([""] if line else []), f"{'#' * _level(document)} {section}", ""]
        return Place(line, _new_mark(document), begins=True, new=True, above=tuple(above))
    start = document.headings[heading].end if heading is not None else 0
    end = _next_heading(document.headings, heading, len(texts))
    line = _filled_end(texts, start, end)
    above = [""] if line else []
    return Place(line, _new_mark(document), begins=True, above=tuple(above), below=_below(document, line))


def section_heading(document: TaskDocument, section: str) -> int | None:
    wanted = section.casefold()
    return next((number for number, heading in enumerate(document.headings) if heading.text.casefold() == wanted), None)


def is_section(section: str) -> bool:
    """Whether a heading can say it."""
    return (
        bool(section)
        and section == normal_words(section)
        and "#" not in (section[:1], section[-1:])
        and not section.endswith("\\")
    )


def removed(document: TaskDocument, task: DocumentTask) -> Splice:
    """With the blank line below, where there is one above, too."""
    texts, start, end = document.lines.texts, task.layout.head.start, task.layout.end
    above = start == 0 or is_blank(texts[start - 1])
    below = end == len(texts) or is_blank(texts[end])
    if above and below:
        return Splice(start, min(end + 1, len(texts)), [])
    ends = {each.layout.end for each in document.tasks} | {each.end for each in document.headings}
    starts = {each.layout.head.start for each in document.tasks} | {each.start for each in document.headings}
    apart = above or below or (start in ends and end in starts)
    return Splice(start, end, [] if apart else [""])


def reindented(document: TaskDocument, task: DocumentTask, mark: str) -> list[str]:
    """The item's lines, indented as the mark is."""
    lines = document.lines.texts[task.layout.head.start : task.layout.end]
    old, new = leading(lines[0]), leading(mark)
    if columns(old) == columns(new):
        return list(lines)
    return [line if is_blank(line) else new + without_columns(line, columns(old)) for line in lines]


def _after(document: TaskDocument, tasks: Sequence[DocumentTask]) -> Place:
    last = tasks[-1]
    loose = len(tasks) > 1 and tasks[-2].layout.end < last.layout.head.start
    gap = ("",) if loose else ()
    line = last.layout.end
    return Place(line, last.layout.head.marker, begins=False, above=gap, between=gap, below=_below(document, line))


def _below(document: TaskDocument, line: int) -> tuple[str, ...]:
    """A blank line before what does not begin a task."""
    texts = document.lines.texts
    if line == len(texts) or is_blank(texts[line]):
        return ()
    return () if any(task.layout.head.start == line for task in document.tasks) else ("",)


def _filled_end(texts: Sequence[str], start: int, end: int) -> int:
    while end > start and is_blank(texts[end - 1]):
        end -= 1
    return end


def _next_heading(headings: Sequence[Heading], heading: int | None, end: int) -> int:
    return headings[heading + 1].start if heading is not None and heading + 1 < len(headings) else end


def _new_mark(document: TaskDocument) -> str:
    bullets = (task.layout.head.marker.strip(" \t") for task in document.tasks)
    return f"{next((bullet for bullet in bullets if len(bullet) == 1), '-')} "


def _level(document: TaskDocument) -> int:
    """As the headings that tasks are below."""
    of_tasks = [document.headings[task.heading].level for task in document.tasks if task.heading >= 0]
    return of_tasks[-1] if of_tasks else 2
