"""qd persona: what sessions that are opened with one may use and reach at most."""

from typing import Annotated, Any

import msgspec
import typer

from quarterdeck_cli import ids, resolve, settings
from quarterdeck_cli.api import personas as api
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import when

Name = Annotated[str, typer.Argument(metavar="NAME", help="Its name in the project.")]
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME=VALUE...]", help="Limits and network, as for `qd project set`."),
]
Description = Annotated[str | None, typer.Option("--description", help="What it is for.")]
All = Annotated[bool, typer.Option("--all", "-a", help="Those that are retired, too.")]


async def define_persona(
    qd: Qd,
    name: Name,
    words: Words = None,
    *,
    description: Description = None,
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """Define a persona: reviewer memory=1G network=pypi.org. One that is retired is brought back.

    Of each limit the strictest holds, be it the persona's, the project's or the session's own. Without network= its
    sessions reach what the project allows, with network=none nothing.
    """
    client = await qd.client()
    asked = settings.parse(words or [], [], settings.PERSONA) | _described(description)
    _tell(qd, await api.define_persona(client, await _project_id(client, project), name, asked), as_json=as_json)


async def revise_persona(
    qd: Qd,
    name: Name,
    words: Words = None,
    *,
    description: Description = None,
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """Change a persona: reviewer cpus=2 network+=npmjs.org. NAME= takes a limit, or its network list, away.

    Running sessions follow its network list; their limits stay those that it had when they were opened.
    """
    if not words and description is None:
        raise UsageError("Nothing is to be changed.", "Write NAME=VALUE, as in memory=2G, or --description.")
    client = await qd.client()
    known = await api.persona(client, await _project_id(client, project), name)
    rules = None if known.network is None else [msgspec.to_builtins(rule) for rule in known.network]
    asked = settings.parse(words or [], rules, settings.PERSONA) | _described(description)
    _tell(qd, await api.revise_persona(client, known.id, asked), as_json=as_json)


async def show_persona(qd: Qd, name: Name, *, project: ProjectName = None, as_json: Json = False) -> None:
    """Show one persona."""
    client = await qd.client()
    _tell(qd, await api.persona(client, await _project_id(client, project), name), as_json=as_json)


async def list_personas(qd: Qd, *, project: ProjectName = None, everything: All = False, as_json: Json = False) -> None:
    """List a project's personas."""
    client = await qd.client()
    project_id = await _project_id(client, project)
    found = [each async for each in api.personas(client, project_id, retired=everything)]
    if as_json:
        qd.out.json(found)
        return
    rows = [
        [
            each.name,
            str(each.revision),
            "retired" if each.retired_at else "",
            ", ".join(f"{name} {bound}" for name, bound in _bounds(each)),
            _network(each),
            each.description,
        ]
        for each in sorted(found, key=lambda each: each.name)
    ]
    qd.out.table(
        ["NAME", "REVISION", "", "LIMITS", "NETWORK", "DESCRIPTION"],
        rows,
        nothing="The project has no personas. Define one: `qd persona define NAME memory=1G`",
    )


async def retire_persona(qd: Qd, name: Name, *, project: ProjectName = None, as_json: Json = False) -> None:
    """Retire a persona: no session is opened with it any more, and those that are go on as they were."""
    client = await qd.client()
    known = await api.persona(client, await _project_id(client, project), name)
    _tell(qd, await api.retire_persona(client, known.id), as_json=as_json)


async def _project_id(client: Client, project: str | None) -> str:
    return await resolve.project_or_here(client, project)


def _described(description: str | None) -> dict[str, Any]:
    return {} if description is None else {"description": description}


def _tell(qd: Qd, found: api.Persona, *, as_json: bool) -> None:
    if as_json:
        qd.out.json(found)
        return
    qd.out.fields(
        [
            ("id", str(ids.uuid_of(found.id) or found.id)),
            ("name", found.name),
            ("description", found.description),
            ("revision", str(found.revision)),
            ("defined", when(found.defined_at)),
            ("revised", when(found.revised_at)),
            ("retired", when(found.retired_at)),
            *_bounds(found),
            ("network", _network(found)),
        ]
    )


def _bounds(found: api.Persona) -> list[tuple[str, str]]:
    return settings.bounds(msgspec.to_builtins(found.limits))


def _network(found: api.Persona) -> str:
    if found.network is None:
        return "as the project"
    return ", ".join(settings.written(rule.host, rule.port) for rule in found.network) or "none"
