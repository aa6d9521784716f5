"""Names that git keeps out of trees, because a checkout elsewhere would take them for its own folder."""

import re

GIT_FOLDER = b".git"
_SHORT = re.compile(rb"git~[0-9]+")
# characters that a Macintosh's file system leaves out of names
_INVISIBLE = re.compile(rb"\xe2\x80[\x8c-\x8f\xaa-\xae]|\xe2\x81[\xaa-\xaf]|\xef\xbb\xbf")


def is_refused(name: bytes) -> bool:
    """Git itself will not add it: it means `.git` on Windows or on a Macintosh."""
    plain = _INVISIBLE.sub(b"", name).lower().split(b":")[0].rstrip(b" .")
    return plain == GIT_FOLDER or _SHORT.fullmatch(plain) is not None
