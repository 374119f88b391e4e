"""Starts the page on loopback: `python -m ui.serve WIJK PORT`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

import streamlit as st
import structlog
import uvicorn
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import Response
from streamlit import config
from streamlit.runtime.pages_manager import PagesManager

from ui.callbacks import routes
from wijkblik.errors import ConfigError, NotFoundError
from wijkblik.locale import LANGUAGES, words
from wijkblik.service import Service
from wijkblik.settings import load_environment

HOST = "127.0.0.1"
POLICY = "; ".join(
    (
        "default-src 'self'",
        # Streamlit's own page needs both of these.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self' data:",
        "img-src 'self' data:",
        "connect-src 'self' ws:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_LANG = re.compile(rb'<html lang="[a-z]*"')


class SecurityHeaders(BaseHTTPMiddleware):
    """Puts the headers on every answer, and the visit's language on the page that frames it."""

    async def dispatch(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            # A page that comes packed can't be given its language.
            request.scope["headers"] = [one for one in request.scope["headers"] if one[0] != b"accept-encoding"]
        response = await call_next(request)
        if response.headers.get("content-type", "").startswith("text/html"):
            response = await _in_language(request, response)
        response.headers.update(HEADERS)
        return response


async def _in_language(request: Request, response: Response) -> Response:
    asked = request.query_params.get("lang", "")
    language = asked if asked in LANGUAGES else load_environment().language
    body = b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]
    headers = {
        name: value
        for name, value in response.headers.items()
        if name not in {"content-length", "etag", "last-modified"}
    }
    return Response(_LANG.sub(b'<html lang="' + language.encode() + b'"', body), response.status_code, headers)


def _explain(error: Exception) -> bool:
    """What a person reads instead of a traceback: what was kept and what to do."""
    key = "page.config_error" if isinstance(error, ConfigError | NotFoundError) else "page.error"
    st.error(words(load_environment().language)(key))
    structlog.get_logger().error("page", kind=type(error).__name__)
    return True


def serve(wijk: str, port: int) -> None:
    """Serve the page of a wijk until the process is ended."""
    os.environ["WIJKBLIK_WIJK"] = wijk
    # The app comes first: only then does Streamlit read the config.toml beside the script.
    page = st.App(
        Path(__file__).with_name("app.py"),
        routes=routes(cache(lambda: Service.open(wijk))) if load_environment().callback else [],
        middleware=[Middleware(SecurityHeaders)],
        on_script_error=_explain,
    )
    # A visit's origin is compared with these.
    config.set_option("server.port", port)
    config.set_option("server.address", HOST)
    config.set_option("browser.serverAddress", HOST)
    # Streamlit takes a folder pages/ for its older way of navigating until app.py has run once, and calls our names unknown.
    PagesManager.uses_pages_directory = False
    uvicorn.run(page, host=HOST, port=port, log_level="error", server_header=False, lifespan="on")


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
