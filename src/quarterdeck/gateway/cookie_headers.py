"""Cookie headers of requests, taken apart (RFC 6265, section 4.2.1)."""


def cookies_of(header: str) -> list[tuple[str, str | None]]:
    """Names and values, in order; a value of None: it had no equals sign."""
    found: list[tuple[str, str | None]] = []
    for part in header.split(";"):
        name, sign, value = part.strip().partition("=")
        if name:
            found.append((name, value if sign else None))
    return found
