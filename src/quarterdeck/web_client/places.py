"""Where the web client is, and the way into it."""

from pathlib import Path

PAGE = "index.html"
PACKAGE = Path(__file__).parent
INSTALLED = PACKAGE / "files"
"""In a wheel."""
SOURCES = PACKAGE.parents[2] / "webapp"
"""In a checkout."""
BUILT = "dist"


def folder(installed: Path = INSTALLED, sources: Path = SOURCES) -> Path:
    """Of its files, which may be missing."""
    return installed if installed.is_dir() else sources / BUILT


def login_link(url: str, token: str) -> str:
    """The token is in the fragment: browsers do not send that, so no server, proxy or log sees it before its use."""
    return f"{url}/login#{token}"
