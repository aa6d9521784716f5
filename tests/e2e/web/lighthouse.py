"""Lighthouse on pages of a product with something in it: `python -m tests.e2e.web.lighthouse [NAME…]`.

It says how each does on a desktop, and fails below 95 in performance or accessibility. Lighthouse comes from npm when
this is run; nothing else needs it. What else the machine does shows in the performance: run it on one that is idle.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser
from tests.e2e.web.pictures import address_of, furnish
from tests.support import browser, node
from tests.support.product import Product, accounts, product_for

LIGHTHOUSE = "lighthouse@13.5.0"
CATEGORIES = ("performance", "accessibility")
LEAST = 95


async def check(names: list[str]) -> bool:
    account = accounts().get("user") or accounts()["root"]
    with product_for(account) as product:
        async with browser.chromium(program=browser.WHOLE_CHROMIUM) as chromium:
            await product.begin()
            made = await asyncio.to_thread(furnish, product)
            cookie = await _cookie(chromium, product)
        scores = {name: await _scores(product.url + address_of(name, made), cookie) for name in names}
    for name, found in scores.items():
        sys.stdout.write(f"{name}: " + ", ".join(f"{kind} {score}" for kind, score in found.items()) + "\n")
    return all(score >= LEAST for found in scores.values() for score in found.values())


async def _cookie(chromium: Browser, product: Product) -> str:
    context = await chromium.new_context(base_url=product.url)
    await browser.log_in(context, product)
    return "; ".join(f"{each.get('name')}={each.get('value')}" for each in await context.cookies())


async def _scores(address: str, cookie: str) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        report, headers = Path(folder) / "report.json", Path(folder) / "headers.json"
        headers.write_text(json.dumps({"Cookie": cookie}))
        os.environ["CHROME_PATH"] = browser.WHOLE_CHROMIUM
        await node.run(
            node.program("npx"), "--yes", LIGHTHOUSE, address, "--quiet", "--preset=desktop", "--output=json",
            f"--output-path={report}", f"--extra-headers={headers}", f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags={' '.join((*browser.FLAGS, '--headless=new'))}",
            cwd=Path(folder),
        )  # fmt: skip
        found = json.loads(report.read_text())["categories"]
        return {kind: round(100 * found[kind]["score"]) for kind in CATEGORIES}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=["home", "session"], metavar="NAME")
    raise SystemExit(0 if asyncio.run(check(parser.parse_args().names)) else 1)
