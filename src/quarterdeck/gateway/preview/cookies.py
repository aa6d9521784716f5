"""Cookies of a preview: ours are never seen by the jail, and the jail's are kept to their own origin."""

from quarterdeck.gateway.cookie_headers import cookies_of
from quarterdeck.gateway.web.cookie import is_web_cookie

NAME = "qd_preview"


def ours(header: str) -> str | None:
    """The value of our cookie in a Cookie header."""
    return next((value for name, value in cookies_of(header) if name == NAME and value is not None), None)


def without_ours(header: str) -> str:
    kept = [(name, value) for name, value in cookies_of(header) if not _is_ours(name)]
    return "; ".join(f"{name}={value}" if value is not None else name for name, value in kept)


def given(secret: str, seconds: int, *, secure: bool) -> str:
    """A Set-Cookie header: for this host alone, not for scripts, not on requests from other sites."""
    return f"{NAME}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict" + ("; Secure" if secure else "")


def of_jail(header: str) -> str | None:
    """A Set-Cookie header of the jail's, without a domain; None for one that sets one of ours.

    A cookie without a name, `=a=1`, comes back as one of the name `a`.
    """
    cookie, *attributes = header.split(";")
    if _is_ours(cookie.strip().lstrip("=").partition("=")[0].strip()):
        return None
    kept = [each for each in attributes if each.partition("=")[0].strip().lower() != "domain"]
    return ";".join([cookie, *kept])


def _is_ours(name: str) -> bool:
    return name == NAME or is_web_cookie(name)
