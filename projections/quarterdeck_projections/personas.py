"""Personas of projects, as they are now."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import assert_never, cast, get_args

from quarterdeck.domain.persona import PersonaDefined, PersonaEvent, PersonaRetired, PersonaRevised
from quarterdeck_projections.changes import Changes, Row
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection
from quarterdeck_projections.tables import Persona


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    personas = changes.of(Persona)
    for logged in batch:
        event, key = cast("PersonaEvent", logged.event), (logged.stream_id,)
        match event:
            case PersonaDefined():
                personas.replace(key, _defined(logged, event))
            case PersonaRevised():
                personas.update(key, _revised(logged, event))
            case PersonaRetired():
                personas.update(key, {"retired_at": logged.recorded_at})
            case _:
                assert_never(event)
    return changes


def _defined(logged: Logged, event: PersonaDefined) -> Row:
    return {
        "id": logged.stream_id,
        "position": logged.position,
        "project_id": event.project_id,
        "name": event.name,
        "revision": event.revision,
        **asdict(event.settings),
        "defined_at": logged.recorded_at,
        "revised_at": logged.recorded_at,
    }


def _revised(logged: Logged, event: PersonaRevised) -> Row:
    row: Row = {"revision": event.revision, "revised_at": logged.recorded_at}
    if event.description is not None:
        row["description"] = event.description
    if event.limits is not None:
        row["limits"] = asdict(event.limits)
    if event.network is not None:
        row["network"] = event.network.rules
    return row


PERSONAS = RowProjection(
    name="personas",
    tables=(Persona,),
    topics=frozenset(cls.TOPIC for cls in get_args(PersonaEvent)),
    project=project,
)
