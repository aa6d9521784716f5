"""The limits that a session may be opened with, as options."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from quarterdeck_cli.settings import limits_of

Cpus = Annotated[str | None, typer.Option("--cpus", metavar="N", help="Processors' worth of time, as 1.5.")]
Memory = Annotated[str | None, typer.Option("--memory", metavar="SIZE", help="Of all it runs, as 2G.")]
Processes = Annotated[str | None, typer.Option("--processes", metavar="N", help="Threads counted.")]
OpenFiles = Annotated[str | None, typer.Option("--open-files", metavar="N", help="Of one process.")]
FileSize = Annotated[str | None, typer.Option("--file-size", metavar="SIZE", help="Of one file.")]
Workspace = Annotated[str | None, typer.Option("--workspace", metavar="SIZE", help="Of what it writes there.")]
WorkspaceFiles = Annotated[str | None, typer.Option("--workspace-files", metavar="N", help="That it makes there.")]
Tmp = Annotated[str | None, typer.Option("--tmp", metavar="SIZE", help="Of /tmp.")]
Output = Annotated[str | None, typer.Option("--output", metavar="SIZE", help="Of one command.")]
WallTime = Annotated[str | None, typer.Option("--wall-time", metavar="TIME", help="Until it is closed, as 12h.")]
IdleTime = Annotated[str | None, typer.Option("--idle-time", metavar="TIME", help="With nothing to do, as 30m.")]


@dataclass(frozen=True, kw_only=True)
class LimitOptions:
    cpus: Cpus = None
    memory: Memory = None
    processes: Processes = None
    open_files: OpenFiles = None
    file_size: FileSize = None
    workspace: Workspace = None
    workspace_files: WorkspaceFiles = None
    tmp: Tmp = None
    output: Output = None
    wall_time: WallTime = None
    idle_time: IdleTime = None

    @property
    def asked(self) -> dict[str, Any]:
        """As the API takes them, those that were given."""
        return limits_of(**vars(self))


NONE_GIVEN = LimitOptions()
