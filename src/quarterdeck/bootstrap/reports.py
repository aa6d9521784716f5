"""What reports are made with."""

from functools import cache

from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.log import EventLog
from quarterdeck.application.ports.reports import Rendered, Renderer
from quarterdeck.application.report_contents import ReportContents
from quarterdeck.application.report_figures import ReportContent
from quarterdeck.config import Settings
from quarterdeck_projections.database import Database
from quarterdeck_projections.queries.positions import ProjectionWatch
from quarterdeck_projections.queries.report_figures import ReadFigures


class LateRenderer:
    """Brings images and templates along when the first report is made: most processes make none for hours."""

    def render(self, content: ReportContent) -> Rendered:
        return _renderer().render(content)


@cache
def _renderer() -> Renderer:
    from quarterdeck.adapters.reports.renderer import MailRenderer

    return MailRenderer()


def contents_of(settings: Settings, log: EventLog, database: Database, watch: ProjectionWatch) -> ReportContents:
    return ReportContents(log, SystemClock(), ReadFigures(database, watch), LateRenderer(), settings.url)
