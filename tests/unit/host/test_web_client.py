"""What `quarterdeck doctor` says of the web client."""

from pathlib import Path

from quarterdeck.host.doctor import web_client_found
from quarterdeck.web_client.build import STAMP
from quarterdeck.web_client.sources import digest_of


def lay(folder: Path, digest: str = "") -> None:
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("page")
    (folder / STAMP).write_text(digest)


def test_a_wheel_has_it(tmp_path: Path) -> None:
    lay(tmp_path / "files")

    found = web_client_found(tmp_path / "files", tmp_path / "none")

    assert (found.on, found.detail, found.next_step) == (True, f"in {tmp_path / 'files'}", "")


def test_a_wheel_that_was_made_without_it_is_told_from_a_checkout(tmp_path: Path) -> None:
    found = web_client_found(tmp_path / "files", tmp_path / "none")

    assert (found.on, found.required, found.detail) == (False, False, "not built")
    assert "released wheel" in found.next_step


def test_a_checkout_that_is_not_built_or_built_of_older_sources_says_so_and_why(tmp_path: Path) -> None:
    sources = tmp_path / "webapp"
    (sources / ".build").mkdir(parents=True)
    (sources / ".build" / "failed").write_text("npm ci failed\n")

    missing = web_client_found(tmp_path / "files", sources)
    lay(sources / "dist", "older")
    older = web_client_found(tmp_path / "files", sources)
    (sources / "dist" / STAMP).write_text(digest_of(sources))
    current = web_client_found(tmp_path / "files", sources)

    assert (missing.on, missing.detail) == (False, "not built: npm ci failed")
    assert "make up" in missing.next_step
    assert (older.on, older.detail) == (True, f"in {sources / 'dist'}, of older sources: npm ci failed")
    assert (current.on, current.detail, current.next_step) == (True, f"in {sources / 'dist'}", "")
