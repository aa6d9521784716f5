"""Trusted documents: every GraphQL document of our clients, by the SHA-256 of its text."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]
MANIFEST = Path(__file__).parent / "trusted-documents.json"
CLIENTS = (ROOT / "cli" / "quarterdeck_cli", ROOT / "webapp" / "src")


def client_documents(folders: Iterable[Path] = CLIENTS) -> Iterable[Path]:
    """The clients keep theirs one per file, beside their code."""
    return sorted(path for folder in folders for path in folder.rglob("*.graphql") if "node_modules" not in path.parts)


def gather(paths: Iterable[Path]) -> Mapping[str, str]:
    texts = [path.read_text("utf-8") for path in paths]
    return {sha256(text.encode()).hexdigest(): text for text in texts}


def manifest_text(documents: Mapping[str, str]) -> str:
    return json.dumps(documents, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def load_manifest(path: Path = MANIFEST) -> Mapping[str, str]:
    loaded: dict[str, str] = json.loads(path.read_text("utf-8"))
    return loaded
