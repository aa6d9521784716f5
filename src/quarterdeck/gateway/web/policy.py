"""What a browser may do with our own page (https://www.w3.org/TR/CSP3/)."""

import re
from collections.abc import Mapping

_HOST = re.compile(r"[a-z0-9.-]+(:\d{1,5})?|\[[0-9a-f:.]+\](:\d{1,5})?")
DIRECTIVES: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    # xterm.js writes the colours of its cells into these; what they could load or show is bounded by the rest
    "style-src-attr": "'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
UNUSED = ("camera", "display-capture", "geolocation", "hid", "microphone", "midi", "payment", "serial", "usb")
"""What the page never asks for, so that nothing in it can."""
HEADERS = {
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in UNUSED),
    "x-frame-options": "DENY",
}


def content_policy(nonce: str = "", host: str = "") -> str:
    """`nonce` is for the style elements that libraries make. `host`: some browsers do not count sockets as 'self'."""
    directives = dict(DIRECTIVES)
    if nonce:
        directives["style-src"] += f" 'nonce-{nonce}'"
    if _HOST.fullmatch(host.lower()):
        directives["connect-src"] += f" ws://{host.lower()} wss://{host.lower()}"
    return "; ".join(f"{name} {value}" for name, value in directives.items())
