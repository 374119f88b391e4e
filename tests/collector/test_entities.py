"""External entities, document types and inclusions: no reader of XML opens a file or sends a request because of what it reads.

A real server listens for the requests that an attack asks for, and a real file lies where it points. Each attack is put into a
sample of every kind of XML that is read.
"""

import contextlib
import re
import time
import tracemalloc
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import feedparser
import pytest
from helping import make_source
from lxml import etree

from collector import rss
from collector.registry import collectors
from collector.xml import local, safe_xml
from wijkblik.errors import ConfigError, ParseError
from wijkblik.models.wijk import Wijk
from wijkblik.service.opml import read_opml

SAMPLES = Path(__file__).parent / "samples"
SECRET = "geheim-van-deze-machine"
WIJK = Wijk(
    schema=1,
    name="W",
    municipality="L",
    languages=("nl",),
    contact="a@b.example",
    places=({"name": "S"},),
    sources=(make_source(),),
)
LAUGHS = '<!ENTITY a0 "lollollollol">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
SERVICE_REQUESTS = b"""<?xml version="1.0" encoding="utf-8"?>
<service_requests><request><service_request_id>1</service_request_id><description>Kapotte lamp</description>
<service_name>Verlichting</service_name><requested_datetime>2026-07-15T10:00:00Z</requested_datetime></request></service_requests>"""
OPML = b"""<?xml version="1.0"?>
<opml version="2.0"><head><title>Lijst</title></head>
<body><outline text="Nieuws" xmlUrl="https://a.example/feed"/></body></opml>"""
RDF = b"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>Nieuws</title></channel>
<item rdf:about="https://a.example/1"><title>Brand</title><link>https://a.example/1</link></item></rdf:RDF>"""


def read_as_opml(body):
    return read_opml(body, "lijst.opml", WIJK)


def reader(kind):
    return lambda body: collectors()[kind].parse(body, make_source(collector=kind))


def forgiving(body):
    return rss._read_forgiving(body, "", [])


READERS = {
    "rss": (reader("feed"), (SAMPLES / "rss.xml").read_bytes()),
    "atom": (reader("feed"), (SAMPLES / "atom.xml").read_bytes()),
    "rdf": (reader("feed"), RDF),
    "rss, forgiving": (forgiving, (SAMPLES / "rss.xml").read_bytes()),
    "lemmy": (reader("lemmy"), (SAMPLES / "lemmy.xml").read_bytes()),
    "bekendmakingen": (reader("bekendmakingen"), (SAMPLES / "bekendmakingen.xml").read_bytes()),
    "meteoalarm": (reader("meteoalarm"), (SAMPLES / "meteoalarm.xml").read_bytes()),
    "open311": (reader("open311"), SERVICE_REQUESTS),
    "any xml": (lambda body: local(safe_xml(body)), b"<?xml version='1.0'?><r><b>tekst</b></r>"),
    "opml": (read_as_opml, OPML),
}
# What stands before the root element; &x; is then put into every text and attribute.
DECLARED = {
    "file": '<!DOCTYPE r [<!ENTITY x SYSTEM "{file}">]>',
    "path": '<!DOCTYPE r [<!ENTITY x SYSTEM "{path}">]>',
    "http": '<!DOCTYPE r [<!ENTITY x SYSTEM "{url}/entity">]>',
    "public": '<!DOCTYPE r [<!ENTITY x PUBLIC "-//X//X" "{url}/public">]>',
    "document type": '<!DOCTYPE r SYSTEM "{url}/r.dtd">',
    "public document type": '<!DOCTYPE r PUBLIC "-//X//X" "{url}/r.dtd" [<!ENTITY x "x">]>',
    "parameter entity": '<!DOCTYPE r [<!ENTITY % p SYSTEM "{url}/p.dtd"> %p; <!ENTITY x "x">]>',
    "parameter entity of a file": '<!DOCTYPE r [<!ENTITY % f SYSTEM "{file}"> <!ENTITY % p "<!ENTITY x SYSTEM \'{url}/?%f;\'>"> %p;]>',
    "far in": "<!DOCTYPE r [<!--" + "x" * 6_000 + '--><!ENTITY x SYSTEM "{file}">]>',
    "unparsed": '<!DOCTYPE r [<!NOTATION n SYSTEM "{url}/n"> <!ENTITY x SYSTEM "{url}/unparsed" NDATA n>]>',
}
BEFORE_THE_ROOT = {
    "stylesheet": '<?xml-stylesheet type="text/xsl" href="{url}/style.xsl"?>',
    "css": '<?xml-stylesheet type="text/css" href="{url}/style.css"?>',
    "model": '<?xml-model href="{url}/model.rng"?>',
}
ON_THE_ROOT = {
    "schema": ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x {url}/x.xsd" xsi:noNamespaceSchemaLocation="{url}/y.xsd"',
    "base": ' xml:base="{url}/base/"',
}
IN_THE_ROOT = {
    "xinclude of a file": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{file}"/>',
    "xinclude": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{url}/include.xml"/>',
    "link": '<link rel="next" href="{url}/next"/><link rel="hub" href="{url}/hub"/><atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="{url}/self"/>',
    "image": '<description>&lt;img src="{url}/pixel.gif"&gt;&lt;iframe src="{url}/frame"&gt;</description>',
}


def with_entities(body: bytes) -> bytes:
    """The document with &x; in every text and every attribute's value; a declaration goes where {here} stands."""
    head, declaration, rest = body.partition(b"?>")
    rest = re.sub(rb">([^<>&{]*[^\s<>&{][^<>&{]*)<", rb">&x;\1<", rest)
    rest = re.sub(rb'(\s(?:title|text|label|term)=")', rb"\1&x;", rest)
    return head + declaration + b"{here}" + rest


def put(body: bytes, kind: str, name: str) -> bytes:
    if kind == "declared":
        return with_entities(body).replace(b"{here}", DECLARED[name].encode())
    head, declaration, rest = body.partition(b"?>")
    start, tag, root = rest.partition(re.search(rb"<[A-Za-z][\w:]*", rest).group())
    if kind == "before":
        return head + declaration + BEFORE_THE_ROOT[name].encode() + rest
    if kind == "on":
        return head + declaration + start + tag + ON_THE_ROOT[name].encode() + root
    end = root.index(b">") + 1
    return head + declaration + start + tag + root[:end] + IN_THE_ROOT[name].encode() + root[end:]


ATTACKS = [
    (kind, name)
    for kind, found in (("declared", DECLARED), ("before", BEFORE_THE_ROOT), ("on", ON_THE_ROOT), ("in", IN_THE_ROOT))
    for name in found
]


@pytest.fixture(scope="module")
def listener():
    """A real server on loopback that would answer whatever is asked; and what was."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'<!ENTITY x "gehaald">')

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    path = tmp_path_factory.mktemp("machine") / "secret.txt"
    path.write_text(SECRET)
    return path


@pytest.mark.parametrize("name", READERS)
def test_the_samples_themselves_can_be_read(name):
    read, body = READERS[name]
    assert read(body)


@pytest.mark.parametrize(("kind", "attack"), ATTACKS)
@pytest.mark.parametrize("name", READERS)
def test_no_file_is_opened_and_no_request_sent(listener, secret, name, kind, attack):
    url, asked = listener
    read, body = READERS[name]
    attacked = put(body, kind, attack)
    for mark, value in (("{url}", url), ("{file}", secret.as_uri()), ("{path}", str(secret))):
        attacked = attacked.replace(mark.encode(), value.encode())
    assert attacked != body
    for encoded in (attacked, attacked.decode().replace("utf-8", "utf-16").encode("utf-16")):
        found = ""
        with contextlib.suppress(ParseError, ConfigError):
            found = repr(read(encoded))
        assert SECRET not in found
        assert "gehaald" not in found
    assert asked == []


@pytest.mark.parametrize(
    ("kind", "attack"), [("declared", "file"), ("declared", "far in"), ("in", "xinclude of a file")]
)
def test_a_careless_reader_would_have_opened_the_file(secret, kind, attack):
    body = put(SERVICE_REQUESTS, kind, attack).replace(b"{file}", secret.as_uri().encode())
    tree = etree.ElementTree(etree.fromstring(body, etree.XMLParser(resolve_entities=True)))
    tree.xinclude()
    assert SECRET in "".join(tree.getroot().itertext())


@pytest.mark.parametrize("name", ["atom", "meteoalarm", "open311", "opml"])
@pytest.mark.parametrize("entity", [LAUGHS.replace("a9", "x"), f'<!ENTITY x "{"a" * 50_000}">', '<!ENTITY x "&x;">'])
def test_entities_that_grow_do_not(name, entity):
    read, body = READERS[name]
    attacked = with_entities(body).replace(b"{here}", f"<!DOCTYPE r [{entity}]>".encode())
    attacked = attacked.replace(b"&x;", b"&x;" * 30)
    tracemalloc.start()
    started = time.process_time()
    with contextlib.suppress(ParseError, ConfigError):
        read(attacked)
    assert time.process_time() - started < 5
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


def test_feedparser_is_only_ever_given_bytes_and_never_an_address(listener):
    url, asked = listener
    for body in (url.encode(), b" " + url.encode() + b"/feed\n", b"file:///etc/hostname"):
        with contextlib.suppress(ParseError):
            rss.parse(body, make_source())
    assert asked == []
    # It would have asked for it:
    feedparser.parse(url + "/feed")
    assert asked.pop() == "/feed"
