from datetime import UTC, datetime

import pytest
from exchange import read
from helping import make_source, rss_feed, rss_item

from collector.bekendmakingen import address, parse, recognises
from wijkblik.errors import ParseError
from wijkblik.models.wijk import Source


def asking(url=None, **query):
    return Source(
        key="s", name="S", collector="bekendmakingen", type="official", organisation="G", url=url, query=query
    )


def test_the_recorded_item_gets_its_real_title_and_its_number(shared):
    item = (shared / "payloads/officielebekendmakingen/rss_item_gmb.xml").read_text(encoding="utf-8")
    harvest = parse(rss_feed(item), make_source(collector="bekendmakingen"))
    [item] = harvest.items
    assert (item.entry_id, item.text) == ("gmb-2026-339555", "")
    assert item.title == "Aanvraag vergunning voor het kappen van 10 bomen..."
    assert item.published_at == datetime(2026, 7, 14, 22, 0, tzinfo=UTC)
    assert harvest.faults == ()
    assert recognises("", rss_feed("<item><title>gmb-2026-339555 : Delft</title></item>"))


@pytest.mark.parametrize(("municipality", "kept"), [("Delft", 1), ("DELFT", 1), ("gemeente Delft", 1), ("Rijswijk", 0)])
def test_the_recorded_item_is_delfts(shared, municipality, kept):
    item = (shared / "payloads/officielebekendmakingen/rss_item_gmb.xml").read_text(encoding="utf-8")
    harvest = parse(rss_feed(item), asking("https://a.example/feed", municipality=municipality))
    assert len(harvest.items) == kept
    assert [fault.code for fault in harvest.faults] == ([] if kept else ["other_municipality"])


def test_another_feed_is_no_announcements():
    with pytest.raises(ParseError):
        parse(rss_feed(rss_item()), make_source(collector="bekendmakingen"))
    assert not recognises("", rss_feed(rss_item()))


def test_the_address_is_made_or_taken_as_it_stands():
    assert address(asking(municipality="'s-Gravenmoer")) == (
        "https://zoek.officielebekendmakingen.nl/rss?q=%28c.product-area%3D%3D%22officielepublicaties%22%29"
        "+and+%28dt.creator%3D%3D%22%27s-Gravenmoer%22%29"
    )
    assert address(asking("https://a.example/een/pad", municipality="X", geometry=True)) == "https://a.example/een/pad"


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        (asking(words=["x"]), "add 'municipality"),
        (asking(municipality='X" or "'), "leave that out"),
        (asking(municipality="X", words=["a\\"]), "leave that out"),
        (asking("https://a.example/feed", words=["x"]), "leave out 'url'"),
        (asking("https://a.example/feed", geometry=True), "add 'municipality"),
        (asking(municipality="X", sru="ftp://a.example"), "https://"),
        (asking(municipality="X", creator="Y"), "Extra inputs"),
    ],
)
def test_a_wrong_configuration_says_what_would_be_right(source, wrong):
    with pytest.raises(ValueError, match=wrong):
        address(source)


async def test_sru_says_where_an_announcement_is_about(server):
    seen = await read("bekendmakingen_geometry", server).run(server)
    points = {item.entry_id: item.point for item in seen.harvest.items}
    assert points.pop("gmb-2026-300101") == (52.1001, 6.5001)
    assert set(points.values()) == {None}
    assert seen.harvest.complete


async def test_after_sru_failed_the_whole_is_asked_again(server):
    exchange = read("bekendmakingen_sru_unavailable", server)
    first = await exchange.run(server)
    assert not first.harvest.complete
    await exchange.run(server, first.polling)
    assert [path.partition("?")[0] for path in server.paths] == ["/feed", "/sru", "/feed", "/sru"]


async def test_a_feed_that_has_not_changed_costs_one_request(server):
    exchange = read("bekendmakingen_geometry", server)
    first = await exchange.run(server)
    server.asked.clear()
    second = await exchange.run(server, first.polling)
    assert second.harvest.unchanged
    assert len(server.asked) == 1
