"""The publisher: a small HTTP server on loopback with the caching headers of a real one."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from wijkblik.demo.formats import FORMATS
from wijkblik.demo.formats.base import Answer, Channel, Handler, Request, gone, not_found, page
from wijkblik.demo.scenario import Scenario, latest_change
from wijkblik.errors import NotFoundError, ScenarioError
from wijkblik.models.wijk import PUBLISHER, Wijk
from wijkblik.settings import Settings

HOST = "127.0.0.1"
MAX_AGE = 60
ROBOTS = Answer(b"User-agent: *\nAllow: /\n")


class Publisher:
    """Serves a scenario's sources. `as_of` may be moved to show an earlier moment of its week."""

    def __init__(self, settings: Settings, port: int = 0) -> None:
        """Binds at once; port 0, or one that is taken, gives any free one. Raises ScenarioError."""
        if settings.scenario is None:
            raise ScenarioError(f"'{settings.wijk_key}' is a real wijk; only a scenario folder can be published.")
        self._scenario = Scenario(settings.scenario)
        self._wijk = settings.wijk
        self._check_formats(settings.wijk)
        self._routes = self._all_routes()
        self._check_addresses(settings.wijk)
        self.as_of = settings.scenario.now
        try:
            self._server = _Server((HOST, port), self)
        except OSError:
            self._server = _Server((HOST, 0), self)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def base(self) -> str:
        """The address that stands for {publisher}."""
        return f"http://{HOST}:{self.port}"

    def serve(self) -> None:
        """Answer until `stop`."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Stop answering and give the port back."""
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def in_background(self) -> Iterator[Publisher]:
        """Answers while the block runs."""
        thread = threading.Thread(target=self.serve, name="publisher", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.stop()
            thread.join()

    def listing_of(self, source_key: str, item_id: str) -> tuple[str, bytes]:
        """Content type and body of a listing of the source that holds only this item, whatever its pages.

        The item is as at `as_of`, also if it is not listed then. Raises NotFoundError if the source has no such item.
        """
        item = self._scenario.item_of(source_key, item_id, self.as_of, self.base)
        source = self._scenario.sources.get(source_key)
        document = FORMATS[source.format].document if source else None
        if item is None or document is None:
            raise NotFoundError("item", item_id)
        answer = document(self._channel(source_key), [item])
        return answer.content_type, answer.body

    def answer(self, path: str, query: str = "") -> Answer:
        """What stands at a path. `changed` is always set."""
        if route := self._route(path):
            key, handler, captured = route
            channel = self._channel(key)
            request = Request(self.base + quote(path), tuple(parse_qsl(query, keep_blank_values=True)), captured)
            return _dated(handler(channel, request), channel.updated_at)
        if found := self._scenario.find(path, self.as_of, self.base):
            item, shown = found
            return gone(shown) if self._scenario.is_withdrawn(item, self.as_of) else page(shown)
        return _dated(ROBOTS if path == "/robots.txt" else not_found(), self._scenario.now)

    def _channel(self, key: str) -> Channel:
        path, source = self._scenario.sources[key].path, self._wijk.source(key)
        items = self._scenario.listing(key, self.as_of, self.base)
        return Channel(
            title=source.name if source else key,
            url=f"{self.base}/{path.lstrip('/')}",
            home=f"{self.base}/{key}/",
            wijk=self._wijk,
            now=self.as_of,
            updated_at=latest_change(items, self._scenario.now),
            items=tuple(items),
            withdrawn=tuple(self._scenario.withdrawn(key, self.as_of, self.base)),
        )

    def _route(self, path: str) -> tuple[str, Handler, str] | None:
        """Whose route a path is, what answers it, and what stands where the route has {}."""
        if path in self._routes:
            return *self._routes[path], ""
        for template, (key, handler) in self._routes.items():
            if "{}" in template and (found := re.fullmatch(re.escape(template).replace(r"\{\}", "([^/]+)"), path)):
                return key, handler, found.group(1)
        return None

    def _all_routes(self) -> dict[str, tuple[str, Handler]]:
        """Source and handler by path; where two claim one, a configured path goes before a neighbour of another's."""
        own: dict[str, tuple[str, Handler]] = {}
        neighbours: dict[str, tuple[str, Handler]] = {}
        for key, source in self._scenario.sources.items():
            path = "/" + source.path.lstrip("/")
            for route, handler in FORMATS[source.format].routes(path).items():
                (own if route == path else neighbours).setdefault(route, (key, handler))
        return neighbours | own

    def _check_formats(self, wijk: Wijk) -> None:
        for key, source in self._scenario.sources.items():
            if source.format not in FORMATS:
                raise ScenarioError(
                    f"scenario.yaml: sources.{key}.format: '{source.format}' is not known. Use one of: {', '.join(FORMATS)}."
                )
            if FORMATS[source.format].document is not None and wijk.source(key) is None:
                raise ScenarioError(
                    f"scenario.yaml: sources.{key}: wijk.yaml has no source with this key. Add it there, or remove it here."
                )

    def _check_addresses(self, wijk: Wijk) -> None:
        for configured in wijk.sources:
            address = configured.url or ""
            if address.startswith(PUBLISHER) and not self._route(urlsplit(address.removeprefix(PUBLISHER)).path):
                raise ScenarioError(f"wijk.yaml: sources.{configured.key}: scenario.yaml serves nothing at {address}.")


def _dated(answer: Answer, changed: datetime) -> Answer:
    return answer if answer.changed else replace(answer, changed=changed)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A port that another program listens on must be noticed, not shared.
    allow_reuse_port = False
    # All sources of a wijk may ask at once; who finds no room waits a second before trying again.
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], publisher: Publisher) -> None:
        self.publisher = publisher
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._respond(with_body=True)

    def do_HEAD(self) -> None:
        self._respond(with_body=False)

    def _respond(self, *, with_body: bool) -> None:
        asked = urlsplit(self.path)
        answer = self.server.publisher.answer(unquote(asked.path), asked.query)
        status, body, headers = answer.status, answer.body, dict(answer.headers)
        if status == 200 and answer.changed is not None:
            etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
            headers |= {
                "ETag": etag,
                "Last-Modified": format_datetime(answer.changed.astimezone(UTC), usegmt=True),
                "Cache-Control": f"public, max-age={MAX_AGE}",
            }
            if self._is_known(etag, answer.changed):
                status, body = 304, b""
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", answer.content_type)
        for name, value in headers.items():
            self.send_header(name, value)
        if status not in {204, 304}:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body and body:
            self.wfile.write(body)

    def _is_known(self, etag: str, changed: datetime) -> bool:
        """RFC 9110, 13.2.2: If-None-Match goes before If-Modified-Since."""
        if (known := self.headers.get("If-None-Match")) is not None:
            return etag in {part.strip().removeprefix("W/") for part in known.split(",")} or known.strip() == "*"
        if (since := self.headers.get("If-Modified-Since")) is not None:
            try:
                return changed <= parsedate_to_datetime(since)
            except (ValueError, TypeError):
                return False
        return False

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Nothing: requests are the collectors' own."""
