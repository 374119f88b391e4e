"""What every installed collector must do; a new one is checked by being registered.

Its samples are samples/<kind>.* (of the feed, each of the kinds that it reads) with what should come of them, and its
exchanges are exchanges/<kind>_*.yaml: what a real service answers, page after page (exchange.py says how).
"""

import asyncio
import inspect
from datetime import timedelta
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from exchange import EXCHANGES, kind_of, outcome_of, read
from helping import answer, make_source, redirect
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.base import parameters_of
from collector.registry import GROUP, collectors
from wijkblik.errors import ParseError
from wijkblik.models.items import Harvest

ROOT = Path(__file__).parents[2]
SAMPLES = Path(__file__).parent / "samples"
NAMES = {"feed": ("rss", "atom", "jsonfeed")}
KINDS = sorted(collectors())
WALLS = {
    "401": answer(401, b"", "WWW-Authenticate: Basic"),
    "403": answer(403),
    "login redirect": redirect(302, "/users/sign_in?next=/"),
    "password page": answer(
        200, b'<!doctype html><form><input name="p" type="password"></form>', "Content-Type: text/html"
    ),
}
PERSONAL = ("requestor_name", "requestor_phone", "requestor_email")


def samples(kind):
    found = [
        path
        for name in NAMES.get(kind, (kind,))
        for path in sorted(SAMPLES.glob(f"{name}.*"))
        if not path.name.endswith(".expected.json")
    ]
    assert found, f"the collector '{kind}' has no sample: add tests/collector/samples/{kind}.xml or .json"
    return [path.read_bytes() for path in found]


def exchanges(kind):
    return [name for name in EXCHANGES if kind_of(name) == kind]


def sample_source(kind):
    return make_source(collector=kind)


def brings(harvest):
    return harvest.items or harvest.background


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
    assert parameters_of(module).model_config.get("extra") == "forbid"


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_a_page_in_the_documents_and_an_exchange(kind):
    assert (ROOT / "docs" / "sources" / f"{kind}.md").is_file()
    assert exchanges(kind), f"write tests/collector/exchanges/{kind}_*.yaml"


@pytest.mark.parametrize("kind", KINDS)
def test_its_samples_bring_something_and_parsing_is_pure(kind):
    for body in samples(kind):
        harvest = collectors()[kind].parse(body, sample_source(kind))
        assert brings(harvest)
        assert collectors()[kind].parse(body, sample_source(kind)) == harvest


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_bytes_crash_it(kind, data):
    body = data.draw(st.binary() | st.sampled_from(samples(kind)).flatmap(cut))
    try:
        harvest = collectors()[kind].parse(body, sample_source(kind))
    except ParseError:
        return
    assert isinstance(harvest, Harvest)


def cut(body):
    return st.tuples(st.integers(0, len(body)), st.binary(max_size=8)).map(
        lambda at: body[: at[0]] + at[1] + body[at[0] + 1 :]
    )


@pytest.mark.parametrize("name", EXCHANGES)
async def test_an_exchange_gives_what_is_written_beside_it(name, server):
    exchange = read(name, server)
    seen = await exchange.run(server)
    assert outcome_of(seen, server, exchange.expect) == exchange.expect
    assert not [item for item in seen.harvest.items if any(word in f"{item.title} {item.text}" for word in PERSONAL)]


@pytest.mark.parametrize("name", EXCHANGES)
async def test_asking_twice_gives_nothing_else(name, server):
    exchange = read(name, server)
    first = await exchange.run(server)
    second = await exchange.run(server)
    known = {item.entry_id: item for item in first.harvest.items}
    assert all(known.get(item.entry_id) == item for item in second.harvest.items)
    third = await exchange.run(server, first.polling)
    assert third.harvest.unchanged or all(item.entry_id in known for item in third.harvest.items)


@pytest.mark.parametrize("name", EXCHANGES)
async def test_pages_without_end_are_left_at_the_limit(name, server):
    exchange = read(name, server)
    longest = max((given for answers in exchange.answers.values() for given in answers), key=len)
    server.otherwise = longest
    exchange.answers = {target: [*given, longest] for target, given in exchange.answers.items()}
    async with asyncio.timeout(20):
        seen = await exchange.run(server, pages_per_visit=4)
    assert len(server.asked) <= 4
    assert "crashed" not in [fault.code for fault in seen.harvest.faults]


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_login_wall_stops_it_and_it_asks_no_more(kind, wall, server):
    for name in exchanges(kind):
        exchange = read(name, server)
        exchange.answers, server.otherwise = {}, WALLS[wall]
        server.asked.clear()
        seen = await exchange.run(server)
        assert (seen.polling.state, seen.polling.next_check_at) == ("blocked", None)
        assert {fault.code for fault in seen.harvest.faults} <= {"blocked", "login"}
        # The login page itself, and one way round that the source officially has, such as a feed beside an API.
        assert len(server.asked) <= 2


@pytest.mark.parametrize("kind", KINDS)
async def test_a_host_that_asks_to_wait_is_left_alone(kind, server):
    for name in exchanges(kind):
        exchange = read(name, server)
        exchange.answers, server.otherwise = {}, answer(429, b"", "Retry-After: 7200")
        server.asked.clear()
        seen = await exchange.run(server)
        assert (seen.polling.state, len(server.asked)) == ("failing", 1)
        assert seen.polling.next_check_at >= exchange.now + timedelta(hours=2)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_used_up_allowance_ends_the_visit_and_keeps_what_came(kind, server):
    for name in exchanges(kind):
        exchange = read(name, server)
        if exchange.expect.get("state") == "blocked":
            continue
        reset = (exchange.now + timedelta(hours=3)).isoformat()
        spent = f"X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: {reset}\r\n".encode()
        exchange.answers = {
            target: [one.replace(b"\r\n", b"\r\n" + spent, 1) for one in given]
            for target, given in exchange.answers.items()
        }
        server.asked.clear()
        seen = await exchange.run(server)
        assert len(server.asked) == 1
        assert seen.polling.next_check_at >= exchange.now + timedelta(hours=3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [b"", b"<!doctype html><title>Onderhoud</title>", b"%PDF-1.7", b"[]", b"{}", b"null"])
async def test_what_is_not_its_format_does_no_harm(kind, server, body):
    for name in exchanges(kind):
        exchange = read(name, server)
        exchange.answers, server.otherwise = {}, answer(200, body)
        seen = await exchange.run(server)
        assert not brings(seen.harvest)
        assert seen.polling.next_check_at is not None
        assert "crashed" not in [fault.code for fault in seen.harvest.faults]
        if body[:1] in b"<%":
            assert seen.polling.state == "failing"
