"""What leads to a person never reaches the data folder in clear: a whole round over sources that hold much of it.

Every handle, name of a writer, address, number and link that is planted holds one of MARKS, so that a scan of all files for those
finds any that slipped through.
"""

import json
import logging
import sqlite3

import pytest
import structlog
from configured import configure
from sites import Site

from wijkblik.datafolder import keys_path, open_store
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.intake import fit_to_remember
from wijkblik.models.items import Polling
from wijkblik.pipeline import run_round
from wijkblik.service import Service

NOW = "2026-07-15T12:00:00+00:00"
MARKS = ("geplant", "prive.example", "0620000", "06-20000", "06 20000", "6200001", "gp-1")
PERSONAL = (
    "Bel 06-20000101, 06 20000102 of +31 6 200001 03, of mail geplant.een@prive.example. "
    "Zie @geplant_twee, @geplant3@prive.example, https://www.facebook.com/geplant.vier, x.com/geplant5 en "
    "https://m.example/users/geplant6. Kenteken GP-101-X."
)
MARKUP = (
    f'<p>{PERSONAL}</p><p><a href="https://m.example/@geplant7" class="u-url mention">@<span>geplant7</span></a> '
    '<a href="mailto:geplant8@prive.example">mail</a> <img alt="Geplant Negen" src="https://m.example/geplant10.jpg"> '
    "geplant&#64;prive.example, geplant(at)prive.example</p><!-- geplant11@prive.example -->"
)
WRITER = "Geplant Schrijver"
FIELDS = {
    "requestor_name": WRITER, "requestor_email": "geplant20@prive.example", "requestor_phone": "0620000120",
    "first_name": "Geplant", "last_name": "Melder", "email": "geplant21@prive.example", "phone": "0620000121",
    "device_id": "geplant22", "account_id": "geplant23", "author": WRITER, "username": "geplant24", "display_name": WRITER,
    "url": "https://m.example/@geplant25", "avatar": "https://m.example/geplant26.png", "media_url": "https://m.example/geplant27.jpg",
    "reporter": {"name": WRITER, "email": "geplant28@prive.example"}, "contact": "geplant29@prive.example",
}  # fmt: skip


def rss(marker, link="https://nieuws.example/1"):
    return f"""<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
      xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>Nieuws</title>
      <managingEditor>geplant30@prive.example ({WRITER})</managingEditor><webMaster>geplant31@prive.example</webMaster>
      <itunes:owner><itunes:name>{WRITER}</itunes:name><itunes:email>geplant32@prive.example</itunes:email></itunes:owner>
      <item><title>{marker} Brand in de Spoelstraat, bel 06-20000130</title><link>{link}</link><guid isPermaLink="false">geplant33@prive.example</guid>
      <author>geplant34@prive.example ({WRITER})</author><dc:creator>{WRITER}</dc:creator><media:credit>{WRITER}</media:credit>
      <description><![CDATA[{MARKUP}]]></description><category>@geplant35</category><comments>https://m.example/@geplant36</comments>
      <enclosure url="https://m.example/geplant37.mp3" type="audio/mpeg" length="1"/><source url="https://m.example/@geplant38">{WRITER}</source>
      <pubDate>Wed, 15 Jul 2026 09:00:00 +0000</pubDate></item></channel></rss>""".encode()  # fmt: skip


def atom(marker):
    return f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>{WRITER}</title><id>tag:geplant40</id>
      <author><name>{WRITER}</name><email>geplant41@prive.example</email><uri>https://m.example/@geplant42</uri></author>
      <entry><id>https://m.example/@geplant43/1</id><title>{marker} Lawaai</title><updated>2026-07-15T09:00:00Z</updated>
      <author><name>{WRITER}</name><uri>https://m.example/@geplant44</uri></author><contributor><name>{WRITER}</name></contributor>
      <link href="https://m.example/posts/1"/><content type="html">{MARKUP.replace("&", "&amp;").replace("<", "&lt;")}</content></entry></feed>""".encode()


def json_feed(marker):
    item = {
        "id": "geplant50",
        "url": "https://buurt.example/1?mail=geplant51%40prive.example",
        "title": f"{marker} Weg dicht",
    }
    item |= {"content_html": MARKUP, "authors": [FIELDS | {"name": WRITER}], "author": FIELDS | {"name": WRITER}}
    item |= {"date_published": "2026-07-15T09:00:00Z", "_geplant": FIELDS}
    return as_json(
        {"version": "https://jsonfeed.org/version/1.1", "title": "Buurt", "authors": [FIELDS], "items": [item]}
    )


def posts(marker):
    account = FIELDS | {"id": "1", "acct": "geplant60", "note": PERSONAL, "fields": [{"name": "x", "value": PERSONAL}]}
    post = {"id": "116000000000000001", "uri": "https://m.example/users/geplant60/statuses/1", "account": account}
    post |= {"url": "https://m.example/@geplant60/1", "visibility": "public", "created_at": "2026-07-15T09:00:00Z"}
    post |= {"content": f"<p>{marker}</p>{MARKUP}", "spoiler_text": "@geplant61 let op", "mentions": [account]}
    post |= {"card": {"author_name": WRITER, "title": PERSONAL}, "media_attachments": [{"description": PERSONAL}]}
    return as_json([post, post | {"id": "2", "reblog": post, "content": PERSONAL}])


def community(marker):
    body = f"""submitted by <a href="https://lemmy.example/u/geplant70">geplant70</a> to <a href="https://lemmy.example/c/w">w</a><br>
      1 points | <a href="https://lemmy.example/post/1">2 comments</a><p>{marker}</p>{MARKUP}"""
    return f"""<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>w</title><item>
      <title>Straatfeest</title><link>https://lemmy.example/post/1</link><guid>https://lemmy.example/post/1</guid>
      <dc:creator>https://lemmy.example/u/geplant70</dc:creator><description><![CDATA[{body}]]></description>
      <pubDate>Wed, 15 Jul 2026 08:00:00 +0000</pubDate></item></channel></rss>""".encode()


def requests(marker):
    request = FIELDS | {"service_request_id": "1", "service_name": f"{marker} Verlichting", "description": PERSONAL}
    return as_json(
        [request | {"requested_datetime": "2026-07-15T09:00:00Z", "lat": 52.1, "long": 6.5, "status": "open"}]
    )


def requests_in_xml(marker):
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in FIELDS.items() if isinstance(value, str))
    return f"""<service_requests><request><service_request_id>1</service_request_id><service_name>{marker} Wegdek</service_name>{fields}
      <description>{PERSONAL}</description><requested_datetime>2026-07-15T09:00:00Z</requested_datetime></request></service_requests>""".encode()


def reports(marker):
    properties = {
        "category": {"name": marker, "slug": "x", "parent": {"name": "Afval"}} | FIELDS,
        "created_at": "2026-07-15T09:00:00Z",
    }
    return as_json({"type": "FeatureCollection", "features": [
        {"geometry": {"type": "Point", "coordinates": [6.5, 52.1]}, "properties": properties | FIELDS | {"text": PERSONAL}}
    ]})  # fmt: skip


def organisation(marker):
    def post(number, did, handle, text, **more):
        author = {"did": did, "handle": handle, "displayName": WRITER, "labels": []}
        record = {
            "text": text,
            "createdAt": "2026-07-15T09:00:00Z",
            "facets": [{"features": [{"did": "did:plc:geplant80"}]}],
        }
        uri = f"at://{did}/app.bsky.feed.post/{number}"
        return {
            "post": {
                "uri": uri,
                "author": author,
                "record": record,
                "indexedAt": "2026-07-15T09:00:00Z",
                "embed": FIELDS,
            }
        } | more

    ours, theirs = ("did:plc:lindevoort", "lindevoort.example"), ("did:plc:geplant81", "geplant81.prive.example")
    return as_json({"feed": [
        post("1", *ours, f"{marker} {PERSONAL}"),
        post("2", *theirs, PERSONAL, reason={"by": {"did": ours[0]}}),
        post("3", *theirs, PERSONAL),
    ]})  # fmt: skip


def police(marker):
    news = FIELDS | {"uid": "1", "url": "/nieuws/1.html", "titel": f"{marker} Autobrand", "introductie": PERSONAL}
    news |= {"publicatiedatum": "2026-07-15 09:00:00", "alineas": [{"titel": "Wijkagent", "opgemaaktetekst": MARKUP}]}
    return as_json({"nieuwsberichten": [news], "iterator": {"last": True}})


def council(marker):
    find = FIELDS | {
        "entityId": "document:1",
        "entityType": "Document",
        "title": f"{marker} {PERSONAL}",
        "snippet": MARKUP,
    }
    return as_json({"hasMore": False, "results": [find | {"sortDate": "2026-07-14 00:00:00", "submitter": WRITER}]})


def alerts(marker):
    alert = FIELDS | {
        "id": "a",
        "message": f"NL-Alert. {marker} {PERSONAL}",
        "start_at": "2026-07-15T11:00:00Z",
        "stop_at": None,
    }
    return as_json({"data": [alert | {"area": ["52.0,6.4 52.2,6.4 52.2,6.6 52.0,6.6"]}]})


def as_json(value):
    return json.dumps(value).encode()


# Of each source: what it is asked by, what it answers, and its type.
SOURCES = {
    "nieuws": ({"collector": "feed"}, rss, "news"),
    "bewoners": ({"collector": "feed"}, atom, "residents"),
    "buurt": ({"collector": "feed"}, json_feed, "community"),
    "praat": ({"collector": "feed"}, atom, "social"),
    "weefsel": ({"collector": "mastodon", "query": {"instance": "{site}", "tag": "w"}}, posts, "social"),
    "lemmy": ({"collector": "lemmy", "query": {"instance": "{site}", "community": "w"}}, community, "social"),
    "meldingen": ({"collector": "open311"}, requests, "reports"),
    "meldingen-xml": ({"collector": "open311"}, requests_in_xml, "reports"),
    "kaart": ({"collector": "signalen", "query": {"base": "{site}", "bbox": [6.48, 52.08, 6.53, 52.12]}}, reports, "reports"),
    "bluesky": ({"collector": "bluesky", "query": {"base": "{site}", "actor": "lindevoort.example"}}, organisation, "official"),
    "politie": ({"collector": "politie", "query": {"base": "{site}"}}, police, "official"),
    "raad": ({"collector": "raad", "query": {"base": "{site}", "municipality": "l", "words": ["w"]}}, council, "official"),
    "alarm": ({"collector": "nlalert", "query": {"base": "{site}", "lat": 52.1, "lon": 6.5, "km": 5}}, alerts, "official"),
}  # fmt: skip
PATHS = {
    "weefsel": "/api/v1/timelines/tag/w", "lemmy": "/feeds/c/w.xml", "bluesky": "/xrpc/app.bsky.feed.getAuthorFeed", "politie": "/v4/nieuws",
    "kaart": "/signals/v1/public/signals/geography/", "raad": "/api/search", "alarm": "/api/v1/providers/nl-alert/alerts",
}  # fmt: skip
LEAKS = {"Set-Cookie": "wie=geplant90", "X-Author": "geplant91@prive.example", "Server": "geplant92"}
PERSON = "geplant93@prive.example"
BROKEN = {
    # Answers that carry no listing, and say something of a person all the same.
    "weg": (404, LEAKS, PERSONAL.encode()),
    "stuk": (200, LEAKS, f"<rss><channel><item><title>{PERSONAL}</title>".encode()),
    "pagina": (200, LEAKS, f"<!doctype html><title>{PERSONAL}</title>".encode()),
    "gepakt": (200, LEAKS | {"Content-Encoding": PERSON}, b"x"),
    "login": (401, LEAKS | {"WWW-Authenticate": f'Basic realm="{PERSON}"'}, b""),
    "elders": (301, LEAKS | {"Location": "/@geplant94/feed"}, b""),
    "netwerk": (302, LEAKS | {"Location": "http://10.0.0.1/@geplant95"}, b""),
    "duwt": (200, LEAKS | {"ETag": f'"{PERSON}"', "Link": '<https://hub.example/@geplant96>; rel="hub", </users/geplant97>; rel="self"'}, rss("Zichtbaarduwt", "https://nieuws.example/2")),
}  # fmt: skip


def wijk_of(site):
    for key, (_asked, answer, _type) in SOURCES.items():
        site.routes[PATHS.get(key, f"/{key}")] = (200, LEAKS | {"Content-Type": ""}, answer(f"Zichtbaar{key}"))
    for key, route in BROKEN.items():
        site.routes[f"/{key}"] = route
    site.routes["/@geplant94/feed"] = rss("Zichtbaarelders", "https://nieuws.example/3")
    site.routes["/robots.txt"] = (
        f"# Beheer: {PERSONAL}\nUser-agent: *\nDisallow: /@geplant98/\nDisallow: /leeg # {PERSON}\n".encode()
    )
    for key, (asked, _answer, type_) in SOURCES.items():
        query = {
            name: value.replace("{site}", site.url) if isinstance(value, str) else value
            for name, value in asked.get("query", {}).items()
        }
        yield {"key": key, "collector": asked["collector"], "type": type_, "organisation": None if type_ == "social" else "Lindevoort"} | (
            {"query": query} if query else {"url": f"{site.url}/{key}"}
        )  # fmt: skip
    for key in BROKEN:
        yield {"key": key, "collector": "feed", "url": f"{site.url}/{key}"}


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """A round over all of them, and another, as it left the data folder; and all that was logged and shown."""
    from configured import serving

    folder, site = tmp_path_factory.mktemp("personal"), Site()
    with pytest.MonkeyPatch.context() as monkeypatch, serving(site) as site.url:
        monkeypatch.setenv("WIJKBLIK_NOW", NOW)
        monkeypatch.setenv("WIJKBLIK_LOG", "debug")
        settings = configure(folder, monkeypatch, *wijk_of(site))
        said = []
        handler = logging.Handler()
        handler.emit = lambda record: said.append(record.getMessage())
        logging.getLogger().addHandler(handler)
        with structlog.testing.capture_logs() as logged, open_store(settings) as store:
            results = run_round(settings, store, KeyRing(keys_path(settings))).sources
            kept = files(folder / "data")
            run_round(settings, store, KeyRing(keys_path(settings)))
        logging.getLogger().removeHandler(handler)
        with (service := Service.open("proef")).store:
            shown = service.as_json(service.feed(minutes=None)).model_dump_json()
        yield (
            settings,
            {one.key: one for one in results},
            kept,
            files(folder / "data"),
            repr(logged) + repr(said),
            shown,
        )


def files(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def slipped_through(content):
    return [mark for mark in MARKS if mark.encode() in content.lower() or mark.encode("utf-16-le") in content.lower()]


@pytest.mark.parametrize("key", SOURCES)
def test_what_is_not_personal_came_in(collected, key):
    _settings, results, _during, kept, *_ = collected
    assert results[key].saved.new == 1, results[key]
    assert f"Zichtbaar{key}".encode() in b"".join(kept.values())


@pytest.mark.parametrize("key", BROKEN)
def test_what_is_broken_was_asked(collected, key):
    result = collected[1][key]
    assert result.faults or result.saved.new


def test_no_file_of_the_data_folder_holds_it(collected):
    _settings, _results, during, after, *_ = collected
    for kept in (during, after):
        assert {"wijkblik.db", "keys.json"} <= kept.keys()
        whole = b"".join(kept.values())
        assert b"Spoelstraat" in whole
        assert {name: slipped_through(content) for name, content in kept.items() if slipped_through(content)} == {}


def test_no_log_and_no_list_holds_it(collected):
    *_, logged, shown = collected
    assert "new_items" in logged
    assert slipped_through(logged.encode()) == []
    assert "Spoelstraat" in shown
    assert slipped_through(shown.encode()) == []


def test_a_sealed_author_opens_again_with_the_weeks_key_and_with_no_other(collected, tmp_path):
    settings, *_ = collected
    keys, others = KeyRing(keys_path(settings)), KeyRing(tmp_path / "keys.json")
    others.pseudonym(settings.wijk_key, "2026-W29", "iemand")
    with sqlite3.connect(settings.folder / "wijkblik.db") as raw:
        rows = raw.execute(
            "SELECT source_key, sealed, key_week, pseudonym, url FROM item ORDER BY source_key"
        ).fetchall()
    opened = {}
    for source_key, sealed, week, pseudonym, url in rows:
        if SOURCES.get(source_key, ("", "", ""))[2] != "social":
            assert sealed is None
            continue
        assert url is None
        opened[source_key], _address = author, _ = keys.unseal(settings.wijk_key, week, sealed)
        assert pseudonym == keys.pseudonym(settings.wijk_key, week, author)
        with pytest.raises(LookupError):
            others.unseal(settings.wijk_key, week, sealed)
    assert opened["weefsel"].startswith("geplant60")
    assert "geplant70" in opened["lemmy"]
    assert opened["praat"] == WRITER


def test_a_byline_elsewhere_is_kept_as_a_pseudonym_only(collected):
    settings, *_ = collected
    with sqlite3.connect(settings.folder / "wijkblik.db") as raw:
        found = dict(
            raw.execute(
                "SELECT source_key, pseudonym FROM item WHERE source_key IN ('nieuws', 'bewoners', 'meldingen')"
            )
        )
    assert len(found["nieuws"]) == len(found["bewoners"]) == 32
    assert found["meldingen"] is None


def test_what_a_person_configured_is_remembered_as_it_stands():
    mine = Polling(
        url="https://m.example/@gemeente.rss", configured="x", asked_url="https://m.example/@gemeente.rss", etag='"1"'
    )
    assert fit_to_remember(mine) == mine
    moved = fit_to_remember(
        Polling(url="https://m.example/@iemand.rss", configured="x", asked_url="https://m.example/a")
    )
    assert moved.url == "https://m.example/a"
