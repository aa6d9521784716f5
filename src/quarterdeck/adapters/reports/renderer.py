"""A report in every form, from its figures."""

import base64
from collections.abc import Sequence
from dataclasses import asdict

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined

from quarterdeck.adapters.reports.charts import HEIGHT, WIDTH, png
from quarterdeck.adapters.reports.sheets import sheets
from quarterdeck.adapters.reports.texts import text_of
from quarterdeck.adapters.reports.view import View, view_of
from quarterdeck.application.ports.delivery import MailPart
from quarterdeck.application.ports.reports import Rendered
from quarterdeck.application.report_figures import ReportContent

KIND = "report"
UNITS = {"cost": "nano-dollars", "*_ms": "milliseconds"}


class MailRenderer:
    """`application.ports.reports.Renderer`. Text from outside is escaped by the template's engine, all of it."""

    def __init__(self) -> None:
        environment = Environment(
            loader=PackageLoader("quarterdeck.adapters.reports"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._template = environment.get_template("report.html.j2")

    def render(self, content: ReportContent) -> Rendered:
        view = view_of(content)
        images = tuple(
            MailPart(name=f"{each.name}.png", media_type="image/png", content=png(each.chart)) for each in view.pictures
        )
        return Rendered(
            subject=view.subject,
            text=text_of(view),
            html=self._html(view, [f"cid:{each.name}" for each in images]),
            page=self._html(view, _inline(images)),
            images=images,
            sheets=sheets(content),
            payload=_payload(content),
        )

    def _html(self, view: View, sources: Sequence[str]) -> str:
        pictures = list(zip(view.pictures, sources, strict=True))
        return self._template.render(view=view, pictures=pictures, width=WIDTH, height=HEIGHT)


def _inline(images: Sequence[MailPart]) -> list[str]:
    return [f"data:{each.media_type};base64,{base64.b64encode(each.content).decode()}" for each in images]


def _payload(content: ReportContent) -> bytes:
    told = asdict(content)
    figures = told.pop("figures")
    body = {
        "type": KIND,
        "timestamp": content.until,
        "data": {"report": told, "units": UNITS, "figures": figures},
    }
    return orjson.dumps(body)
