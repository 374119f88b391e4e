"""A scenario folder with a source of every format, and how to ask its publisher over HTTP."""

import json
import re
import urllib.error
import urllib.request
from datetime import UTC, datetime
from urllib.parse import urlencode

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
EVERYWHERE = "5,52,6,53"
SOURCES = {
    "nieuws": ("rss", "nieuws/feed.rss"),
    "praat": ("mastodon", "weefsel/tags/deproef"),
    "plein": ("mastodon", "plein/api/v1/timelines/public"),
    "bekend": ("bekendmakingen", "zoek/rss"),
    "politie": ("politie", "v4/nieuws"),
    "straat": ("signalen", "signals/v1/public/signals/geography"),
    "weer": ("meteoalarm", "feeds/nederland"),
    "adressen": ("locatieserver", "search/v3_1/free"),
    "grenzen": ("boundaries", "cbs/ogc/v1/collections/buurten/items"),
    "misdrijven": ("crime", "odata/47022NED/TypedDataSet"),
}
BACKGROUND = {"adressen", "grenzen", "misdrijven"}
FIRST_PAGES = {
    **{key: path for key, (_, path) in SOURCES.items()},
    "straat": SOURCES["straat"][1] + f"?bbox={EVERYWHERE}",
    "misdrijven": SOURCES["misdrijven"][1] + "?" + urlencode({"$filter": "startswith(WijkenEnBuurten,'BU')"}),
}
WIJK = """
schema: 1
name: De Proef
municipality: Proefstad
languages: [nl]
contact: beheer@wijkblik.example
places:
  - {name: Kade, kind: street, nicknames: [de wal], postcode: 7491 SA, lat: 52.71, lon: 5.41}
  - {name: Kadeplein, kind: square, lat: 52.72, lon: 5.42}
  - {name: De Hal, kind: building, postcode: 7491 SD, lat: 52.73, lon: 5.43}
  - {name: Stadspark, kind: park, lat: 52.74, lon: 5.40}
  - {name: Nergenspad, kind: street}
sources:
"""


def line(source, number, at, **more):
    own_id = f"{source}-{number}"
    item = {"id": own_id, "source": source, "lang": "nl", "title": "", "text": f"Bericht {number}.", "author": None}
    return item | {"at": at, "url": f"{{publisher}}/{source}/{own_id}"} | more


def scenario_items():
    writers = ["@een@weefsel.example", "@twee@weefsel.example", "@gast@elders.example"]
    yield from (
        line("praat", n, f"-PT{n}M", author=writers[n % 3], text=f"Bericht {n} <i>&</i>\nop #DeProef #kade")
        for n in range(1, 51)
    )
    yield line("praat", 51, "-PT60M", author=writers[0], changed=[{"at": "-PT30M", "text": "Verbeterd."}])
    yield line("praat", 52, "-PT61M", author=writers[0], withdrawn_at="-PT20M")
    # Two at one moment: the line number keeps them apart.
    yield from (line("plein", n, "-PT10M", author=writers[0]) for n in (1, 2))
    yield from (
        line("bekend", n, f"-P{n}DT5H", title=f"Besluit {n}: bomen aan de Kade", text="Ter inzage.")
        for n in range(1, 13)
    )
    yield line("bekend", 13, "-P14D", title="Ingetrokken besluit", withdrawn_at="-P1D")
    yield from (
        line(
            "politie", n, f"-PT{n}H", title=f"Onderzoek {n}", text="Bij de wal is iets gebeurd. Meer volgt.\n\nBel ons."
        )
        for n in range(1, 204)
    )
    streets = ["Kade", "Kadeplein", "Stadspark"]
    yield from (
        line("straat", n, f"-PT{n}H", title=f"Melding: grofvuil bij de glasbak, {streets[n % 3]}") for n in range(1, 13)
    )
    yield line("straat", 13, "-PT1H", title="Melding: zwerfafval, ergens anders")
    yield line("straat", 14, "-PT1H", title="Melding: zwerfafval, Nergenspad")
    yield line(
        "weer",
        1,
        "-PT2H",
        title="Yellow Wind Warning issued for The Netherlands - Proefland",
        text="Strong gusts between 19:00 and 02:00.",
    )
    yield line("weer", 2, "-P4D", title="Orange Rain Warning issued for The Netherlands - Proefland")
    yield line("nieuws", 1, "-PT3H", title="Nieuws")


def write_folder(folder, sources=SOURCES, wijk_sources=None, items=None):
    listed = "".join(f"  {key}: {{format: {kind}, path: {path}}}\n" for key, (kind, path) in sources.items())
    (folder / "scenario.yaml").write_text(f'title: Proef\nnow: "08:00"\nsources:\n{listed}')
    own = wijk_sources or {key: path for key, (_, path) in sources.items() if key not in BACKGROUND}
    lines = [
        f'  - {{key: {key}, name: "{key}", collector: x, url: "{{publisher}}/{path}", type: news, organisation: X}}\n'
        for key, path in own.items()
    ]
    (folder / "wijk.yaml").write_text(WIJK + "".join(lines))
    shown = scenario_items() if items is None else items
    (folder / "items.jsonl").write_text("\n".join(json.dumps(item) for item in shown))
    return folder


def ask(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def get(publisher, path, **query):
    """Status, headers, and the body's JSON, or its bytes where it is none."""
    query = {name.replace("__", "$"): value for name, value in query.items()}
    address = f"{publisher.base}/{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")
    status, headers, body = ask(address)
    return status, headers, json.loads(body) if "json" in headers.get("Content-Type", "") else body


def links(headers):
    return {relation: address for address, relation in re.findall(r'<([^>]*)>; rel="(\w+)"', headers.get("Link", ""))}


def follow(address, relation="next"):
    """The JSON of every page, by the Link header."""
    while address:
        _, headers, body = ask(address)
        yield json.loads(body)
        address = links(headers).get(relation)


def ids(statuses):
    return [int(one["id"]) for one in statuses]
