"""What a browser calls itself, in our own words: the name of the token that it gets."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chromium"),
    ("CriOS/", "Chromium"),
    ("Safari/", "Safari"),
)
"""In this order: most of them name those below as well."""
SYSTEMS = (
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def token_name(user_agent: str) -> str:
    """Such as `web: Firefox on Linux`; nothing of the header itself is in it."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "a browser")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    return f"web: {browser}" + (f" on {system}" if system else "")
