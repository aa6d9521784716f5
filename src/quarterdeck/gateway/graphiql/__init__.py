"""GraphiQL, served from here and not from a CDN: for development only.

`graphiql.min.*` is graphiql 3.9.0, `react*.js` react and react-dom 18.3.1, as npm has them; both are MIT licensed. To
renew: `npm pack graphiql@3 react@18 react-dom@18`, copy the files, and in this folder
`sha256sum graphiql.min.* react*.js LICENSE-* > SHA256SUMS`.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
PAGE = (FOLDER / "page.html").read_text("utf-8")


def routes() -> list[BaseRoute]:
    """The page, and the files that it loads."""
    return [
        Route("/graphiql", _page),
        Mount("/graphiql/files", StaticFiles(directory=FOLDER)),
    ]


async def _page(_request: Request) -> Response:
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})
