"""JSON Schema of every event version: `python -m quarterdeck.adapters.postgres.schemas schema/events` writes them."""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from quarterdeck.adapters.postgres.codec import shapes


def files() -> dict[str, str]:
    """Text by file name."""
    return {f"{topic}.v{version}.json": _text(topic, version, shape) for (topic, version), shape in shapes().items()}


def _text(topic: str, version: int, shape: type) -> str:
    schema: dict[str, Any] = msgspec.json.schema(shape)
    for definition in schema.get("$defs", {}).values():
        definition.pop("description", None)  # a docstring is no part of the stored form
    schema |= {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{topic}, version {version}",
    }
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
