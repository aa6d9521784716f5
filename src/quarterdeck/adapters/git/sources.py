"""Where a repository comes from, as a user writes it: a folder on this host or a URL."""

import os
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlsplit

from quarterdeck.domain.errors import InvalidInputError

MAX_SOURCE = 4096
_HELPER = re.compile(r"[A-Za-z0-9+.-]*::")
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://")
_SCP = re.compile(r"(?:(?P<user>[\w.~-]+)@)?(?P<host>\w[\w.-]*):(?!//)(?P<path>[^:].*)", re.DOTALL)
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True, kw_only=True)
class LocalSource:
    """A folder, by its absolute path in bytes."""

    path: bytes

    @property
    def stored(self) -> str:
        """The path; as a `file://` URL where the path is no UTF-8, for the log holds text only."""
        try:
            return self.path.decode()
        except UnicodeDecodeError:
            return "file://" + quote(self.path)

    @property
    def argument(self) -> bytes:
        return self.path

    @property
    def shown(self) -> str:
        return self.path.decode(errors="backslashreplace")

    @property
    def name(self) -> str:
        parts = [part for part in self.shown.split("/") if part not in {"", ".git"}]
        return _name(parts[-1] if parts else "root")


@dataclass(frozen=True, kw_only=True)
class RemoteSource:
    """A URL without credentials."""

    url: str
    host: str

    @property
    def stored(self) -> str:
        return self.url

    @property
    def argument(self) -> bytes:
        return self.url.encode()

    @property
    def shown(self) -> str:
        return self.url

    @property
    def name(self) -> str:
        return _name(re.split(r"[/:]", self.url.rstrip("/").removesuffix("/.git"))[-1])


Source = LocalSource | RemoteSource


def _name(last: str) -> str:
    name = "".join(c if c.isprintable() else "-" for c in last.removesuffix(".git"))
    return name[:100].strip() or "repository"


def parse(text: str) -> Source:
    """The source that `text` names. Credentials in a URL are dropped and never repeated, not in errors either."""
    if not text or len(text) > MAX_SOURCE or "\0" in text:
        raise _invalid(f"A repository is named by 1 to {MAX_SOURCE} characters without NUL.")
    if text.startswith("-"):
        raise _invalid("A repository can not start with a dash: that is how options look.")
    if _HELPER.match(text):
        raise _invalid("Remote helpers (`helper::address`) are not used here: they can run programs.")
    if found := _URL.match(text):
        return _from_url(text, found["scheme"].lower())
    expanded = os.fsencode(os.path.expanduser(text))
    if expanded.startswith(b"/"):
        return LocalSource(path=os.path.normpath(b"/" + expanded.lstrip(b"/")))
    if found := _SCP.fullmatch(text):
        return RemoteSource(url=_printable(text), host=found["host"])
    raise InvalidInputError(
        f"{text!r} is a relative path: the worker does not know what it is relative to.",
        "Pass an absolute path, such as the output of `pwd`, or a URL.",
        field="repository",
    )


def _from_url(text: str, scheme: str) -> Source:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _invalid("This URL's host or port is malformed.") from None
    if parts.query or parts.fragment:
        raise _invalid("The URL has a query or a fragment, which repositories do not have.")
    if scheme == "file":
        return _from_file_url(parts.netloc, text)
    if scheme not in {"https", "http", "ssh", "git"}:
        raise _invalid(f"Repositories can not be reached by {scheme}://.")
    # the address is built anew from its parts, so that nothing of the user part can slip through
    host = parts.netloc.rpartition("@")[2].removesuffix(f":{port}" if port is not None else ":")
    if not _HOST.fullmatch(host) or not parts.path.strip("/"):
        raise _invalid("The URL lacks a host or a path.")
    user = parts.username if scheme == "ssh" else None
    if user and not re.fullmatch(r"[\w.~][\w.~-]*", user):
        raise _invalid("The user name in the URL has characters that are not allowed there.")
    address = (f"{user}@" if user else "") + host + (f":{port}" if port is not None else "")
    return RemoteSource(url=_printable(f"{scheme}://{address}{parts.path}"), host=host)


def _from_file_url(netloc: str, text: str) -> LocalSource:
    if netloc not in {"", "localhost"}:
        raise _invalid("A file:// URL names no host.")
    path = unquote_to_bytes(text[len("file://") + len(netloc) :])
    if b"\0" in path or not path.startswith(b"/"):
        raise _invalid("The path in the file:// URL is not absolute, or has a NUL.")
    return LocalSource(path=os.path.normpath(b"/" + path.lstrip(b"/")))


def _printable(url: str) -> str:
    if not url.isascii() or not url.isprintable() or " " in url:
        raise _invalid("The URL has characters that must be percent-encoded.")
    return url


def _invalid(message: str) -> InvalidInputError:
    return InvalidInputError(message, "Use an absolute path, or an https, ssh, git or file URL.", field="repository")
