"""What every installed collector must do; a new one is checked by being registered.

A collector's sample is samples/<kind>.* or, for the feed, each of the kinds that it reads.
"""

import asyncio
import inspect
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from helping import CADENCE, NOW, answer, fresh, make_fetcher, make_source
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.registry import GROUP, collectors
from collector.visit import visit
from wijkblik.errors import ParseError
from wijkblik.models.items import Harvest

SAMPLES = Path(__file__).parent / "samples"
NAMES = {"feed": ("rss", "atom", "jsonfeed")}
KINDS = sorted(collectors())


def samples(kind):
    found = [
        path
        for name in NAMES.get(kind, (kind,))
        for path in sorted(SAMPLES.glob(f"{name}.*"))
        if not path.name.endswith(".expected.json")
    ]
    assert found, f"the collector '{kind}' has no sample: add tests/collector/samples/{kind}.xml or .json"
    return [path.read_bytes() for path in found]


def source_of(kind, url="https://voorbeeld.nl/feed"):
    return make_source(url, collector=kind, query={"q": "wijk"})


async def ask(kind, server, **known):
    source = source_of(kind, server.url + "/feed")
    async with make_fetcher() as fetcher:
        return await visit(source, collectors()[kind], fresh(source, **known), fetcher, CADENCE, NOW, items_limit=100)


def test_every_entry_point_is_a_collector():
    assert sorted(point.name for point in entry_points(group=GROUP)) == KINDS
    assert "feed" in KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_the_face_of_a_collector(kind):
    module = collectors()[kind]
    assert module.kind == kind
    assert list(inspect.signature(module.parse).parameters)[:2] == ["body", "source"]
    assert list(inspect.signature(module.collect).parameters) == ["source", "fetch"]
    assert inspect.iscoroutinefunction(module.collect)


@pytest.mark.parametrize("kind", KINDS)
def test_its_samples_have_items_and_parsing_is_pure(kind):
    for body in samples(kind):
        harvest = collectors()[kind].parse(body, source_of(kind))
        assert harvest.items
        assert collectors()[kind].parse(body, source_of(kind)) == harvest


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_bytes_crash_it(kind, data):
    body = data.draw(st.binary() | st.sampled_from(samples(kind)).flatmap(cut))
    try:
        harvest = collectors()[kind].parse(body, source_of(kind))
    except ParseError:
        return
    assert isinstance(harvest, Harvest)


def cut(body):
    return st.tuples(st.integers(0, len(body)), st.binary(max_size=8)).map(
        lambda at: body[: at[0]] + at[1] + body[at[0] + 1 :]
    )


@pytest.mark.parametrize("kind", KINDS)
async def test_collecting_twice_gives_the_same(kind, server):
    for body in samples(kind):
        server.routes["/feed"] = answer(200, body)
        first, second = await ask(kind, server), await ask(kind, server)
        assert first.harvest.items
        assert first.harvest == second.harvest
        assert first.polling.state == "ok"
        third = await ask(kind, server, body_hash=first.polling.body_hash)
        assert third.harvest.unchanged


@pytest.mark.parametrize("kind", KINDS)
async def test_a_login_wall_blocks_it_and_it_asks_no_more(kind, server):
    server.routes["/feed"] = answer(401, b"", "WWW-Authenticate: Basic")
    outcome = await ask(kind, server)
    assert (outcome.polling.state, outcome.polling.next_check_at) == ("blocked", None)
    assert [fault.code for fault in outcome.harvest.faults] == ["blocked"]
    await asyncio.sleep(0)
    assert len(server.asked) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [b"", b"<!doctype html><title>Onderhoud</title>", b"%PDF-1.7"])
async def test_what_is_not_its_format_fails_and_is_asked_again_later(kind, server, body):
    server.routes["/feed"] = answer(200, body)
    outcome = await ask(kind, server)
    assert outcome.polling.state == "failing"
    assert outcome.polling.next_check_at is not None
    assert "crashed" not in [fault.code for fault in outcome.harvest.faults]
