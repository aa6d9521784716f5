"""What does not count of a task file, or is not taken by one of the sides, as it is said to people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.domain.task_files import MAX_TEXT, SyncFinding
from quarterdeck.task_document.document import Finding, TaskDocument
from quarterdeck.task_document.edits import Insert, Refusal, Update, Written
from quarterdeck.task_document.matching import Spot
from quarterdeck.task_document.merging import Merge


@dataclass
class Findings:
    documents: Mapping[str, TaskDocument]
    found: list[SyncFinding] = field(default_factory=list[SyncFinding])

    @property
    def path(self) -> str:
        """Of what has no place in the files."""
        return next(iter(self.documents))

    def tell(self, merge: Merge) -> None:
        own = ((path, each) for path, document in self.documents.items() for each in document.findings)
        for path, each in (*own, *merge.findings):
            self._add(path, each)

    def attempt(self, spot: Spot | None, number: int | None, act: Callable[[], None]) -> bool:
        """Whether the log took it."""
        try:
            act()
        except QuarterdeckError as error:
            path = spot.path if spot else self.path
            line = self.documents[path].tasks[spot.item].line if spot else 0
            self.add(path, line, f"Not taken over: {error.message}", error.next_step, number)
            return False
        return True

    def tell_refused(self, written: Mapping[str, Written]) -> None:
        for path, each in written.items():
            for refusal in each.refused:
                line, number = self._place_of(path, refusal)
                self.add(path, line, f"Not written: {refusal.message}", refusal.next_step, number)

    def add(self, path: str, line: int, message: str, next_step: str, number: int | None) -> None:
        message, next_step = message[:MAX_TEXT], next_step[:MAX_TEXT]
        self.found.append(SyncFinding(path=path, line=line, message=message, next_step=next_step, number=number))

    def _add(self, path: str, each: Finding) -> None:
        self.add(path, each.line, each.message, each.next_step, each.number)

    def _place_of(self, path: str, refusal: Refusal) -> tuple[int, int | None]:
        edit = refusal.edit
        if isinstance(edit, Insert):
            return 0, edit.number
        task = self.documents[path].tasks[edit.item]
        return task.line, edit.number if isinstance(edit, Update) else task.number
