"""What people want to know of who were away: a line for each, by project and kind."""

from importlib.resources import files

from quarterdeck_projections.projection import SqlProjection
from quarterdeck_projections.tables import Happening

HAPPENINGS = SqlProjection(
    name="happenings",
    tables=(Happening,),
    statement=(files("quarterdeck_projections") / "sql" / "happenings.sql").read_text("utf-8"),
)
