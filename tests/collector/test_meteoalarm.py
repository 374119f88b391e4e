import pytest
from helping import make_source

from collector.meteoalarm import address, parse, recognises
from wijkblik.errors import ParseError

HEAD = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2">'


def configured(url=None, **query):
    return make_source(url, collector="meteoalarm", type="official", query=query)


def feed(*entries):
    return f"{HEAD}{''.join(f'<entry>{entry}</entry>' for entry in entries)}</feed>".encode()


def warning(area, more=""):
    return f"<cap:areaDesc>{area}</cap:areaDesc><cap:event>Wind</cap:event><title>Geel {area}</title>{more}"


def test_the_dutch_feed_is_asked_unless_another_is_named():
    assert address(configured(areas=["Overijssel"])) == (
        "https://feeds.meteoalarm.org/feeds/meteoalarm-legacy-atom-netherlands"
    )
    assert address(configured("https://x.example/weer", areas=["Overijssel"])) == "https://x.example/weer"
    with pytest.raises(ValueError, match="given twice"):
        address(configured("https://x.example/weer", base="https://y.example"))


@pytest.mark.parametrize("wanted", ["fryslan", "FRYSLÂN", " Fryslân "])
@pytest.mark.parametrize("area", ["Fryslân", "Groningen | Fryslân", "Drenthe, Fryslân"])
def test_an_area_is_found_whatever_its_spelling(wanted, area):
    harvest = parse(feed(warning(area), warning("Zeeland")), configured(areas=[wanted]))
    assert [item.title for item in harvest.items] == [f"Geel {area}"]


def test_a_name_within_another_is_another_area():
    body = feed(warning("Noord-Holland"), warning("Zuid-Holland"), warning("Holland"))
    assert [item.title for item in parse(body, configured(areas=["noord holland"])).items] == ["Geel Noord-Holland"]


def test_without_areas_the_whole_country_counts():
    assert len(parse(feed(warning("Drenthe"), warning("Zeeland"), "<title>Overal</title>"), configured("https://x.example")).items) == 3  # fmt: skip


def test_a_warning_without_an_id_is_named_after_area_event_and_onset():
    def entry_id(onset, title="Geel"):
        more = f"<cap:onset>{onset}</cap:onset><cap:severity>{title}</cap:severity>"
        return parse(feed(warning("Drenthe", more)), configured("https://x.example")).items[0].entry_id

    assert entry_id("2026-07-15T10:00:00Z") == entry_id("2026-07-15T10:00:00Z", "Oranje")
    assert entry_id("2026-07-15T10:00:00Z") != entry_id("2026-07-15T11:00:00Z")


@pytest.mark.parametrize("body", [b"<rss/>", b"<r/>"])
def test_other_xml_says_so(body):
    with pytest.raises(ParseError) as caught:
        parse(body, configured("https://x.example"))
    assert caught.value.code == "other_format"


def test_a_document_type_is_refused():
    with pytest.raises(ParseError) as caught:
        parse(b'<!DOCTYPE feed [<!ENTITY x "y">]>' + feed(warning("&x;")), configured("https://x.example"))
    assert caught.value.code == "not_xml"


def test_its_answers_are_recognised():
    assert recognises("https://x.example", feed(warning("Drenthe")))
    assert not recognises("https://x.example", b'<feed xmlns="http://www.w3.org/2005/Atom"/>')


def test_the_recorded_feed_is_read(shared):
    body = (shared / "payloads/meteoalarm/meteoalarm_nl_sample.xml").read_bytes()
    harvest = parse(body, configured("https://x.example"))
    assert [(item.title, item.text) for item in harvest.items] == [
        ("Yellow Wind Warning issued for The Netherlands - Delfzijl", "Moderate Wind\nModerate\nDelfzijl"),
        ("Orange Thunderstorm Warning issued for The Netherlands - Amsterdam", "Thunderstorms\nSevere\nAmsterdam"),
    ]
    assert [f"{item.published_at:%d %H:%M} {item.expires_at:%d %H:%M}" for item in harvest.items] == [
        "18 09:56 21 09:34",
        "20 09:00 20 18:00",
    ]
    assert harvest.faults == ()
    [delfzijl] = parse(body, configured(areas=["delfzijl"])).items
    assert delfzijl == harvest.items[0]
