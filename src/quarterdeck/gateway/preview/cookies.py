"""Cookies of a preview: ours is never seen by the jail, and the jail's are kept to their own origin."""

NAME = "qd_preview"


def ours(header: str) -> str | None:
    """The value of our cookie in a Cookie header."""
    return next((value for name, value in _pairs(header) if name == NAME), None)


def without_ours(header: str) -> str:
    return "; ".join(f"{name}={value}" if value is not None else name for name, value in _all(header) if name != NAME)


def given(secret: str, seconds: int, *, secure: bool) -> str:
    """A Set-Cookie header: for this host alone, not for scripts, not on requests from other sites."""
    return f"{NAME}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict" + ("; Secure" if secure else "")


def of_jail(header: str) -> str | None:
    """A Set-Cookie header of the jail's, without a domain; None for one that sets ours."""
    cookie, *attributes = header.split(";")
    if cookie.partition("=")[0].strip() == NAME:
        return None
    kept = [each for each in attributes if each.partition("=")[0].strip().lower() != "domain"]
    return ";".join([cookie, *kept])


def _pairs(header: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in _all(header) if value is not None]


def _all(header: str) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for part in header.split(";"):
        name, sign, value = part.strip().partition("=")
        if name:
            found.append((name, value if sign else None))
    return found
