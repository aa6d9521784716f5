"""Trusted documents: every GraphQL document of our clients, by the SHA-256 of its text."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from graphql import DocumentNode, FragmentSpreadNode, OperationDefinitionNode, Visitor, parse, visit

MANIFEST = Path(__file__).parent / "trusted-documents.json"
WEB_CLIENT = Path(__file__).parents[2] / "webapp" / "src"


def client_documents() -> Mapping[str, str]:
    """What our clients send, by name."""
    # only who writes the manifest anew has the clients at hand
    from quarterdeck_cli import documents

    of_qd = {f"qd {name}": documents.document(name) for name in documents.names()}
    return {f"webapp {name}": text for name, text in web_documents().items()} | of_qd


def web_documents(folder: Path = WEB_CLIENT) -> Mapping[str, str]:
    """The web client's, each with the fragments that it spreads.

    They are kept one operation or fragment per file, beside their code.
    """
    texts = {path.stem: path.read_text("utf-8") for path in sorted(folder.rglob("*.graphql"))}
    parsed = {name: parse(text) for name, text in texts.items()}
    operations = [
        name for name, document in parsed.items() if isinstance(document.definitions[0], OperationDefinitionNode)
    ]
    return {name: "\n".join(texts[each] for each in (name, *_spread(name, parsed))) for name in operations}


def _spread(name: str, parsed: Mapping[str, DocumentNode]) -> list[str]:
    """The fragments that a document needs, each after what first needs it."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        spread = [each for each in _spreads(parsed[waiting.pop(0)]) if each not in found]
        found += spread
        waiting += spread
    return found


def _spreads(document: DocumentNode) -> list[str]:
    names: dict[str, None] = {}

    class Collector(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            names[node.name.value] = None

    visit(document, Collector())
    return list(names)


def gather(texts: Iterable[str]) -> Mapping[str, str]:
    return {sha256(text.encode()).hexdigest(): text for text in texts}


def manifest_text(documents: Mapping[str, str]) -> str:
    return json.dumps(documents, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def load_manifest(path: Path = MANIFEST) -> Mapping[str, str]:
    loaded: dict[str, str] = json.loads(path.read_text("utf-8"))
    return loaded
