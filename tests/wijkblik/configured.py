"""A real wijk of its own for a test: configuration and data in a folder, and an HTTP server on loopback to ask."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from ruamel.yaml import YAML

from wijkblik.settings import load_settings

ROOT = Path(__file__).parents[2]
WIJK = {
    "schema": 1,
    "name": "De Weverij",
    "municipality": "Lindevoort",
    "languages": ["nl"],
    "contact": "beheer@wijkblik.example",
    "places": [{"name": "Spoelstraat"}],
    "purpose": "proef",
    "legal_basis": "proef",
    "owner": "proef",
    "review_date": "2099-01-01",
}
SOURCE = {"type": "news", "organisation": "De Lindebode", "name": "De Lindebode"}


def configure(folder, monkeypatch, *sources, **changed):
    """Settings of a wijk with these sources, in `folder`; the environment leads other processes to the same."""
    configs, checked = folder / "configs", {"terms_checked_at": date.today().isoformat()}
    (configs / "wijken").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "configs" / "themes.yaml", configs)
    defaults = (ROOT / "configs" / "defaults.yaml").read_text(encoding="utf-8")
    # A server of our own needs no pauses.
    (configs / "defaults.yaml").write_text(re.sub("spacing_seconds: [0-9.]+", "spacing_seconds: 0", defaults))
    content = WIJK | changed | {"sources": [SOURCE | checked | source for source in sources]}
    YAML(typ="safe").dump(content, configs / "wijken" / "proef.yaml")
    monkeypatch.setenv("WIJKBLIK_CONFIGS", str(configs))
    monkeypatch.setenv("WIJKBLIK_DATA", str(folder / "data"))
    return load_settings("proef")


@contextmanager
def serving(answer: Callable[[str, dict], tuple[int, dict, bytes]]) -> Iterator[str]:
    """The address of a server on loopback that answers a path and headers (names in lower case) with a status, headers and a body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, headers, body = answer(self.path, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
