"""The table of metrics, and the dashboards that show them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from quarterdeck.bootstrap.metrics import PAGE, metrics, page

BOARDS = sorted((Path(__file__).parents[3] / "docs" / "grafana").glob("*.json"))
OF_PROMETHEUS = {"le", "job", "instance"}
IDS = re.compile(r"(^|_)(id|session|command|project|user|token|task|path|host)(_|$)")


def expressions(board: dict[str, Any]) -> Iterator[str]:
    for panel in board["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_the_table_is_in_step() -> None:
    assert PAGE.read_text() == page(), "run: python -m quarterdeck.bootstrap.metrics"


def test_every_metric_is_ours_said_once_and_has_no_label_without_bounds() -> None:
    found = list(metrics())
    assert len({each.name for each in found}) == len(found)
    for each in found:
        assert each.name.startswith("quarterdeck_")
        assert each.meaning.endswith(".")
        assert not any(IDS.search(label) for label in each.labels), each


def test_there_are_dashboards() -> None:
    assert [board.name for board in BOARDS] == ["service.json", "sessions.json"]


@pytest.mark.parametrize("file", BOARDS, ids=lambda file: file.stem)
def test_a_dashboard_asks_for_metrics_and_labels_that_exist(file: Path) -> None:
    samples = {sample for each in metrics() for sample in each.samples}
    labels = {label for each in metrics() for label in each.labels} | OF_PROMETHEUS
    board = json.loads(file.read_text())
    for expression in expressions(board):
        asked = set(re.findall(r"quarterdeck_\w+", expression))
        assert asked
        assert asked <= samples, expression
        grouped = re.findall(r"by \(([^)]*)\)", expression)
        named = {name.strip() for group in grouped for name in group.split(",")}
        named |= set(re.findall(r"[{,]\s*(\w+)\s*[=!]", expression))
        assert named <= labels, expression


def test_every_metric_is_on_a_dashboard() -> None:
    shown = " ".join(expression for file in BOARDS for expression in expressions(json.loads(file.read_text())))
    missing = [each.name for each in metrics() if not any(re.search(rf"\b{s}\b", shown) for s in each.samples)]
    assert missing == []
