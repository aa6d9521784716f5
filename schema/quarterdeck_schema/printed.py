"""`schema.graphql`: the schema as text."""

from pathlib import Path

from quarterdeck_schema.schema import schema

COMMITTED = Path(__file__).parent / "schema.graphql"


def sdl() -> str:
    return schema.as_str() + "\n"
