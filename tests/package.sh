#!/usr/bin/env bash
# Builds the wheel, installs it into an empty environment, and runs its two commands from there.
set -euo pipefail
work=$1
rm -rf "$work/dist" "$work/venv"
PYTHONPATH=src python -P -m quarterdeck.web_client
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
"$work/venv/bin/python" - <<'PY'
"""The wheel brings the web client, packed, and the gateway finds it there."""
from quarterdeck.gateway.web.bundle import WebBundle
from quarterdeck.web_client.places import INSTALLED, folder

files = WebBundle(folder()).now()
assert folder() == INSTALLED and files is not None, f"there is no web client in {folder()}"
scripts = [file for name, file in files.files.items() if name.endswith(".js")]
assert any("br" in file.bodies and "gzip" in file.bodies for file in scripts), "its files are not packed"
print(f"web client of {len(files.files)} files")
PY
