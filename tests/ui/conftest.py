"""The page on a small wijk of its own, without a browser and without a round of collecting."""

from datetime import UTC, datetime, timedelta

import pytest
import streamlit as st
from configured import configure

from wijkblik.datafolder import open_store
from wijkblik.judging import Judge
from wijkblik.models.items import Harvest, Item, NewItem, Polling, Visit

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TEXTS = {
    "fire": ("Brand in de Garenflat, rook in het trappenhuis", "nl"),
    "fire2": ("Brand in de Garenflat, rook in het trappenhuis, nog steeds", "nl"),
    "child": ("Kind vermist bij de Garenflat, jongen van zes kwijt", "nl"),
    "polish": ("Policja szuka świadków pożaru przy Spoelstraat", "pl"),
    "waste": ("Melding: grofvuil naast container in de Spoelstraat", "nl"),
}


@pytest.fixture
def wijk(tmp_path, monkeypatch):
    """A wijk's settings and its open store, judged once; the page finds both by itself."""
    monkeypatch.setenv("WIJKBLIK_NOW", NOW.isoformat())
    monkeypatch.setenv("WIJKBLIK_WIJK", "proef")
    settings = configure(
        tmp_path,
        monkeypatch,
        {"key": "krant", "collector": "feed", "url": "https://krant.example/nieuws.rss"},
        places=[{"name": "Spoelstraat"}, {"name": "Garenflat"}],
        call_route="meldkamer 0900-8844",
    )
    items = [
        NewItem(
            Item(f"i-{name}", "krant", "", text, lang, None, NOW - timedelta(hours=2), NOW),
            "h" + name,
            None,
            None,
            None,
            "usual",
            NOW + timedelta(days=14),
        )
        for name, (text, lang) in TEXTS.items()
    ]
    st.cache_resource.clear()
    with open_store(settings) as store:
        visit = Visit("krant", Harvest(), Polling("u", "u", checked_at=NOW))
        store.items.save_visits("proef", [(visit, items)], NOW)
        Judge(settings, store).judge()
        yield settings, store
    st.cache_resource.clear()
