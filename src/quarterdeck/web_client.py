"""Where the web client is, and the way into it.

Its files lie beside the code in an installed wheel, and in a checkout where they were built.
"""

from pathlib import Path

PACKAGE = Path(__file__).parent
INSTALLED = PACKAGE / "web_client_files"
SOURCES = PACKAGE.parents[1] / "webapp"


def folder() -> Path:
    """Of its files, which may be missing."""
    return INSTALLED if INSTALLED.is_dir() else SOURCES / "dist"


def login_link(url: str, token: str) -> str:
    """The token is in the fragment: browsers do not send that, so no server, proxy or log sees it before its use."""
    return f"{url}/login#{token}"
