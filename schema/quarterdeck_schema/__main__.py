"""`python -m quarterdeck_schema`: writes `schema.graphql` and the trusted documents' manifest anew."""

import sys

from quarterdeck_schema import documents, printed


def main() -> None:
    printed.COMMITTED.write_text(printed.sdl(), "utf-8")
    found = documents.gather(documents.client_documents().values())
    documents.MANIFEST.write_text(documents.manifest_text(found), "utf-8")
    sys.stdout.write(f"Wrote {printed.COMMITTED} and {documents.MANIFEST} ({len(found)} documents).\n")


main()
