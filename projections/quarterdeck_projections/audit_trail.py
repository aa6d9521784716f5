"""The audit trail: who did what to what, when; a line for each event."""

from importlib.resources import files

from quarterdeck_projections.projection import SqlProjection
from quarterdeck_projections.tables import AuditEntry

AUDIT_TRAIL = SqlProjection(
    name="audit_trail",
    tables=(AuditEntry,),
    statement=(files("quarterdeck_projections") / "sql" / "audit_trail.sql").read_text("utf-8"),
)
