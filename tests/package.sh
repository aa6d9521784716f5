#!/usr/bin/env bash
# Builds the wheel, installs it into an empty environment, and runs its two commands from there.
set -euo pipefail
work=$1
rm -rf "$work/dist" "$work/venv"
uv build --quiet --wheel --out-dir "$work/dist"
uv venv --quiet "$work/venv"
uv pip install --quiet --python "$work/venv/bin/python" --constraint constraints.txt "$work"/dist/quarterdeck-*.whl
cd "$work"
"$work/venv/bin/quarterdeck" --version
"$work/venv/bin/qd" --help >/dev/null
"$work/venv/bin/python" - <<'PY'
"""Every file that the product reads at run time is in the wheel."""
from importlib.resources import files

wanted = {
    "quarterdeck.adapters.postgres": ("sql",),
    "quarterdeck_projections": ("migrations",),
    "quarterdeck_cli": ("documents", "documents/fragments"),
    "quarterdeck_schema": ("schema.graphql",),
}
missing = [f"{package}/{name}" for package, names in wanted.items() for name in names if not files(package).joinpath(name).is_file() and not files(package).joinpath(name).is_dir()]
assert not missing, f"the wheel lacks {missing}"
print("wheel complete")
PY
