"""What the tests of the spine share: real command lines, a real server, small wijken and scenario folders."""

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from wijkblik.store import Store

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "configs"
DEMO = CONFIGS / "scenarios" / "demo"
NOW = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
"""The moment of every scenario here: Monday, 08:00 in Amsterdam."""

WIJK = """\
schema: 1
name: Proefwijk
municipality: Proefstad
languages: [nl]
contact: beheer@wijkblik.example
places:
  - {name: Kerkstraat}
themes: {overlast: 1.0}
sources:
  - key: nieuws
    name: Nieuws
    collector: feed
    url: https://nieuws.example/rss
    type: news
    organisation: Nieuws
    terms_checked_at: 2026-11-01
purpose: proef
legal_basis: proef
owner: coordinator
review_date: 2099-01-01
"""


def start(*arguments, data, **variables):
    """A `wijkblik` of its own, under way. `variables` are WIJKBLIK_ variables in lower case."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WIJKBLIK_")}
    environment |= {f"WIJKBLIK_{name.upper()}": str(value) for name, value in variables.items()}
    environment |= {"WIJKBLIK_DATA": str(data), "COLUMNS": "200"}
    command = [sys.executable, "-m", "wijkblik.cli", *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True, encoding="utf-8")


def finished(process, within=90):
    """Its exit code, standard output and standard error once it is done."""
    try:
        output, errors = process.communicate(timeout=within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def cli(*arguments, data, **variables):
    return finished(start(*arguments, data=data, **variables))


def rss(*items, head=""):
    body = f'<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0"><channel><title>Nieuws</title>'
    return (body + "".join(items) + "</channel></rss>").encode()


def rss_item(title, guid="", more=""):
    guid = f'<guid isPermaLink="false">{guid}</guid>' if guid else ""
    return f"<item><title>{title}</title>{guid}{more}</item>"


class Server:
    """A real server on loopback. A route is a body, (status, headers, body), or a function of the handler."""

    def __init__(self, routes=()):
        self.routes, self.asked = dict(routes), []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                route = outer.routes.get(self.path, (404, {}, b""))
                if callable(route):
                    route(self)
                    return
                status, headers, body = route if isinstance(route, tuple) else (200, {}, route)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def source(key, url, type_="news", **more):
    organisation = None if type_ == "social" else key
    known = {"key": key, "name": key, "collector": "feed", "url": url, "type": type_, "organisation": organisation}
    return known | {"terms_checked_at": "2026-11-01"} | more


def wijk_file(folder, sources, **more):
    """A wijk.yaml with these sources (JSON is YAML); a key that is None is left out."""
    content = {
        "schema": 1,
        "name": "Proefwijk",
        "municipality": "Proefstad",
        "languages": ["nl"],
        "contact": "beheer@wijkblik.example",
        "places": [{"name": "Kerkstraat"}],
        "sources": sources,
        "purpose": "proef",
        "legal_basis": "proef",
        "owner": "coordinator",
        "review_date": "2099-01-01",
    } | more
    path = folder / "proefwijk.yaml"
    # Dates must be YAML's own, without quotes.
    text = json.dumps({key: value for key, value in content.items() if value is not None})
    for name in ("terms_checked_at", "review_date"):
        text = text.replace(f'"{name}": "', f'"{name}": @').replace("@", "@", 1)
    path.write_text(_bare_dates(text), encoding="utf-8")
    return path


def demo_items():
    return [json.loads(line) for line in (DEMO / "items.jsonl").read_text(encoding="utf-8").splitlines()]


def small_scenario(folder, keep):
    """A copy of the demonstration with the items that `keep` says; without its truth."""
    folder.mkdir(parents=True)
    for name in ("wijk.yaml", "scenario.yaml"):
        (folder / name).write_bytes((DEMO / name).read_bytes())
    lines = [json.dumps(item, ensure_ascii=False) for item in demo_items() if keep(item)]
    (folder / "items.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def rows(store_or_path, query, *parameters):
    """What a query of the tests' own finds, through SQLite itself."""
    import sqlite3

    path = store_or_path.engine.url.database if isinstance(store_or_path, Store) else store_or_path
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query, parameters).fetchall()
    finally:
        connection.close()
