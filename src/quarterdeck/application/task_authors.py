"""Who wrote what a task file says, by the commits since it was read last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from quarterdeck.domain.base import Actor
from quarterdeck.task_document.document import DocumentTask, TaskDocument


@dataclass(frozen=True, kw_only=True)
class Author:
    actor: Actor
    causation_id: str
    """Of the commit or snapshot; empty: of what led to it all."""
    user_id: UUID | None = None
    """The member that this is, as far as what somebody holds goes."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """The files as a commit had them."""

    author: Author
    documents: Sequence[TaskDocument]

    def task(self, number: int | None, title: str) -> DocumentTask | None:
        """By its id, or else by its title where it has none."""
        return self._numbered.get(number) or self._titled.get(title)

    @cached_property
    def _numbered(self) -> dict[int | None, DocumentTask]:
        return {each.number: each for document in self.documents for each in document.tasks if each.number is not None}

    @cached_property
    def _titled(self) -> dict[str, DocumentTask]:
        tasks = (each for document in self.documents for each in document.tasks if each.number is None)
        return {each.values.title: each for each in tasks}


@dataclass(frozen=True)
class Authors:
    """`versions`: the oldest first; the last is what was read."""

    versions: Sequence[Version]

    @property
    def last(self) -> Author:
        return self.versions[-1].author

    def of(self, says: Callable[[Version], bool]) -> Author:
        """Of the first of the newest commits that all say it."""
        author = self.last
        for version in reversed(self.versions if len(self.versions) > 1 else ()):
            if not says(version):
                break
            author = version.author
        return author
