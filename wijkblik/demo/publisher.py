"""The publisher: a small HTTP server on loopback with the caching headers of a real one."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from wijkblik.demo.formats import FORMATS, Channel, page
from wijkblik.demo.scenario import Scenario, latest_change
from wijkblik.errors import ScenarioError
from wijkblik.models.wijk import PUBLISHER, Wijk
from wijkblik.settings import Settings

HOST = "127.0.0.1"
MAX_AGE = 60


class Publisher:
    """Serves a scenario's sources. `as_of` may be moved to show an earlier moment of its week."""

    def __init__(self, settings: Settings, port: int = 0) -> None:
        """Binds at once; port 0, or one that is taken, gives any free one. Raises ScenarioError."""
        if settings.scenario is None:
            raise ScenarioError(f"'{settings.wijk_key}' is a real wijk; only a scenario folder can be published.")
        self._scenario = Scenario(settings.scenario)
        self._wijk = settings.wijk
        self._by_path = {"/" + source.path.lstrip("/"): key for key, source in self._scenario.sources.items()}
        self._check(settings.wijk)
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

    def answer(self, path: str) -> tuple[int, str, bytes, datetime]:
        """Status, content type, body and last change for a path."""
        if key := self._by_path.get(path):
            source = self._wijk.source(key)
            items = self._scenario.listing(key, self.as_of, self.base)
            changed = latest_change(items, self._scenario.now)
            title = source.name if source else key
            channel = Channel(title, self.base + path, f"{self.base}/{key}/", self._wijk.zone, changed)
            content_type, body = FORMATS[self._scenario.sources[key].format](channel, items)
            return 200, content_type, body, changed
        if found := self._scenario.find(path, self.as_of, self.base):
            item, shown = found
            if self._scenario.is_withdrawn(item, self.as_of):
                return 410, "text/plain; charset=utf-8", b"withdrawn\n", shown.updated_at
            return 200, "text/html; charset=utf-8", page(shown), shown.updated_at
        return 404, "text/plain; charset=utf-8", b"not found\n", self._scenario.now

    def _check(self, wijk: Wijk) -> None:
        for key, source in self._scenario.sources.items():
            if source.format not in FORMATS:
                raise ScenarioError(
                    f"scenario.yaml: sources.{key}.format: '{source.format}' is not known. Use one of: {', '.join(FORMATS)}."
                )
            if wijk.source(key) is None:
                raise ScenarioError(
                    f"scenario.yaml: sources.{key}: wijk.yaml has no source with this key. Add it there, or remove it here."
                )
        for configured in wijk.sources:
            if (
                configured.url
                and configured.url.startswith(PUBLISHER)
                and configured.url.removeprefix(PUBLISHER) not in self._by_path
            ):
                raise ScenarioError(
                    f"wijk.yaml: sources.{configured.key}: scenario.yaml serves nothing at {configured.url}."
                )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A port that another program listens on must be noticed, not shared.
    allow_reuse_port = False

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
        status, content_type, body, changed = self.server.publisher.answer(unquote(urlsplit(self.path).path))
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        headers = {"Content-Type": content_type}
        if status == 200:
            headers |= {
                "ETag": etag,
                "Last-Modified": format_datetime(changed.astimezone(UTC), usegmt=True),
                "Cache-Control": f"public, max-age={MAX_AGE}",
            }
            if self._is_known(etag, changed):
                status, body = 304, b""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
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
            except ValueError:
                return False
        return False

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Nothing: requests are the collectors' own."""
