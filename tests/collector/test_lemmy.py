from pathlib import Path

import pytest
from helping import rss_feed, rss_item
from pydantic import ValidationError

from collector.lemmy import address, parse
from wijkblik.models.wijk import Source

SAMPLE = Path(__file__).parent / "samples" / "lemmy.xml"


def source(url=None, **query):
    more = {"type": "social"} | query.pop("more", {})
    return Source(key="s", name="S", collector="lemmy", url=url, query=query, **more)


@pytest.mark.parametrize("instance", ["lemmy.example", "https://lemmy.example/"])
def test_parameters_make_the_address(instance):
    asked = address(source(instance=instance, community="deweverij"))
    assert asked == "https://lemmy.example/feeds/c/deweverij.xml?sort=New"


def test_an_address_is_taken_as_it_stands():
    assert address(source("https://voorbeeld.nl/een/ander.xml")) == "https://voorbeeld.nl/een/ander.xml"


@pytest.mark.parametrize(
    "query",
    [
        {"instance": "lemmy.example"},
        {"community": "deweverij"},
        {"instance": "lemmy.example", "community": "de weverij"},
        {"instance": "lemmy.example", "community": "../u/mirjam"},
        {"instance": "lemmy.example", "community": "a", "user": "mirjam"},
    ],
)
def test_parameters_that_name_no_community_are_refused(query):
    with pytest.raises(ValidationError):
        address(source(**query))


@pytest.mark.parametrize("path", ["feeds/u/mirjam.xml", "user/mirjam"])
def test_nobody_is_followed(path):
    with pytest.raises(ValueError, match=r"follows one person; use a community"):
        address(source(f"https://lemmy.example/{path}"))


def test_persons_write_there():
    with pytest.raises(ValueError, match=r"use 'type: social'"):
        address(source(instance="lemmy.example", community="a", more={"type": "community", "organisation": "X"}))


def test_the_servers_own_line_and_the_name_in_it_leave_the_text():
    for item in parse(SAMPLE.read_bytes(), source(instance="lemmy.example", community="deweverij")).items:
        assert not [word for word in ("submitted", "points", "comments", "mirjam", "joop") if word in item.text]
        assert item.url is not None
        assert item.url.startswith("https://lemmy.example/post/")


def test_a_text_that_only_looks_like_that_line_stays():
    text = "submitted by accident to the wrong desk"
    feed = rss_feed(rss_item(more=f"<description>{text}</description><link>https://voorbeeld.nl/1</link>"))
    [item] = parse(feed, source("https://voorbeeld.nl/feed")).items
    assert (item.text, item.url) == (text, "https://voorbeeld.nl/1")
