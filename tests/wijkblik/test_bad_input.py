"""Bad input at one source becomes a recorded fault of that source, and nothing else stops."""

import contextlib
import gzip
import http.server
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOOD = '<rss version="2.0"><channel><title>t</title><item><title>Brand in de Spoelstraat</title><guid>1</guid><pubDate>{date}</pubDate></item></channel></rss>'
DATE = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() - 3600))


def rss(*items):
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>' + "".join(items) + "</channel></rss>"
    ).encode()


def item(title="t", guid="<guid>1</guid>", extra="", date=DATE):
    return f"<item><title>{title}</title>{guid}<pubDate>{date}</pubDate>{extra}</item>"


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><rss version='2.0'><channel><item><title>&j;</title></item></channel></rss>"
)
ANSWERS = {
    # path: (status, headers, body, the fault that is expected, or None)
    "good": (200, {}, GOOD.format(date=DATE).encode(), None),
    "good2": (200, {}, GOOD.format(date=DATE).replace("Spoelstraat", "Kerkstraat").encode(), None),
    "nofeed": (200, {}, b"\x00\x01 this is no feed", "not_a_feed"),
    "html": (200, {"Content-Type": "text/html"}, b"<!doctype html><html><body>hallo</body></html>", "html"),
    "empty": (200, {}, b"", "empty"),
    "large": (200, {}, b"<rss>" + b"x" * 10_000_000, "too_large"),
    "gzipbomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"0" * 60_000_000), "too_large"),
    "charset": (
        200,
        {"Content-Type": "application/rss+xml; charset=utf-8"},
        rss(item("Café Wéver")).decode().encode("latin-1"),
        "malformed",
    ),
    "year30000": (200, {}, rss(item(date="Mon, 01 Jan 30000 00:00:00 GMT")), "bad_date"),
    "longtitle": (200, {}, rss(item("Spoelstraat " * 9000)), "title_cut"),
    "javascript": (200, {}, rss(item(extra="<link>javascript:alert(1)</link>")), "bad_link"),
    "script": (200, {}, rss(item(extra="<description>&lt;script&gt;alert(1)&lt;/script&gt;ok</description>")), None),
    "noid": (200, {}, rss(item("een", guid=""), item("twee", guid="")), "no_id"),
    "duplicate": (200, {}, rss(item("een"), item("twee")), "duplicate_id"),
    "silent": (0, {}, b"", "timed_out"),
    "missing": (404, {}, b"", "http_error"),
    "ended": (410, {}, b"", "gone"),
    "refused": (403, {}, b"", "blocked"),
    "loop": (302, {"Location": "/loop"}, b"", "redirects"),
    "entities": (200, {}, BOMB.encode(), ""),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, headers, body, _ = ANSWERS[self.path.strip("/")]
        if status == 0:
            time.sleep(6)
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    sources = "\n".join(
        f"  - {{key: {key}, name: {key}, collector: feed, url: '{base}/{key}', type: news, organisation: {key}, terms_checked_at: {time.strftime('%Y-%m-%d')}}}"
        for key in ANSWERS
    )
    wijk = folder / "bad.yaml"
    wijk.write_text(
        "schema: 1\nname: De Weverij\nmunicipality: Lindevoort\nlanguages: [nl]\ncontact: a@wijkblik.example\n"
        f"places: [{{name: Spoelstraat}}]\nsources:\n{sources}\n"
        "purpose: p\nlegal_basis: l\nowner: o\nreview_date: 2099-01-01\n"
    )
    configs = folder / "configs"
    configs.mkdir()
    (configs / "themes.yaml").write_text((ROOT / "configs/themes.yaml").read_text())
    defaults = (
        (ROOT / "configs/defaults.yaml")
        .read_text()
        .replace("read_seconds: 20", "read_seconds: 3")
        .replace("spacing_seconds: 1 ", "spacing_seconds: 0 ")
    )
    (configs / "defaults.yaml").write_text(defaults)
    env = os.environ | {"WIJKBLIK_DATA": str(folder / "data"), "WIJKBLIK_CONFIGS": str(configs)}

    def call(*words):
        return subprocess.run(
            [sys.executable, "-m", "wijkblik.cli", *words, "--wijk", str(wijk)],
            capture_output=True,
            text=True,
            env=env,
            timeout=120,
        )

    done, listed, feed = call("round"), call("sources", "--json"), call("feed", "--json")
    server.shutdown()
    assert done.returncode == 0, done.stderr
    return {one["key"]: one for one in json.loads(listed.stdout)}, folder, feed.stdout


@pytest.mark.parametrize(("key", "fault"), [(key, fault) for key, (*_, fault) in ANSWERS.items() if fault])
def test_the_fault_is_recorded_at_its_source(results, key, fault):
    assert fault in [one["code"] for one in results[0][key]["faults"]]


@pytest.mark.parametrize(
    ("key", "state"),
    [("ended", "gone"), ("refused", "blocked"), ("missing", "failing"), ("silent", "failing"), ("good", "ok")],
)
def test_the_state_follows(results, key, state):
    assert results[0][key]["state"] == state


@pytest.mark.parametrize(
    ("key", "items"),
    [
        ("good", 1),
        ("good2", 1),
        ("charset", 1),
        ("year30000", 1),
        ("longtitle", 1),
        ("javascript", 1),
        ("script", 1),
        ("noid", 2),
        ("duplicate", 2),
    ],
)
def test_what_can_be_kept_is_kept(results, key, items):
    assert results[0][key]["items"] == items


def test_nothing_dangerous_is_kept(results):
    kept = (
        b"".join(path.read_bytes() for path in (results[1] / "data").rglob("*") if path.is_file()) + results[2].encode()
    )
    assert b"Spoelstraat" in kept
    assert b"<script" not in kept
    assert b"javascript:" not in kept
    assert len(kept) < 20_000_000
