"""Which item of which file is which task, also where ids were changed, taken away or copied by hand."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from quarterdeck.domain.task_events import CLOSED
from quarterdeck.domain.task_fields import reference
from quarterdeck.task_document.document import DocumentTask, Finding, TaskDocument
from quarterdeck.task_document.limits import MAX_PAIRS
from quarterdeck.task_document.synchronized import Base
from quarterdeck.task_document.values import TaskValues, equal

LIKE = 0.8
"""How alike two titles are that are taken for one, where an item has lost its id: the share of pairs of letters."""
TELLING = 40
"""Characters of a body that says which task it is, whatever its title."""


@dataclass(frozen=True, order=True)
class Spot:
    """An item of a file."""

    path: str
    item: int


@dataclass
class Matched:
    tasks: dict[int, list[Spot]] = field(default_factory=dict[int, list[Spot]])
    """By number: the item, and after it copies that are the same in every field."""
    new: list[Spot] = field(default_factory=list[Spot])
    """Of no task yet."""
    findings: list[tuple[str, Finding]] = field(default_factory=list[tuple[str, Finding]])
    """With the path of the file."""


def match(base: Base, documents: Mapping[str, TaskDocument], api: Mapping[int, TaskValues]) -> Matched:
    return _Matching(base, documents, api).matched()


class _Matching:
    def __init__(self, base: Base, documents: Mapping[str, TaskDocument], api: Mapping[int, TaskValues]) -> None:
        self._base, self._documents, self._api = base, documents, api
        self._found = Matched()
        self._strangers: list[Spot] = []
        self._copies: dict[Spot, int] = {}
        self._mentioned = frozenset[int]().union(*(each.mentioned for each in documents.values()))

    def matched(self) -> Matched:
        self._by_number()
        for number in list(self._found.tasks):
            self._settle_copies(number)
        self._restore_exchanged()
        for key in (_title_and_body, _title, _body):
            self._recognise(self._missing(), key, self._base_values)
        self._recognise_alike()
        self._recognise(self._unseen(), _spoken_title, self._api.__getitem__)
        for spot in sorted(self._strangers):
            self._take_as_new(spot)
        return self._found

    def _task(self, spot: Spot) -> DocumentTask:
        return self._documents[spot.path].tasks[spot.item]

    def _base_values(self, number: int) -> TaskValues:
        return self._base[number].values

    def _by_number(self) -> None:
        for path, document in self._documents.items():
            for item, task in enumerate(document.tasks):
                if task.number is not None and task.number in self._api:
                    self._found.tasks.setdefault(task.number, []).append(Spot(path, item))
                else:
                    self._strangers.append(Spot(path, item))

    def _settle_copies(self, number: int) -> None:
        """Of several items with one id the one that is most as it was is it; the others are tasks of their own."""
        spots = self._found.tasks[number]
        if len(spots) == 1:
            return
        first = min(spots, key=lambda spot: self._strangeness(number, self._task(spot).values))
        values = self._task(first).values
        same = [spot for spot in spots if spot != first and equal(self._task(spot).values, values)]
        others = [spot for spot in spots if spot != first and spot not in same]
        self._found.tasks[number] = [first, *same]
        self._strangers += others
        self._copies |= dict.fromkeys(others, number)
        for spot in same:
            self._find(spot, f"{reference(number)} stands here once more, and is changed here, too.", "Leave it once.")

    def _strangeness(self, number: int, values: TaskValues) -> int:
        if number not in self._base:
            return 0
        known = self._base[number].values
        if equal(values, known):
            return 0
        return 1 if values.title == known.title else 2

    def _restore_exchanged(self) -> None:
        """Where an item was given another task's id, and that task's item is gone: by what it says it is the first."""
        missing = self._by(self._missing(), _title_and_body, self._base_values)
        for number in list(self._found.tasks):
            spots = self._found.tasks[number]
            values = self._task(spots[0]).values
            known = self._base.get(number)
            if not missing or not values.title or (known and known.values.title == values.title):
                continue
            if was := missing.get(_title_and_body(values), []):
                del self._found.tasks[number]
                self._take(spots, was.pop())

    def _missing(self) -> list[int]:
        """Tasks that have an item no more."""
        gone = (number for number, task in self._base.items() if task.in_file and number in self._api)
        return [number for number in gone if number not in self._found.tasks]

    def _unseen(self) -> list[int]:
        """Tasks that never had an item."""
        return [
            number
            for number, values in self._api.items()
            if number not in self._base and number not in self._found.tasks and values.status not in CLOSED
        ]

    def _recognise(
        self, numbers: Sequence[int], key: Callable[[TaskValues], Hashable], values: Callable[[int], TaskValues]
    ) -> None:
        known = self._by(numbers, key, values)
        left: list[Spot] = []
        for spot in self._strangers:
            found = known.get(key(self._task(spot).values))
            if found:
                self._take([spot], found.pop())
            else:
                left.append(spot)
        self._strangers = left

    def _recognise_alike(self) -> None:
        gone = (number for number in self._missing() if number not in self._mentioned)
        missing = {number: _pairs(self._base_values(number)) for number in gone}
        if len(missing) * len(self._strangers) > MAX_PAIRS:
            return
        left: list[Spot] = []
        for spot in self._strangers:
            pairs = _pairs(self._task(spot).values)
            alike = [(_likeness(pairs, known), -number) for number, known in missing.items()]
            best, number = max(alike, default=(0.0, 0))
            if best >= LIKE:
                del missing[-number]
                self._take([spot], -number)
            else:
                left.append(spot)
        self._strangers = left

    def _by(
        self, numbers: Sequence[int], key: Callable[[TaskValues], Hashable], values: Callable[[int], TaskValues]
    ) -> dict[Hashable, list[int]]:
        """Those with one key in reverse, so that the first is the one that is popped."""
        found: dict[Hashable, list[int]] = {}
        for number in reversed(numbers):
            what = key(values(number))
            if what is not None:
                found.setdefault(what, []).append(number)
        return found

    def _take_as_new(self, spot: Spot) -> None:
        had = self._task(spot).number
        self._found.new.append(spot)
        if spot in self._copies:
            what = f"{reference(self._copies[spot])} stands at another item as well, so this one is another task."
            self._find(spot, what, "It gets an id of its own; take it out if it is not wanted.")
        elif had is not None:
            self._find(spot, f"There is no task {reference(had)}, so this is a new one.", "It gets an id of its own.")

    def _take(self, spots: list[Spot], number: int) -> None:
        self._found.tasks[number] = spots
        for spot in spots:
            had = self._task(spot).number
            what = f"is {reference(number)} by what it says" + (f", not {reference(had)}" if had else "")
            self._find(spot, f"This item {what}; it gets that id.", "If it is another task, change its title and id.")

    def _find(self, spot: Spot, message: str, next_step: str) -> None:
        task = self._task(spot)
        self._found.findings.append(
            (spot.path, Finding(line=task.line, message=message, next_step=next_step, number=task.number))
        )


def _title_and_body(values: TaskValues) -> Hashable:
    return (values.title, values.body) if values.title else None


def _title(values: TaskValues) -> Hashable:
    return values.title or None


def _spoken_title(values: TaskValues) -> Hashable:
    return " ".join(values.title.casefold().split()) or None


def _body(values: TaskValues) -> Hashable:
    return values.body if len(values.body) >= TELLING else None


def _pairs(values: TaskValues) -> Counter[str]:
    title = values.title.casefold()
    return Counter(map("".join, pairwise(title)))


def _likeness(a: Counter[str], b: Counter[str]) -> float:
    """Sørensen and Dice's coefficient."""
    return 2 * (a & b).total() / max(a.total() + b.total(), 1)
