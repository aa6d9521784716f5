"""The page of measures: `python -m quarterdeck_projections.usage.reference docs/reference/measures.md` writes it."""

import sys
from pathlib import Path

from quarterdeck_projections.usage.measures import MEASURES

HEAD = """\
# Measures

What [usage](../guide/usage.md) is measured in. Written by `python -m quarterdeck_projections.usage.reference`; do not
edit. `qd usage show -m` takes the names with `-` for `_`, GraphQL in capital letters. Kinds of tokens are apart: their
sum is all tokens of a call. Times are those of the end of what is measured, of calls when they were made.

Dimensions are `user` (who asked for it, or whose session it is), `persona`, `session`, `task`, `provider`, `model` and
`detail`, which says:

| measure | unit | what | `detail` |
|---|---|---|---|
"""


def page() -> str:
    rows = (f"| `{name}` | {each.unit} | {each.meaning} | {each.detail} |\n" for name, each in MEASURES.items())
    return HEAD + "".join(rows)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8")
