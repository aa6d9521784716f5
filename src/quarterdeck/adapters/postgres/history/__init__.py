"""Shapes that events had in earlier versions, and how each becomes the next. Nothing here is ever removed."""

from quarterdeck.adapters.postgres.history import commands, projects, sessions, workspaces
from quarterdeck.adapters.postgres.history.earlier import Versions

EARLIER: Versions = {**commands.EARLIER, **projects.EARLIER, **sessions.EARLIER, **workspaces.EARLIER}
"""Every version before an event's current one is here; a test checks it."""
