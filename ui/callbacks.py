"""The address that hubs call (WebSub): the page's own server answers there, beside the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from wijkblik.errors import WijkblikError
from wijkblik.service import Service
from wijkblik.service.callbacks import ROUTE, confirm, receive

RECEIVED_WITHIN_SECONDS = 30


def routes(open_service: Callable[[], Service]) -> list[Route]:
    """The route, answered with the service that `open_service` gives."""

    async def answer(request: Request) -> Response:
        try:
            service = await run_in_threadpool(open_service)
            return await (_received if request.method == "POST" else _verified)(request, service)
        except WijkblikError as error:
            structlog.get_logger().error("callback", kind=type(error).__name__)
            return Response(status_code=503)

    return [Route(ROUTE + "{path}", answer, methods=["GET", "POST"])]


async def _verified(request: Request, service: Service) -> Response:
    path, asked = request.path_params["path"], dict(request.query_params)
    challenge = await run_in_threadpool(confirm, service, path, asked)
    return Response(status_code=404) if challenge is None else PlainTextResponse(challenge)


async def _received(request: Request, service: Service) -> Response:
    try:
        async with asyncio.timeout(RECEIVED_WITHIN_SECONDS):
            body = await _body(request, service.settings.defaults.fetch.body_bytes)
    except (TimeoutError, ClientDisconnect):
        return Response(status_code=408)
    if body is None:
        return Response(status_code=413)
    signature, content_type = (request.headers.get(name, "") for name in ("x-hub-signature", "content-type"))
    awaited = await run_in_threadpool(receive, service, request.path_params["path"], body, signature, content_type)
    # Gone: the hub may end the subscription (WebSub, 7).
    return Response(status_code=202 if awaited else 410)


async def _body(request: Request, limit: int) -> bytes | None:
    """The whole body, or None as soon as it is over the limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)
