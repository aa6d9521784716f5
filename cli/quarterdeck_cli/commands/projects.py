"""qd project: repositories that sessions are opened in."""

from typing import Annotated

import msgspec
import typer

from quarterdeck_cli import ids, resolve, settings
from quarterdeck_cli.api import projects as api
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.commands.task_sync import standing
from quarterdeck_cli.folder import absolute_repository, project_of
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain, size, when

Repository = Annotated[str, typer.Argument(metavar="PATH_OR_URL", help="A repository's folder, or its git URL.")]
Name = Annotated[str | None, typer.Option("--name", help="What to call it; the repository's own name by default.")]
Branch = Annotated[str | None, typer.Option("--branch", help="Where its sessions start; its own default otherwise.")]
Words = Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help="See `qd project show` for what there is.")]
Which = Annotated[str | None, typer.Argument(metavar="[PROJECT]", help="Name or id; that of this folder by default.")]


async def add_project(
    qd: Qd, repository: Repository, *, name: Name = None, branch: Branch = None, as_json: Json = False
) -> None:
    """Register a repository, so that sessions can be opened in it. One that is registered is shown.

    With --name or --branch it is registered once more, as another project.
    """
    source = absolute_repository(repository)
    client = await qd.client()
    known = None if name or branch else await project_of(client, source)
    with qd.out.status("Looking at the repository …"):
        project = known or await api.create_project(client, source, name, branch)
    if as_json:
        qd.out.json(project)
        return
    qd.out.line(f"{ids.short(project.id)}  {plain(project.name)}")
    how = "It was added already:" if known else "Added"
    qd.out.note(f"{how} {plain(project.repository)}, branch {plain(project.default_branch)}. Try `qd run -- ls`.")


async def list_projects(qd: Qd, *, as_json: Json = False) -> None:
    """List the projects you may use."""
    known = [project async for project in api.projects(await qd.client())]
    if as_json:
        qd.out.json(known)
        return
    rows = [[ids.short(p.id), p.name, p.default_branch, "archived" if p.archived else "", p.repository] for p in known]
    qd.out.table(
        ["ID", "NAME", "BRANCH", "", "REPOSITORY"], rows, nothing="There are no projects. Add one: `qd project add .`"
    )


async def show_project(qd: Qd, project: Which = None, *, as_json: Json = False) -> None:
    """Show one project and its settings."""
    client = await qd.client()
    wanted = await resolve.project_or_here(client, project)
    found = await api.project(client, wanted)
    if as_json:
        qd.out.json(found)
        return
    qd.out.fields(_shown(found))


async def set_project(qd: Qd, words: Words, *, project: ProjectName = None, as_json: Json = False) -> None:
    """Change a project's settings: memory=2G cpus=1.5 network+=pypi.org. NAME= gives one its default back."""
    client = await qd.client()
    wanted = await resolve.project_or_here(client, project)
    known = (await api.project(client, wanted)).settings.network
    asked = settings.parse(words, [{"host": rule.host, "port": rule.port} for rule in known])
    found = await api.change_settings(client, wanted, asked)
    if as_json:
        qd.out.json(found)
        return
    qd.out.fields(_shown(found))


def _shown(found: api.ProjectDetails) -> list[tuple[str, str]]:
    chosen = found.settings
    per_user = f", {chosen.max_sessions_per_user} of one person's" if chosen.max_sessions_per_user else ""
    return [
        ("id", str(ids.uuid_of(found.id) or found.id)),
        ("name", found.name),
        ("repository", found.repository),
        ("branch", found.default_branch),
        ("created", when(found.created_at)),
        ("archived", "yes" if found.archived else ""),
        ("jail", chosen.jail_driver),
        ("image", chosen.image),
        ("dockerfile", chosen.dockerfile),
        ("runtime", chosen.runtime),
        ("sessions", f"at most {chosen.max_sessions}{per_user}"),
        ("commands", f"at most {chosen.max_commands_per_session} at once in a session"),
        ("time-out", f"{chosen.command_timeout_seconds} s"),
        *settings.bounds(msgspec.to_builtins(chosen.limits)),
        ("limits", "strict" if chosen.strict_limits else "as this host can"),
        ("network", ", ".join(settings.written(rule.host, rule.port) for rule in chosen.network) or "none"),
        ("task at close", chosen.task_at_close.replace("_", " ") if chosen.task_at_close != "none" else ""),
        ("when idle", chosen.when_idle if chosen.limits.idle_seconds else ""),
        ("snapshots", _snapshots(chosen)),
        *_task_files(found),
    ]


def _task_files(found: api.ProjectDetails) -> list[tuple[str, str]]:
    files = found.settings.task_files
    if not files.enabled:
        return []
    below = f", new ones below “{files.section}”" if files.section else ""
    where = f"{', '.join(files.paths)} on branch {files.branch or found.default_branch}{below}"
    rule = {"ASK": "somebody decides", "FILE": "the file wins", "LOG": "the log wins"}.get(files.conflicts, "")
    return [
        ("task files", where),
        ("tasks by", f"{files.bot_name} <{files.bot_mail}>"),
        ("conflicts", rule),
        ("tasks", standing(found.task_sync)),
    ]


def _snapshots(chosen: api.ProjectSettings) -> str:
    bounds = f"at most {size(chosen.snapshot_bytes)}" if chosen.snapshot_bytes else ""
    return ", ".join(filter(None, (bounds, "with what git ignores" if chosen.keep_ignored else "")))
