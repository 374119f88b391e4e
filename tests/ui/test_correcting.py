"""Putting a story right on its card, and what a card tells."""

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

PAGE = str(Path(__file__).parents[2] / "ui/pages/today.py")


@pytest.fixture
def page(wijk):
    return run(AppTest.from_file(PAGE, default_timeout=30))


def run(page):
    page.run()
    assert not page.exception
    return page


def story_of(store, settings, name):
    stories = store.stories.since("proef", settings.now() - timedelta(days=14))
    return next(one.story_id for one in stories if any(item.item_id == f"i-{name}" for item in one.items))


def words(page):
    return " ".join(one.proto.body for one in page.get("html"))


def form(page, story_id, kind):
    """The page with a story's form of one kind open."""
    page.toggle(key=f"correct-{story_id}").set_value(True)
    run(page)
    page.button_group(key=f"kind-{story_id}").set_value(kind)
    return run(page)


def save(page):
    next(one for one in page.button if one.label == "Bewaren").click()
    return run(page)


def undo(page):
    next(one for one in page.button if one.label == "Ongedaan maken").click()
    return run(page)


def test_a_status_with_its_link_is_shown_at_once_with_who_decided_and_can_be_undone(page, wijk):
    settings, store = wijk
    waste = story_of(store, settings, "waste")
    form(page, waste, "status")
    page.selectbox(key=f"status-{waste}").set_value("satire")
    page.text_input(key=f"link-{waste}").set_value('https://krant.example/"><b>')
    save(page)
    assert "Juistheid: satire.</b> door officer" in words(page)
    assert 'href="https://krant.example/&quot;&gt;&lt;b&gt;"' in words(page)
    undo(page)
    assert "Juistheid: satire" not in words(page)


def test_a_link_that_is_none_is_refused_in_words(page, wijk):
    settings, store = wijk
    waste = story_of(store, settings, "waste")
    form(page, waste, "status")
    page.text_input(key=f"link-{waste}").set_value("javascript:alert(1)")
    save(page)
    assert [one.value for one in page.error] == ["Dit is geen webadres. Een link begint met http:// of https://."]
    assert store.corrections.history("proef") == []


def test_place_and_themes_are_put_right(page, wijk):
    settings, store = wijk
    waste = story_of(store, settings, "waste")
    form(page, waste, "place")
    page.selectbox(key=f"place-{waste}").set_value("")
    save(page)
    assert "Plek: niet in deze wijk." in words(page)
    form(page, waste, "themes")
    page.button_group(key=f"themes-{waste}").set_value(["jeugd"])
    save(page)
    assert "Onderwerpen: Jeugd en schoolveiligheid." in words(page)
    assert [one.value for one in store.corrections.history("proef")] == [{"name": None}, {"themes": ["jeugd"]}]


def test_a_merged_story_leaves_the_list_and_comes_back_when_it_is_undone(page, wijk):
    settings, store = wijk
    waste, fire = story_of(store, settings, "waste"), story_of(store, settings, "fire")
    form(page, waste, "merge")
    page.selectbox(key=f"merge-{waste}").set_value(fire)
    save(page)
    assert story_of(store, settings, "waste") == fire
    assert not [one for one in page.toggle if one.key == f"correct-{waste}"]
    assert "Eén bericht uit een ander verhaal is hierbij gevoegd." in words(page)
    undo(page)
    assert [one for one in page.toggle if one.key == f"correct-{waste}"]


def test_an_item_is_split_off(page, wijk):
    settings, store = wijk
    fire = story_of(store, settings, "fire")
    assert story_of(store, settings, "fire2") == fire
    form(page, fire, "split")
    page.multiselect(key=f"split-{fire}").set_value(["i-fire2"])
    save(page)
    assert story_of(store, settings, "fire2") != fire
    assert "Eén bericht is hiervan losgemaakt." in words(page)


def test_what_can_not_wait_stands_on_top_with_the_call_route_until_it_is_handled(page, wijk):
    settings, store = wijk
    assert "Dit kan niet wachten" in words(page)
    assert "kind vermist: Kind vermist bij de Garenflat" in words(page)
    assert "Bel: meldkamer 0900-8844" in words(page)
    store.decisions.add("proef", story_of(store, settings, "child"), "done", "officer", settings.now())
    assert "Dit kan niet wachten" not in words(run(page))


def test_a_card_tells_what_may_come_and_why_it_stands_there_and_who_can_read_it(page):
    told = words(page)
    assert "berichten erbij (weinig gegevens)" in told
    assert "Waarom op deze plek?" in told
    assert "belang voor dit team" in told
    assert "Niemand in uw team leest deze taal: vraag een collega." in told
