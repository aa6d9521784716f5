"""Pictures of each page in both schemes, of a product with something in it.

`python -m tests.e2e.web.pictures [NAME…]` writes them to docs/images/web/, small. Look at them before they are
committed. With --to FOLDER they go there, wide and as on a phone.
"""

import argparse
import asyncio
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, expect
from tests.e2e.web.test_sessions import uuid_of
from tests.support import browser
from tests.support.product import Product, accounts, product_for

FOLDER = Path(__file__).parents[3] / "docs" / "images" / "web"
WIDE, PHONE = (1280, 800), (375, 760)
COLOURS = 160
MOST_BYTES = 60_000


@dataclass(frozen=True)
class Furnished:
    """What is in the product, by UUIDs."""

    session: str
    command: str
    """Of that session; it runs."""
    rule: str
    """Of alerts; one of them fires."""
    edited: str
    """A session whose command has changed src/main.py."""


PAGES: Mapping[str, str | Callable[[Furnished], str]] = {
    "home": "/",
    "projects": "/projects",
    "project": "/p/deck",
    "project-settings": "/p/deck/settings",
    "sessions": "/p/deck/sessions",
    "session": lambda made: f"/p/deck/sessions/{made.session}",
    "command": lambda made: f"/p/deck/sessions/{made.session}/commands/{made.command}?view=terminal",
    "replay": lambda made: f"/p/deck/sessions/{made.session}/replay?at=end",
    "files": lambda made: f"/p/deck/sessions/{made.edited}/files?path=src/main.py&view=blame",
    "changes": lambda made: f"/p/deck/sessions/{made.edited}/changes?view=split",
    "search": "/p/deck/search?q=test_case_*%20OR%20readme",
    "reports": "/p/deck/reports",
    "report": lambda _: f"/p/deck/reports/preview?every=DAILY&day={datetime.now(UTC):%Y-%m-%d}&zone=UTC",
    "tasks": "/p/deck/tasks",
    "task": "/p/deck/tasks/4",
    "personas": "/p/deck/personas",
    "budgets": "/p/deck/budgets",
    "alerts": "/p/deck/alerts",
    "alert-rules": lambda made: f"/p/deck/alerts/rules/{made.rule}",
    "usage": "/p/harbour/usage",
    "usage-cost": "/p/harbour/usage?tab=cost",
    "prices": "/p/harbour/prices",
    "log": "/log",
    "log-proof": "/log/proof",
    "workers": "/workers",
    "tokens": "/tokens",
    "settings": "/settings",
}
"""By name: the address, in a product as `furnish` leaves it; some hold ids that it made."""

UNTIL: Mapping[str, tuple[str, ...]] = {
    "home": (r"test_case_\d", "ahoy"),
    "command": (r"test_case_\d",),
    "replay": (r"test_case_\d", "Command started"),
    "alerts": ("firing",),
    "alert-rules": ("It would raise",),
    "files": ("moored",),
    "changes": ("moored",),
}
"""What is waited for on pages that go on to fill."""

TITLES = ("Fix the flaky login test", "Upgrade the database driver", "Write the release notes")
MODELS = (
    ("anthropic", "claude-sonnet-4-5"),
    ("openai", "gpt-5-mini"),
    ("anthropic", "claude-haiku-4-5"),
    ("local", "qwen3"),
)
PRICES = [
    {"provider": "local", "model": "qwen*", "input": "0.05", "output": "0.20"},
    {"provider": "anthropic", "model": "claude-sonnet-*", "input": "2.70", "output": "13.50", "cacheRead": "0.27"},
]
TESTS = (
    r"for i in $(seq 1 400); do printf '\033[32mPASS\033[0m tests/unit/parser/test_case_%s.py\n' $i; sleep 0.2; done"
)
RULE = (
    "--kind error-ratio --measure command-duration --above 0.2 --window 1h --by session --severity critical "
    "--mail ops@example.org"
)


CHANGES = (
    r"""printf '\n\ndef moored(boats):\n    # longest first\n    return sorted(boats, key=len)\n' >> src/main.py"""
)


def furnish(product: Product) -> Furnished:
    """What is in the pictures."""
    sessions = [product.ask("session", "open", "-p", "deck", "--title", title)["id"] for title in TITLES]
    product.qd("run", "-s", sessions[0], "--", "git log --oneline; echo draft > notes.md; sleep 2; exit 3")
    command = product.ask("run", "-s", sessions[0], "--background", "--json", "--", TESTS)["id"]
    product.qd("run", "-s", sessions[1], "--", "cat README.md; ls -la; exit 3")
    product.qd("run", "-s", sessions[2], "--", "git log --oneline; cat src/main.py")
    product.qd("project", "add", str(product.repository("harbour")))
    product.qd("report", "set", "weekly", "--every", "week", "--folder", "weekly", "-p", "deck")
    product.qd("report", "send", "weekly", "-p", "deck")
    product.qd("run", "-s", sessions[2], "--", CHANGES)
    _spend(product, sessions[2])
    _plan(product)
    _use(product)
    rule = product.ask("alert", "rule", "set", "failing", *RULE.split(), "-p", "deck")["id"]
    return Furnished(
        session=uuid_of(sessions[0]), command=uuid_of(command), rule=uuid_of(rule), edited=uuid_of(sessions[2])
    )


def _spend(product: Product, session: str) -> None:
    """$3.30 of budgets that are used in part, nearly, and up."""
    product.qd("persona", "define", "reviewer", "-p", "deck")
    for words in (
        "--usd 20 --every day",
        "--usd 3 --every week --user me --warn-only",
        "--tokens 500000 --every month --persona reviewer",
        "--usd 2 --every all-time -s " + session,
    ):
        product.qd("budget", "set", "-p", "deck", *words.split())
    call = "--provider anthropic --model claude-sonnet-4-5 --response-id picture --persona reviewer"
    sizes = "--input-tokens 400000 --output-tokens 40000"
    product.qd("usage", "record", "-p", "deck", "-s", session, *call.split(), *sizes.split())


DESCRIPTION = """Logging in fails behind proxies that fold headers.

- `Authorization` arrives twice, and the *first* one counts
- seen with **HAProxy** only

See https://datatracker.ietf.org/doc/html/rfc9110
"""
TASKS: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], ...] = (
    ("Read the new wind sensor", ("-l", "hull", "--estimate", "1h30m"), ()),
    ("Write the release notes", ("-l", "docs", "--after", "T-1"), ()),
    ("Upgrade the database driver", ("-l", "database", "--priority", "urgent"), (("claim",),)),
    (
        "Mend the log-in behind a proxy",
        ("-l", "auth", "--priority", "high", "--after", "T-3", "-b", DESCRIPTION, "--accept", "works behind HAProxy"),
        (("claim", "--force", "--lease", "2h"), ("status", "in-progress"), ("note", "found the header that is folded")),
    ),
    ("Rotate the signing key", ("-l", "auth"), (("block", "no key yet"),)),
    ("Show times in UTC", ("-l", "docs", "--priority", "low"), (("status", "in-review"),)),
    ("Pin the compiler", (), (("status", "done"),)),
)
"""Title, what is written about it, and what is done with it."""


def _plan(product: Product) -> None:
    for title, more, then in TASKS:
        task = product.ask("task", "add", title, "-p", "deck", *more)["reference"]
        for words in then:
            product.qd("task", words[0], task, *words[1:], "-p", "deck")


def _use(product: Product) -> None:
    """A week of models, of which one has a price of the project's own, and some commands."""
    product.qd("usage", "record", "-p", "harbour", "--file", "-", stdin="\n".join(_calls()).encode())
    prices = product.home / "prices.json"
    prices.write_text(json.dumps(PRICES))
    product.qd("usage", "prices", "-p", "harbour", "--file", str(prices))
    session = product.ask("session", "open", "-p", "harbour", "--title", "Mend the pier")["id"]
    for command in ("git status", "git log", "exit 3"):
        product.qd("run", "-s", session, "--", command)


def _calls() -> Iterator[str]:
    """Of models, the same each time, over the last days."""
    now = datetime.now(UTC)
    for number in range(160):
        provider, model = MODELS[number * 7 % 11 % len(MODELS)]
        read = 4000 + number * 7919 % 38_000
        yield json.dumps(
            {
                "provider": provider,
                "model": model,
                "responseId": f"call-{number}",
                "inputTokens": read,
                "cacheReadInputTokens": read * (number % 7) // 9,
                "outputTokens": 200 + number * 104_729 % 2600,
                "persona": ("fixer", "reviewer")[number % 2],
                "occurredAt": (now - timedelta(minutes=1 + number * 61)).isoformat(),
            }
        )


async def take(names: list[str], folder: Path | None) -> None:
    account = accounts().get("user") or accounts()["root"]
    with product_for(account) as product:
        async with browser.chromium(program=browser.WHOLE_CHROMIUM) as chromium:
            await product.begin()
            made = await asyncio.to_thread(furnish, product)
            for size in (WIDE,) if folder is None else (WIDE, PHONE):
                await _take(chromium, product, made, names, size, folder or FOLDER)


async def _take(
    chromium: Browser, product: Product, made: Furnished, names: list[str], size: tuple[int, int], folder: Path
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    context = await chromium.new_context(base_url=product.url, viewport=viewport, reduced_motion="reduce")  # type: ignore[arg-type]
    await browser.log_in(context, product)
    page = await context.new_page()
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        for scheme in browser.SCHEMES:
            picture = await _picture(page, made, name, scheme)
            suffix = "" if size == WIDE else "-phone"
            (folder / f"{name}-{scheme}{suffix}.png").write_bytes(picture)
    await context.close()


def address_of(name: str, made: Furnished) -> str:
    address = PAGES[name]
    return address if isinstance(address, str) else address(made)


async def _picture(page: Page, made: Furnished, name: str, scheme: browser.Scheme) -> bytes:
    """Of a page that has come to rest: nothing of it is still a skeleton."""
    await page.goto(address_of(name, made))
    await browser.show(page, scheme)
    await page.get_by_role("heading", level=1).wait_for()
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)
    for text in UNTIL.get(name, ()):
        await page.get_by_text(re.compile(text)).first.wait_for()
    await page.evaluate("new Promise((done) => requestIdleCallback(done, { timeout: 2000 }))")
    return _small(await page.screenshot())


def _small(picture: bytes) -> bytes:
    made = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS).save(made, "PNG", optimize=True)
    assert len(made.getvalue()) <= MOST_BYTES, f"{len(made.getvalue()):,} bytes are too many for a picture"
    return made.getvalue()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(PAGES), metavar="NAME")
    parser.add_argument("--to", type=Path, metavar="FOLDER")
    given = parser.parse_args()
    asyncio.run(take(given.names, given.to))
