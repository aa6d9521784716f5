"""Admission: which sessions have a place, and which wait for one. One stream for each project.

Who admits appends at the version of the stream that was decided on, so of two that decide at once one must look again:
a place is never given twice.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID, uuid5

from quarterdeck.domain.project import ProjectSettings


def admissions_id(project_id: UUID) -> UUID:
    return uuid5(project_id, "admissions")


@dataclass(frozen=True, kw_only=True)
class PlaceTaken:
    """Logged together with the session's SessionAdmitted. The place is free again when the session has ended."""

    TOPIC: ClassVar[str] = "PlaceTaken"
    SCHEMA_VERSION: ClassVar[int] = 1
    session_id: UUID


AdmissionEvent = PlaceTaken


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """A live session, with a place or without."""

    session_id: UUID
    project_id: UUID
    owner_id: UUID


def admit(
    waiting: Iterable[Applicant],
    placed: Iterable[Applicant],
    settings: Mapping[UUID, ProjectSettings],
    room: int,
) -> list[Applicant]:
    """Those that are let in, of those that wait in the order they came; `settings` by project.

    `room` is what the workers have left. One whose project or owner has enough open holds up none behind it.
    """
    of_project: Counter[UUID] = Counter()
    of_owner: Counter[tuple[UUID, UUID]] = Counter()
    admitted: list[Applicant] = []

    def count(each: Applicant) -> None:
        of_project[each.project_id] += 1
        of_owner[each.project_id, each.owner_id] += 1

    for each in placed:
        count(each)
    for each in waiting:
        home = settings[each.project_id]
        most_of_owner = home.max_sessions_per_user or home.max_sessions
        if len(admitted) >= room:
            break
        if of_project[each.project_id] < home.max_sessions and (
            of_owner[each.project_id, each.owner_id] < most_of_owner
        ):
            count(each)
            admitted.append(each)
    return admitted
