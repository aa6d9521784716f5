"""What is measured, as the API names it: registered here, before any type that has it, so that it has one name."""

import strawberry

from quarterdeck_projections.usage.measures import Measure

__all__ = ["Measure"]

strawberry.enum(Measure, name="UsageMeasure", description="What is measured: docs/reference/measures.md.")
