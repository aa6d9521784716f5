"""Where patches and tars are downloaded."""

from uuid import UUID

from quarterdeck.domain.exports import ExportFormat

DOWNLOADS = "/exports"
MEDIA = {ExportFormat.TAR: "application/x-tar", ExportFormat.PATCH: "application/octet-stream"}


def path(session_id: UUID, tree: str, form: ExportFormat) -> str:
    return f"{DOWNLOADS}/{session_id}/{tree}.{form.value}"
