"""The settings of projects whose events lie before what the conductor has read."""

from uuid import UUID

from quarterdeck.application.journal import Journal
from quarterdeck.application.streams import PROJECT
from quarterdeck.conductor.open_work import OpenWork
from quarterdeck.domain.project import Project


async def know_settings(work: OpenWork, journal: Journal, project_id: UUID) -> bool:
    """False: they were changed after what is known of the project's sessions. The log's tail brings that."""
    if project_id in work.settings:
        return True
    read = await journal.read(PROJECT, project_id)
    if not isinstance(read.state, Project) or read.events[-1].position > work.position:
        return False
    work.settings[project_id] = read.state.settings
    return True
