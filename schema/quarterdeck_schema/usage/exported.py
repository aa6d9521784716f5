"""What is asked of an export of usage, as it stands in an address: the words of `docs/reference/measures.md`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_projections.queries.usage_funnel import FunnelQuestion
from quarterdeck_projections.queries.usage_percentiles import PercentileQuestion
from quarterdeck_projections.queries.usage_question import Bucket, Selection, UsageQuestion
from quarterdeck_projections.queries.usage_top import Ranking, TopQuestion
from quarterdeck_projections.usage.measures import Dimension
from quarterdeck_projections.usage.steps import WAY, Step
from quarterdeck_schema.measures import Measure
from quarterdeck_schema.usage.filters import (
    PERCENTS,
    UsageFilters,
    facts_question,
    funnel_question,
    percentile_question,
    question,
    top_question,
)

WordT = TypeVar("WordT", bound=StrEnum)
_FILTERS = {
    Dimension.USER: "users",
    Dimension.PERSONA: "personas",
    Dimension.SESSION: "sessions",
    Dimension.TASK: "tasks",
    Dimension.PROVIDER: "providers",
    Dimension.MODEL: "models",
    Dimension.DETAIL: "details",
}
_EVERYWHERE = frozenset({"from", "to", "measure", "wait_for", *_FILTERS})


class Exported(StrEnum):
    SERIES = "series"
    TOP = "top"
    PERCENTILES = "percentiles"
    FUNNEL = "funnel"
    FACTS = "facts"


TAKEN: dict[Exported, frozenset[str]] = {
    Exported.SERIES: _EVERYWHERE | {"bucket", "by"},
    Exported.TOP: _EVERYWHERE | {"by", "ranking", "first"},
    Exported.PERCENTILES: _EVERYWHERE | {"bucket", "by", "percentile"},
    Exported.FUNNEL: frozenset({"from", "to", "step", "bucket", "wait_for"}),
    Exported.FACTS: _EVERYWHERE,
}
"""The parameters of each. Any but `from`, `to`, `bucket`, `ranking`, `first` and `wait_for` may be repeated."""

Question = UsageQuestion | TopQuestion | PercentileQuestion | FunnelQuestion | Selection


def asked_of(kind: Exported, project_id: UUID, given: Mapping[str, Sequence[str]]) -> Question:
    """Raises InvalidInputError, which names the parameter."""
    for name in given:
        if name not in TAKEN[kind]:
            raise InvalidInputError(
                f"{kind} take no parameter {name[:40]!r}.", f"There are {', '.join(sorted(TAKEN[kind]))}.", field=name
            )
    words = _Words(given)
    since, until = words.time("from"), words.time("to")
    measures, filters = words.words(Measure, "measure"), words.filters()
    match kind:
        case Exported.SERIES:
            bucket = words.word(Bucket, "bucket") or Bucket.DAY
            return question(project_id, since, until, bucket, measures, words.words(Dimension, "by"), filters)
        case Exported.TOP:
            if len(measures) != 1:
                raise InvalidInputError("A top list is of one measure.", "Name one.", field="measure")
            ranking, first = words.word(Ranking, "ranking") or Ranking.TOTAL, words.whole("first")
            by = words.words(Dimension, "by")
            return top_question(
                project_id, since, until, measures[0], by, ranking, 100 if first is None else first, filters
            )
        case Exported.PERCENTILES:
            percents, bucket_or_none = words.numbers("percentile") or list(PERCENTS), words.word(Bucket, "bucket")
            by = words.words(Dimension, "by")
            return percentile_question(project_id, since, until, percents, bucket_or_none, measures, by, filters)
        case Exported.FUNNEL:
            steps, cohort = words.words(Step, "step") or list(WAY), words.word(Bucket, "bucket")
            return funnel_question(project_id, since, until, steps, cohort)
        case Exported.FACTS:
            return facts_question(project_id, since, until, measures or list(Measure), filters)


def position_in(given: Mapping[str, Sequence[str]]) -> int | None:
    return _Words(given).whole("wait_for")


class _Words:
    def __init__(self, given: Mapping[str, Sequence[str]]) -> None:
        self._given = given

    def time(self, name: str) -> datetime:
        text = self._one(name)
        if text is None:
            raise InvalidInputError(f"`{name}` is missing.", "Write a time as 2027-01-31T12:00:00Z.", field=name)
        try:
            told = datetime.fromisoformat(text)
        except ValueError:
            raise InvalidInputError(
                f"{text[:40]!r} is no time.", "Write it as 2027-01-31T12:00:00Z.", field=name
            ) from None
        return told if told.tzinfo else told.replace(tzinfo=UTC)

    def words(self, kind: type[WordT], name: str) -> list[WordT]:
        return [_word(kind, name, text) for text in self._given.get(name, ())]

    def word(self, kind: type[WordT], name: str) -> WordT | None:
        text = self._one(name)
        return None if text is None else _word(kind, name, text)

    def numbers(self, name: str) -> list[float]:
        try:
            return [float(text) for text in self._given.get(name, ())]
        except ValueError:
            raise InvalidInputError("That is no number.", "Write it as 99.9.", field=name) from None

    def whole(self, name: str) -> int | None:
        text = self._one(name)
        if text is None:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise InvalidInputError(f"{text[:40]!r} is no whole number.", "Write it in digits.", field=name)
        return int(text)

    def filters(self) -> UsageFilters:
        wanted: dict[str, Any] = {_FILTERS[each]: list(self._given[each]) for each in _FILTERS if each in self._given}
        return UsageFilters(**wanted)

    def _one(self, name: str) -> str | None:
        texts = self._given.get(name, ())
        if len(texts) > 1:
            raise InvalidInputError(f"`{name}` is there more than once.", "Say it once.", field=name)
        return texts[0] if texts else None


def _word(kind: type[WordT], name: str, text: str) -> WordT:
    try:
        return kind(text.lower().replace("-", "_"))
    except ValueError:
        raise InvalidInputError(
            f"There is no {name} {text[:40]!r}.", f"There are {', '.join(kind)}.", field=name
        ) from None
