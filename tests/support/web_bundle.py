"""A web client of three files, as a build leaves them."""

import gzip
from pathlib import Path

PAGE = (
    '<!doctype html><html><head><script type="module" src="/assets/app-B7Fj2k.js"></script></head><body></body></html>'
)
SCRIPT = b"console.log('quarterdeck')\n" * 100


def lay(folder: Path) -> Path:
    assets = folder / "assets"
    assets.mkdir(parents=True)
    (assets / "app-B7Fj2k.js").write_bytes(SCRIPT)
    (assets / "app-B7Fj2k.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "app-B7Fj2k.js.br").write_bytes(b"brotli, as far as this test can tell")
    (folder / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "notes.private").write_text("not of a kind that is served")
    (folder / "index.html").write_text(PAGE)
    return folder
