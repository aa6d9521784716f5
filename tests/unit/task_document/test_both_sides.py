"""People and agents edit files and API as they like; bringing both together loses and doubles nothing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.support.task_desk import PATH, Desk, is_nothing
from tests.support.task_files import LABELS

from quarterdeck.domain.task_events import CLOSED, TaskStatus
from quarterdeck.task_document.document import DocumentTask, parse
from quarterdeck.task_document.edits import Move, Remove, Update, write
from quarterdeck.task_document.merging import merge
from quarterdeck.task_document.values import SETS, Field, Note, TaskValues, same, with_value

OTHER = "more/TASKS.md"
SEED = """\
# Now

- [ ] Task A @ada #auth
  text below

  - [ ] part
- [x] Task B

# Later

Some text.

* [ ] Task C !high

```
- [ ] no task
```
"""

BODIES = [
    *("", "Why.", "- a\n  - b", "    code\n\ntext", "Notes:\n- x", "> quote\n\n1. c", "```\n- [ ] x\n```"),
    *("@ada #x", "Head\n===", "a | b\n--- | ---", "- [ ] **T-1** in it", "<!-- - [ ] -->"),
]
T = TypeVar("T")
CHANGES: st.SearchStrategy[tuple[str, Any]] = st.one_of(
    st.tuples(st.just("owner"), st.sampled_from([None, "ada", "bo", "Cy Young"])),
    st.tuples(st.just("status"), st.sampled_from(TaskStatus)),
    st.tuples(st.just("labels"), LABELS),
    st.tuples(st.just("body"), st.sampled_from(BODIES)),
    st.tuples(st.just("acceptance"), st.sampled_from([(), ("Works",), ("Works", "Fast")])),
    st.tuples(st.just("dependencies"), st.sampled_from([(), (1,), (1, 2)])),
    st.tuples(st.just("title"), st.just("")),
)


def picked(data: st.DataObject, values: Sequence[T]) -> T:
    return values[data.draw(st.integers(0, len(values) - 1))]


class BothSides(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.desk.files = {PATH: SEED.encode(), OTHER: b""}
        self.count = 0
        self.made = 3
        """Tasks that somebody has made, on either side."""
        self.wanted: dict[tuple[str, int, Field], Any] = {}
        """Values of the last edits since both were brought together, by side and task."""
        self.notes: dict[int, list[str]] = {}
        self.mistaken: set[int] = set()
        """Whose id stands at an item of another."""
        self.desk.synchronize()

    def a_title(self) -> str:
        """No two are alike."""
        self.count += 1
        return f"{self.count * 7919 % 10_007:05d} {chr(97 + self.count % 26) * 3} {self.count}"

    def items(self) -> list[tuple[str, int, DocumentTask]]:
        """Whose id is right."""
        wrong = {None, *self.mistaken}
        return [each for each in self.desk.items() if each[2].number not in wrong]

    def known_items(self) -> list[tuple[str, int, DocumentTask]]:
        """Whose titles both sides knew."""
        return [each for each in self.items() if self.title_is_known(each[2])]

    def title_is_known(self, task: DocumentTask) -> bool:
        known = self.desk.base.get(task.number or 0)
        return known is not None and known.values.title == task.values.title

    def want(self, side: str, number: int, field: Field, value: object) -> None:
        """Who goes back to what both sides knew has changed nothing."""
        known = self.desk.base.get(number)
        if known is not None and same(field, value, known.values.of(field)):
            self.wanted.pop((side, number, field), None)
        else:
            self.wanted[side, number, field] = value

    @rule(data=st.data(), change=CHANGES)
    def edit_in_the_file(self, data: st.DataObject, change: tuple[str, Any]) -> None:
        if not (items := self.items()):
            return
        path, item, task = picked(data, items)
        name, value = change
        value = self.a_title() if name == "title" else value
        wanted = with_value(task.values, Field(name), value)
        written = self.desk.write(path, Update(item=item, values=wanted, number=task.number))
        if (
            not written.refused
            and task.number is not None
            and not same(Field(name), value, task.values.of(Field(name)))
        ):
            self.want("file", task.number, Field(name), value)

    @rule(data=st.data(), change=CHANGES)
    def edit_in_the_api(self, data: st.DataObject, change: tuple[str, Any]) -> None:
        number = picked(data, sorted(self.desk.api))
        name, value = change
        value = self.a_title() if name == "title" else value
        if not same(Field(name), value, self.desk.api[number].of(Field(name))):
            self.want("api", number, Field(name), value)
        self.desk.edit(number, **{name: value})

    @rule(data=st.data())
    def note_in_the_api(self, data: st.DataObject) -> None:
        number = picked(data, sorted(self.desk.api))
        text = self.a_title()
        self.notes.setdefault(number, []).append(text)
        self.desk.note(number, Note(text=text, on="2026-11-20", by="ada"))

    @rule(data=st.data())
    def note_in_the_file(self, data: st.DataObject) -> None:
        if not (items := self.items()):
            return
        path, item, task = picked(data, items)
        text = self.a_title()
        values = replace(task.values, notes=(*task.values.notes, Note(text=text)))
        if not self.desk.write(path, Update(item=item, values=values, number=task.number)).refused and task.number:
            self.notes.setdefault(task.number, []).append(text)

    @precondition(lambda self: self.made < 12)
    @rule(path=st.sampled_from([PATH, OTHER]), body=st.sampled_from(["", "\n  body", "\n  - [ ] part"]))
    def make_in_the_file(self, path: str, body: str) -> None:
        self.desk.files[path] = f"- [ ] {self.a_title()}{body}\n".encode() + self.desk.files[path]
        self.made += 1

    @precondition(lambda self: self.made < 12)
    @rule()
    def make_in_the_api(self) -> None:
        self.desk.create(TaskValues(title=self.a_title()))
        self.made += 1

    @rule(data=st.data())
    def take_out_of_the_file(self, data: st.DataObject) -> None:
        if not (items := self.items()):
            return
        path, item, task = picked(data, items)
        self.desk.write(path, Remove(item=item))
        self.wanted = {key: value for key, value in self.wanted.items() if key[:2] != ("file", task.number)}
        self.notes.pop(task.number or 0, None)

    @rule(data=st.data(), section=st.sampled_from(["Now", "Later", "Done"]))
    def move(self, data: st.DataObject, section: str) -> None:
        if items := self.items():
            path, item, _ = picked(data, items)
            self.desk.write(path, Move(item=item, section=section))

    @rule(data=st.data())
    def take_the_id_away(self, data: st.DataObject) -> None:
        if items := self.known_items():
            path, item, task = picked(data, items)
            self.desk.write(path, Update(item=item, values=task.values, number=None))

    @rule(data=st.data())
    def give_the_id_of_another(self, data: st.DataObject) -> None:
        items = self.known_items()
        if len(items) > 1:
            path, item, task = picked(data, items)
            _, _, other = picked(data, [each for each in items if each[2] != task])
            self.desk.write(path, Update(item=item, values=task.values, number=other.number))
            self.mistaken |= {task.number or 0, other.number or 0}

    @rule()
    def rename_the_files(self) -> None:
        self.desk.files = {f"x{path}": data for path, data in reversed(self.desk.files.items())}
        self.desk.files = {PATH if OTHER in path else OTHER: data for path, data in self.desk.files.items()}

    @rule(data=st.data())
    def decide(self, data: st.DataObject) -> None:
        conflicts = [each for task in self.desk.base.values() for each in task.conflicts]
        if conflicts:
            conflict = picked(data, conflicts)
            value = picked(data, [conflict.base, conflict.file, conflict.api])
            self.desk.decide(conflict.number, conflict.field, value)
            for side in ("file", "api"):
                if conflict.field:
                    self.wanted.pop((side, conflict.number, conflict.field), None)

    @rule()
    def bring_together(self) -> None:
        found = self.desk.synchronize()
        assert not any("too many to be believed" in finding.message for _, finding in found.findings)
        self.check_nothing_is_lost()
        self.check_both_are_alike()
        self.wanted.clear()
        self.notes.clear()
        self.mistaken.clear()
        documents = self.desk.documents()
        assert is_nothing(merge(self.desk.base, documents, self.desk.api))

    def check_nothing_is_lost(self) -> None:
        items = {task.number: task.values for _, _, task in self.desk.items()}
        for (side, number, field), value in self.wanted.items():
            conflicts = self.desk.base[number].conflicts if number in self.desk.base else ()
            values = [self.desk.api[number], *([items[number]] if number in items else [])]
            if field in SETS:
                continue
            current = all(same(field, each.of(field), value) for each in values)
            disputed = any(
                each.field is None
                or (each.field is field and same(field, value, each.file if side == "file" else each.api))
                for each in conflicts
            )
            assert current or disputed, (side, number, field, value, values, conflicts)
        for number, texts in self.notes.items():
            assert set(texts) <= {note.text for note in self.desk.api[number].notes}

    def check_both_are_alike(self) -> None:
        numbers = [task.number for _, _, task in self.desk.items()]
        assert len(numbers) == len(set(numbers))
        assert None not in numbers
        assert len(self.desk.api) == self.made
        assert len({task.title for task in self.desk.api.values()}) == self.made
        for _, _, task in self.desk.items():
            assert task.number is not None
            disputed = {each.field for each in self.desk.base[task.number].conflicts}
            for field in Field:
                ours, theirs = task.values.of(field), self.desk.api[task.number].of(field)
                assert same(field, ours, theirs) != (field in disputed), (field, ours, theirs, disputed)
        # an id in another task's text keeps its own from being gone, and a finding says so
        named = frozenset[int]().union(*(each.mentioned for each in self.desk.documents().values()))
        for number, values in self.desk.api.items():
            gone = number in self.desk.base and any(each.field is None for each in self.desk.base[number].conflicts)
            assert number in numbers or gone or values.status in CLOSED or number in named

    @invariant()
    def all_files_can_be_read(self) -> None:
        for data in self.desk.files.values():
            assert write(parse(data), ()).data == data


TestBothSides = BothSides.TestCase
TestBothSides.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
