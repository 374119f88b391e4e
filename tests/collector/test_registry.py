from types import SimpleNamespace

import pytest

from collector import registry, rss


def entry(name, module):
    return SimpleNamespace(name=name, load=lambda: module)


def find(monkeypatch, *entries):
    monkeypatch.setattr(registry, "entry_points", lambda group: entries if group == "wijkblik.collectors" else ())
    return registry.collectors.__wrapped__()


def test_the_feed_collector_is_installed():
    assert registry.collectors()["feed"] is rss


def test_a_new_collector_is_found_by_its_entry_point(monkeypatch):
    other = SimpleNamespace(kind="other")
    assert find(monkeypatch, entry("feed", rss), entry("other", other)) == {"feed": rss, "other": other}


def test_a_collector_under_another_name_is_an_error(monkeypatch):
    with pytest.raises(TypeError, match="'nieuws' leads to a collector of kind 'feed'"):
        find(monkeypatch, entry("nieuws", rss))["nieuws"]
