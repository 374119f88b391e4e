"""Boundaries: what is asked, what is dropped, and a real OGC API - Features server (pygeoapi) read to its end."""

import itertools
import json
import os
import socket
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest
from helping import CADENCE, LOOPBACK, NOW, bounds, fresh, make_fetcher
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from collector import boundaries
from collector.boundaries import BASE, COLLECTIONS, address, parse
from collector.visit import visit
from wijkblik.models.wijk import Source

PEER = Path(__file__).parents[2] / ".peers" / "bin" / "python"
SERVER = Path(__file__).parent / "ogc_server.py"
FIRST = f"{BASE.format(year=2025)}/collections/buurten/items"
SQUARE = [[[5.4, 52.75], [5.41, 52.75], [5.41, 52.76], [5.4, 52.75]]]


def source(url=None, **query):
    return Source(
        key="s", name="S", collector="boundaries", type="service", organisation="CBS", url=url, query=query or {}
    )


def feature(code, geometry=None, **properties):
    geometry = geometry or {"type": "Polygon", "coordinates": SQUARE}
    own = {"buurtcode": code, "buurtnaam": "Spoelbuurt", "gemeentecode": "GM9901"}
    return {"type": "Feature", "id": code, "geometry": geometry, "properties": own | properties}


def read(*features, **query):
    return parse(json.dumps({"features": features}).encode(), source("https://x.example/", **query))


# What is asked


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({"municipality": "9901"}, f"{FIRST}?gemeentecode=GM9901&limit=200&f=json"),
        ({"municipality": "GM9901", "year": 2024}, f"{FIRST}?gemeentecode=GM9901&limit=200&f=json".replace("25", "24")),
        ({"bbox": [5.39, 52, 5.42, 52.76]}, f"{FIRST}?bbox=5.39,52.0,5.42,52.76&limit=200&f=json"),
        (
            {"municipality": "GM9901", "levels": ["gemeente"], "base": "https://kaart.example/ogc/"},
            "https://kaart.example/ogc/collections/gemeenten/items?gemeentecode=GM9901&limit=200&f=json",
        ),
    ],
)
def test_the_address_follows_from_the_configuration(query, asked):
    assert address(source(**query)) == asked


def test_an_address_of_its_own_is_taken_as_it_stands():
    assert address(source("https://x.example/grenzen?a=1")) == "https://x.example/grenzen?a=1"


@pytest.mark.parametrize("query", [{"year": 2025}, {"municipality": "GM9901", "bbox": [5, 52, 6, 53]}])
def test_either_a_municipality_or_a_box_is_asked(query):
    with pytest.raises(ValueError, match="add either"):
        address(source(**query))


@pytest.mark.parametrize(
    "query",
    [
        {"municipality": "Lindevoort"},
        {"municipality": "WK990101"},
        {"bbox": [52, 5, 53]},
        {"bbox": [6, 52, 5, 53]},
        {"bbox": [5, 52, 6, 95]},
        {"municipality": "GM9901", "levels": []},
        {"municipality": "GM9901", "levels": ["straat"]},
        {"municipality": "GM9901", "base": "ftp://x.example"},
        {"municipality": "GM9901", "jaar": 2025},
    ],
)
def test_a_wrong_parameter_is_refused(query):
    with pytest.raises(ValidationError):
        address(source(**query))


# What is taken and what is dropped


def test_only_figures_that_say_nothing_of_traits_are_kept():
    traits = {
        "percentage_met_herkomstland_buiten_europa": 31,
        "percentage_personen_0_tot_15_jaar": 12,
        "gemiddeld_inkomen_per_inwoner": 24,
        "aantal_personen_met_een_ww_uitkering_totaal": 30,
        "mannen": 600,
    }
    [area] = read(feature("BU990101AA", aantal_inwoners=1240, **traits)).background
    assert area.figures == {"aantal_inwoners": 1240}


@pytest.mark.parametrize("value", [-99997, -99995, -99999999, None, "1240", True, [1240], 10**400])
def test_a_figure_that_is_secret_or_none_is_left_out(value):
    [area] = read(feature("BU990101AA", aantal_inwoners=value)).background
    assert area.figures == {}


def test_an_infinite_figure_is_none():
    body = json.dumps({"features": [feature("BU990101AA", aantal_inwoners=7)]}).replace("7}", "1e999}")
    [area] = parse(body.encode(), source("https://x.example/")).background
    assert area.figures == {}


def test_only_the_asked_municipality_is_kept_and_the_others_are_counted():
    others = [feature(f"BU99020{number}AA", gemeentecode="GM9902") for number in range(3)]
    harvest = read(feature("BU990101AA", gemeentecode="9901"), *others, municipality="9901")
    assert [area.code for area in harvest.background] == ["BU990101AA"]
    assert [fault.code for fault in harvest.faults] == ["other_municipality"] * 3


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [5.4, 52.7]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[5.4, 52.7], [5.5, 52.7], [5.4, 52.7]]]},
        {"type": "Polygon", "coordinates": [[["5.4", 52.7]] * 4]},
        {"type": "Polygon", "coordinates": [[[133587.1, 455921.5]] * 4]},
        {"type": "Polygon", "coordinates": 5},
        {"type": "MultiPolygon", "coordinates": SQUARE},
        {"type": ["Polygon"], "coordinates": SQUARE},
        "POLYGON",
    ],
)
def test_an_outline_that_is_none_leaves_the_area_without(geometry):
    harvest = read(feature("BU990101AA", geometry))
    assert [(area.code, area.geometry) for area in harvest.background] == [("BU990101AA", "")]
    assert [fault.code for fault in harvest.faults] == ["bad_position"]


POSITIONS = st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(list)
RINGS = st.lists(POSITIONS, min_size=3, max_size=8).map(lambda ring: [*ring, ring[0]])
POLYGONS = st.lists(RINGS, min_size=1, max_size=3)


@given(POLYGONS.map(lambda it: ("Polygon", it)) | st.lists(POLYGONS, max_size=3).map(lambda it: ("MultiPolygon", it)))
def test_an_outline_stays_one_when_it_is_rounded(shape):
    kind, coordinates = shape
    [area] = read(feature("BU990101AA", {"type": kind, "coordinates": coordinates})).background
    if not area.geometry:
        return
    kept = json.loads(area.geometry)
    assert kept["type"] == kind
    for polygon in [kept["coordinates"]] if kind == "Polygon" else kept["coordinates"]:
        for ring in polygon:
            assert len(ring) >= 4
            assert ring[0] == ring[-1]
            assert all(round(side, 5) == side for position in ring for side in position)
            assert all(one != other for one, other in itertools.pairwise(ring))


# A running server


def town():
    """Of each collection its features: two municipalities, wijken and 25 buurten in a row."""
    buurten = []
    for number in range(25):
        west = 5.4 + number / 100
        square = [[[west, 52.75], [west + 0.01, 52.75], [west + 0.01, 52.76], [west, 52.75]]]
        code, home = f"{number:02}", "GM9901" if number < 23 else "GM9902"
        buurten.append(
            feature(
                f"BU9901AA{code}",
                {"type": "Polygon", "coordinates": square},
                buurtnaam=f"Buurt {code}",
                wijkcode="WK9901AA",
                gemeentecode=home,
                jaar=2025,
                aantal_inwoners=100 * number,
            )
        )
    wijk = feature("WK9901AA", wijkcode="WK9901AA", wijknaam="De Weverij", buurtcode=None)
    gemeente = feature("GM9901", gemeentenaam="Lindevoort", buurtcode=None)
    return {"buurten": buurten, "wijken": [wijk], "gemeenten": [gemeente]}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_it_answers(process, port):
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        assert process.poll() is None, "the server has stopped"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server does not answer")


@pytest.fixture(scope="module")
def ogc_server(tmp_path_factory):
    """The address of a pygeoapi that serves the invented town, in a process of its own."""
    if not PEER.exists():
        message = "needs pygeoapi as a server: make peers"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    folder, port = tmp_path_factory.mktemp("ogc"), free_port()
    for name, features in town().items():
        (folder / f"{name}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([PEER, SERVER, folder, str(port)], stdout=quiet, stderr=quiet)
    try:
        wait_until_it_answers(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


async def ask(asked):
    async with make_fetcher(read_seconds=20, total_seconds=30) as fetcher:
        known = fresh(asked)
        return await visit(asked, boundaries, known, fetcher, CADENCE, bounds(named=LOOPBACK), wall_clock=lambda: NOW)


async def test_a_pygeoapi_is_read_to_its_end_and_then_left_for_a_month(ogc_server):
    asked = source(municipality="9901", base=ogc_server)
    seen = await ask(asked)
    assert seen.harvest.faults == ()
    levels = [area.level for area in seen.harvest.background]
    assert {level: levels.count(level) for level in COLLECTIONS} == {"buurt": 23, "wijk": 1, "gemeente": 1}
    buurt = seen.harvest.background[7]
    assert (buurt.code, buurt.parent, buurt.year, buurt.figures) == (
        "BU9901AA07",
        "WK9901AA",
        2025,
        {"aantal_inwoners": 700},
    )
    assert seen.polling.next_check_at == NOW + timedelta(days=30)


async def test_a_pygeoapi_is_asked_for_a_box(ogc_server):
    seen = await ask(source(bbox=[5.425, 52.74, 5.445, 52.77], levels=["buurt"], base=ogc_server))
    assert [area.name for area in seen.harvest.background] == ["Buurt 02", "Buurt 03", "Buurt 04"]


async def test_a_listing_of_a_pygeoapi_by_its_own_address(ogc_server):
    asked = source(f"{ogc_server}/collections/buurten/items?f=json")
    async with make_fetcher() as fetcher:
        page = await fetcher.get(asked.url)
    assert len(parse(page.body, asked).background) == 10, "it gives ten at once"
    assert len((await ask(asked)).harvest.background) == 25
