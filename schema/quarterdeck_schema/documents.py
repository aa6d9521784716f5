"""Trusted documents: every GraphQL document of our clients, by the SHA-256 of its text."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

MANIFEST = Path(__file__).parent / "trusted-documents.json"
WEB_CLIENT = Path(__file__).parents[2] / "webapp" / "src"


def client_documents() -> Mapping[str, str]:
    """What our clients send, by name. The web client keeps its documents one per file, beside its code."""
    # only who writes the manifest anew has the clients at hand
    from quarterdeck_cli import documents

    of_web = {f"webapp {path.stem}": path.read_text("utf-8") for path in sorted(WEB_CLIENT.rglob("*.graphql"))}
    return of_web | {f"qd {name}": documents.document(name) for name in documents.names()}


def gather(texts: Iterable[str]) -> Mapping[str, str]:
    return {sha256(text.encode()).hexdigest(): text for text in texts}


def manifest_text(documents: Mapping[str, str]) -> str:
    return json.dumps(documents, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def load_manifest(path: Path = MANIFEST) -> Mapping[str, str]:
    loaded: dict[str, str] = json.loads(path.read_text("utf-8"))
    return loaded
