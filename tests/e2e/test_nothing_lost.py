"""Each part is killed while a command prints, and the reader's socket is cut: it ends with what was printed."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.support.cutting_relay import CuttingRelay, relay_to_port
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600), pytest.mark.account("user")]


@pytest.fixture(scope="module")
def product(own_product: Product) -> Product:
    return own_product


LINES, WIDTH = 200_000, 1_000
TOTAL = LINES * WIDTH
"""200 MB, in lines that each begin with their number. It pauses at each twentieth, until it is told to go on."""

COUNTER = f"""
mkfifo /tmp/go
filler=$(head -c {WIDTH - 10} /dev/zero | tr '\\0' '.')
awk -v filler="$filler" 'BEGIN {{
    for (line = 1; line <= {LINES}; line++) {{
        printf "%09d%s\\n", line, filler
        if (line % {LINES // 20} == 0) {{
            fflush()
            while ((getline ignored < "/tmp/go") <= 0) close("/tmp/go")
            close("/tmp/go")
        }}
    }}
}}'
"""


def expected() -> str:
    """SHA-256 of what the command prints."""
    digest = hashlib.sha256()
    filler = "." * (WIDTH - 10)
    for line in range(1, LINES + 1):
        digest.update(f"{line:09d}{filler}\n".encode())
    return digest.hexdigest()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def relay(product: Product) -> AsyncIterator[CuttingRelay]:
    async with relay_to_port(product.port) as relay:
        yield relay


class Reader:
    """`qd attach` through the relay, into a file."""

    def __init__(self, product: Product, command: str, port: int) -> None:
        self.path = product.folder / "received"
        self.errors = product.folder / "received.err"
        with self.path.open("wb") as out, self.errors.open("wb") as err:
            self._process = product.popen(
                ("qd", "attach", command),
                stdout=out,
                stderr=err,
                more={"QD_URL": f"http://127.0.0.1:{port}", "QD_TOKEN": _token(product)},
            )

    def size(self) -> int:
        return self.path.stat().st_size

    async def has(self, size: int) -> None:
        await eventually(lambda: self.size() >= size, within=60)

    async def end(self) -> int:
        return await asyncio.to_thread(self._process.wait, 300)


def _token(product: Product) -> str:
    issued = product.ask("token", "issue", "reader", "--scope", "*")
    return str(issued["secret"])


def _let_it_go_on(product: Product, session: str) -> None:
    done = product.qd("run", "-s", session, "--", "echo > /tmp/go")
    assert done.returncode == 0, done.stderr.decode() + product.logs()


async def test_the_reader_ends_with_exactly_what_was_printed(product: Product, relay: CuttingRelay) -> None:
    session = product.ask("session", "open", "-p", "deck")["id"]
    command = product.ask("run", "-s", session, "--background", "--", COUNTER)["id"]
    reader = Reader(product, command, relay.port)
    parts = {1: "gateway", 5: "worker", 9: "nats", 13: "projector", 17: "postgres", 19: "zygote"}

    for step in range(1, 20):
        await reader.has(TOTAL // 20 * step)
        if part := parts.get(step):
            _let_it_go_on(product, session)
            await product.kill(part)
        elif step % 2 == 0:
            _let_it_go_on(product, session)
            relay.cut()
        else:
            _let_it_go_on(product, session)
    relay.cut()
    _let_it_go_on(product, session)
    code = await reader.end()

    shown = product.ask("command", "show", command)
    received = hashlib.sha256(reader.path.read_bytes()).hexdigest()
    assert code == 0, reader.errors.read_text() + product.logs()
    assert relay.cuts == 10
    assert reader.size() == shown["outputBytes"] == TOTAL
    assert received == shown["outputSha256"] == expected()
    assert product.qd("audit", "verify").returncode == 0
