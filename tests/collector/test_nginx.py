"""Feeds, and what goes wrong with them, at a real web server: Debian's nginx, started for these tests on loopback.

It runs in the foreground from a folder of its own and is ended by its process.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from helping import CADENCE, NOW, bounds, fresh, make_fetcher, make_source, rss_feed, rss_item

from collector import rss
from collector.visit import visit

MISSING = "nginx is not here: sudo apt install nginx (only its program is used, not its service)"
DATE = "<pubDate>Wed, 15 Jul 2026 10:00:00 +0000</pubDate>"
FEED = rss_feed(rss_item("Brand in de Spoelstraat", "1", DATE))
LATIN = '<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{}</channel></rss>'.format(
    rss_item("Café de Spoel", "1", DATE)
).encode("windows-1252")
CONFIG = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  log_format short '$status $request_uri "$http_if_none_match" "$http_if_modified_since" "$http_accept_encoding"';
  access_log {folder}/access.log short;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  types {{ application/rss+xml xml; text/html html; text/plain txt; }}
  root {folder}/www;
  limit_req_zone $binary_remote_addr zone=strict:32k rate=1r/m;
  limit_req_zone $binary_remote_addr zone=told:32k rate=1r/m;
  limit_req_zone $binary_remote_addr zone=often:32k rate=5r/s;
  limit_req_status 429;
  server {{
    listen 127.0.0.1:{port};
    location = /gzip.xml {{ alias {folder}/www/large.xml; gzip on; gzip_types *; gzip_min_length 0; gzip_vary on; }}
    location = /deflated-twice.xml {{ alias {folder}/www/feed.xml.gz; add_header Content-Encoding "gzip, gzip"; }}
    location = /expires.xml {{ alias {folder}/www/feed.xml; expires 6h; }}
    location = /cached.xml {{ alias {folder}/www/feed.xml; add_header Cache-Control "public, max-age=7200"; }}
    location = /stale.xml {{ alias {folder}/www/feed.xml; expires -1; }}
    location = /latin.xml {{ charset windows-1252; }}
    location = /301 {{ return 301 /feed.xml; }}
    location = /302 {{ return 302 /feed.xml; }}
    location = /307 {{ return 307 /feed.xml; }}
    location = /308 {{ return 308 http://127.0.0.1:{port}/feed.xml; }}
    location = /loop {{ return 302 /loop; }}
    location = /401 {{ return 401; }}
    location = /403 {{ return 403; }}
    location = /410 {{ return 410; }}
    location = /500 {{ return 500; }}
    location = /429 {{ add_header Retry-After 3600 always; return 429; }}
    location = /503 {{ add_header Retry-After "Wed, 15 Jul 2026 13:00:00 GMT" always; return 503; }}
    location = /session {{ return 302 /account/login?next=/feed.xml; }}
    location = /cookie.xml {{ alias {folder}/www/feed.xml; add_header Set-Cookie "session=1; Path=/"; }}
    location /private/ {{ auth_basic "Leden"; auth_basic_user_file {folder}/users; alias {folder}/www/; }}
    location = /big-header.xml {{ alias {folder}/www/feed.xml; add_header X-Big "{big}"; }}
    location = /many-headers.xml {{ alias {folder}/www/feed.xml; {many} }}
    location = /strict.xml {{ limit_req zone=strict; alias {folder}/www/feed.xml; }}
    location = /told.xml {{ limit_req zone=told; alias {folder}/www/feed.xml; add_header Retry-After 60 always; }}
    location = /often.xml {{ limit_req zone=often burst=1 nodelay; alias {folder}/www/feed.xml; }}
    location /upstream/ {{ proxy_pass http://127.0.0.1:{upstream}/; proxy_read_timeout 300ms; proxy_connect_timeout 300ms; }}
  }}
}}
"""


@dataclass
class Nginx:
    """Where it listens, its files, and the port on which it expects an application behind it."""

    url: str
    folder: Path
    upstream: int

    def log(self, path):
        """What it logged of the requests for a path: status, If-None-Match, If-Modified-Since, Accept-Encoding."""
        time.sleep(0.02)
        lines = (self.folder / "access.log").read_text().splitlines()
        return [(line.split(" ")[0], *line.split('"')[1::2]) for line in lines if line.split(" ")[1] == path]

    def statuses(self, path):
        return [entry[0] for entry in self.log(path)]


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def write(folder):
    """Its files and its configuration; the ports that stand in it."""
    port, upstream, www = free_port(), free_port(), folder / "www"
    www.mkdir(exist_ok=True)
    (www / "feed.xml").write_bytes(FEED)
    (www / "large.xml").write_bytes(rss_feed("".join(rss_item(f"Bericht {n}", str(n), DATE) for n in range(90))))
    (www / "latin.xml").write_bytes(LATIN)
    (www / "members.html").write_text('<!doctype html><form><input type="password" name="p"></form>')
    (www / "robots.txt").write_text("User-agent: *\nDisallow: /no/\n")
    (folder / "users").write_text("jan:{PLAIN}geheim\n")
    many = " ".join(f"add_header X-{number} a;" for number in range(300))
    # One value in a configuration may be 4 kB long; the same name again makes the header longer.
    big = "a" * 4_000
    config = CONFIG.format(folder=folder, port=port, upstream=upstream, big=big, many=many)
    config = config.replace(f'add_header X-Big "{big}";', f'set $b "{big}"; add_header X-Big "$b$b$b$b$b";')
    (folder / "nginx.conf").write_text(config)
    return port, upstream


@pytest.fixture(scope="module")
def nginx(tmp_path_factory):
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
    folder = tmp_path_factory.mktemp("nginx")
    port, upstream = write(folder)
    process = subprocess.Popen([program, "-c", folder / "nginx.conf", "-p", folder, "-e", folder / "error.log"])
    try:
        for _ in range(100):
            assert process.poll() is None, (folder / "error.log").read_text()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.1):
                break
            time.sleep(0.05)
        yield Nginx(f"http://127.0.0.1:{port}", folder, upstream)
    finally:
        process.terminate()
        process.wait(10)


async def ask(fetcher, url, polling=None):
    source = make_source(url)
    return await visit(source, rss, polling or fresh(source), fetcher, CADENCE, bounds(), wall_clock=lambda: NOW)


def codes(outcome):
    return [fault.code for fault in outcome.harvest.faults]


# What goes well


async def test_a_feed_comes_once_and_is_then_not_modified(nginx, fetcher):
    url = nginx.url + "/feed.xml"
    first = await ask(fetcher, url)
    second = await ask(fetcher, url, first.polling)
    (nginx.folder / "www" / "feed.xml").write_bytes(rss_feed(rss_item("Weer brand", "2", DATE)))
    third = await ask(fetcher, url, second.polling)
    (nginx.folder / "www" / "feed.xml").write_bytes(FEED)
    assert [item.title for item in first.harvest.items] == ["Brand in de Spoelstraat"]
    assert (second.harvest.unchanged, second.harvest.faults) == (True, ())
    assert [item.title for item in third.harvest.items] == ["Weer brand"]
    log = nginx.log("/feed.xml")
    assert [entry[0] for entry in log] == ["200", "304", "200"]
    assert log[0][1:3] == ("-", "-")
    assert log[1][1:3] == (first.polling.etag.replace('"', r"\x22"), first.polling.last_modified)


async def test_a_date_alone_is_enough_to_be_told_that_nothing_changed(nginx, fetcher):
    url = nginx.url + "/latin.xml"
    page = await fetcher.get(url)
    again = await fetcher.get(url, last_modified=page.last_modified)
    other = await fetcher.get(url, etag='"other"', last_modified="Wed, 15 Jul 2020 10:00:00 GMT")
    assert (again.unchanged, other.unchanged) == (True, False)


async def test_a_compressed_feed_is_unpacked_and_its_weak_etag_goes_back(nginx, fetcher):
    url = nginx.url + "/gzip.xml"
    first = await ask(fetcher, url)
    second = await ask(fetcher, url, first.polling)
    assert len(first.harvest.items) == 90
    assert first.polling.etag.startswith("W/")
    assert second.harvest.unchanged
    assert [(entry[0], entry[3]) for entry in nginx.log("/gzip.xml")] == [
        ("200", "gzip, deflate"),
        ("304", "gzip, deflate"),
    ]


@pytest.mark.parametrize(("path", "wait"), [("expires", timedelta(hours=6)), ("cached", timedelta(hours=2))])
async def test_no_visit_before_an_answer_grows_stale(nginx, fetcher, path, wait):
    outcome = await ask(fetcher, f"{nginx.url}/{path}.xml")
    assert outcome.polling.next_check_at >= NOW + wait
    usual = await ask(fetcher, nginx.url + "/stale.xml")
    assert usual.polling.next_check_at < NOW + timedelta(hours=2)


async def test_the_charset_that_the_server_names_counts(nginx, fetcher):
    outcome = await ask(fetcher, nginx.url + "/latin.xml")
    assert [item.title for item in outcome.harvest.items] == ["Café de Spoel"]


@pytest.mark.parametrize(
    ("status", "remembered"), [(301, "/feed.xml"), (308, "/feed.xml"), (302, "/302"), (307, "/307")]
)
async def test_where_a_feed_moved(nginx, fetcher, status, remembered):
    outcome = await ask(fetcher, f"{nginx.url}/{status}")
    assert len(outcome.harvest.items) == 1
    assert outcome.polling.url == nginx.url + remembered


async def test_a_cookie_is_not_taken(nginx, fetcher):
    await ask(fetcher, nginx.url + "/cookie.xml")
    page = await fetcher.get(nginx.url + "/cookie.xml")
    assert "set-cookie" in page.headers
    assert nginx.statuses("/cookie.xml") == ["200", "200"]


# What does not


@pytest.mark.parametrize(
    ("path", "state", "reason"),
    [
        ("/401", "blocked", "blocked"),
        ("/403", "blocked", "blocked"),
        ("/private/feed.xml", "blocked", "blocked"),
        ("/session", "blocked", "login"),
        ("/members.html", "blocked", "html"),
        ("/no/feed.xml", "blocked", "robots"),
        ("/410", "gone", "gone"),
        ("/missing.xml", "failing", "http_error"),
        ("/500", "failing", "http_error"),
        ("/loop", "failing", "redirects"),
        ("/429", "failing", "rate_limited"),
        ("/503", "failing", "rate_limited"),
        ("/deflated-twice.xml", "failing", "encoding"),
        ("/big-header.xml", "failing", "headers"),
        ("/many-headers.xml", "failing", "headers"),
    ],
)
async def test_what_an_answer_without_a_feed_means(nginx, path, state, reason):
    (nginx.folder / "www" / "feed.xml.gz").write_bytes(b"\x1f\x8b")
    async with make_fetcher() as fetcher:
        outcome = await ask(fetcher, nginx.url + path)
    expected = "login" if path == "/members.html" else reason
    assert (outcome.polling.state, outcome.polling.reason, codes(outcome)) == (state, expected, [expected])
    assert (outcome.polling.next_check_at is None) == (state != "failing")


async def test_a_login_wall_is_met_once_and_without_a_password(nginx):
    before = len(nginx.statuses("/private/feed.xml"))
    async with make_fetcher() as fetcher:
        await ask(fetcher, nginx.url + "/private/feed.xml")
    assert nginx.statuses("/private/feed.xml")[before:] == ["401"]


@pytest.mark.parametrize("status", [429, 503])
async def test_no_request_before_the_server_lets_us(nginx, status):
    async with make_fetcher() as fetcher:
        outcome = await ask(fetcher, f"{nginx.url}/{status}")
        assert NOW + timedelta(hours=1) <= outcome.polling.next_check_at < NOW + timedelta(hours=2)
        before = len((nginx.folder / "access.log").read_text().splitlines())
        other = await ask(fetcher, nginx.url + "/cached.xml")
    assert codes(other) == ["rate_limited"]
    assert len((nginx.folder / "access.log").read_text().splitlines()) == before


async def test_a_limit_that_our_own_load_meets_is_a_failure_to_come_back_from(nginx, fetcher):
    outcomes = await asyncio.gather(*(ask(fetcher, nginx.url + "/strict.xml") for _ in range(6)))
    assert sorted(nginx.statuses("/strict.xml")) == ["200"] + ["429"] * 5
    refused = [outcome for outcome in outcomes if outcome.harvest.faults]
    assert [codes(outcome) for outcome in refused] == [["rate_limited"]] * 5
    assert all(outcome.polling.next_check_at > NOW for outcome in refused)


async def test_once_a_limit_says_how_long_nothing_more_is_sent(nginx):
    async with make_fetcher(spacing_seconds=0.05) as fetcher:
        outcomes = await asyncio.gather(*(ask(fetcher, nginx.url + "/told.xml") for _ in range(6)))
    assert nginx.statuses("/told.xml") == ["200", "429"]
    assert [codes(outcome) for outcome in outcomes] == [[]] + [["rate_limited"]] * 5
    assert all(outcome.polling.next_check_at >= NOW + timedelta(minutes=1) for outcome in outcomes[1:])


async def test_manners_keep_us_within_a_limit(nginx):
    async with make_fetcher(spacing_seconds=0.25) as fetcher:
        outcomes = await asyncio.gather(*(ask(fetcher, nginx.url + "/often.xml") for _ in range(4)))
    assert nginx.statuses("/often.xml") == ["200"] * 4
    assert all(not outcome.harvest.faults for outcome in outcomes)


# An application behind it that fails


@contextlib.asynccontextmanager
async def application(nginx, answered, pause=0.0):
    async def serve(reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(pause)
            writer.write(answered)
            await writer.drain()
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", nginx.upstream)
    yield
    server.close()


async def test_an_application_that_is_down_fails_for_now_and_its_page_is_no_feed(nginx, fetcher):
    outcome = await ask(fetcher, nginx.url + "/upstream/feed")
    assert nginx.statuses("/upstream/feed")[-1] == "502"
    assert (outcome.polling.state, codes(outcome)) == ("failing", ["http_error"])
    assert outcome.polling.next_check_at > NOW


async def test_an_application_that_hangs_fails_for_now(nginx, fetcher):
    async with application(nginx, b"", pause=1):
        outcome = await ask(fetcher, nginx.url + "/upstream/hangs")
    assert nginx.statuses("/upstream/hangs")[-1] == "504"
    assert (outcome.polling.state, codes(outcome)) == ("failing", ["http_error"])


@pytest.mark.parametrize(
    "answered",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + FEED,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5000\r\n" + FEED,
    ],
    ids=["length", "chunks"],
)
async def test_half_a_feed_is_no_feed_and_what_was_known_stays(nginx, fetcher, answered):
    url = nginx.url + "/upstream/cut"
    async with application(nginx, b'HTTP/1.0 200 OK\r\nETag: "1"\r\n\r\n' + FEED):
        first = await ask(fetcher, url)
    assert first.polling.etag == '"1"'
    async with application(nginx, answered):
        second = await ask(fetcher, url, first.polling)
    assert (second.polling.state, codes(second)) == ("failing", ["unreachable"])
    assert (second.polling.etag, second.harvest.items) == ('"1"', ())
    async with application(nginx, b"HTTP/1.0 200 OK\r\n\r\n" + FEED):
        third = await ask(fetcher, url, second.polling)
    assert (third.polling.state, third.polling.failures) == ("ok", 0)


async def test_an_application_with_too_large_headers_is_refused_by_nginx_itself(nginx, fetcher):
    async with application(nginx, b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n"):
        outcome = await ask(fetcher, nginx.url + "/upstream/large")
    assert codes(outcome) == ["http_error"]
