"""The page of the day, as a person meets it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
HANDLES = {
    handle
    for line in (ROOT / "configs/scenarios/demo/items.jsonl").read_text(encoding="utf-8").splitlines()
    if (handle := json.loads(line)["author"]) and "@" in handle
}


@pytest.fixture
def page(browser: Browser, product) -> Page:
    """A fresh visit that fails on any request that leaves this machine."""
    visit = browser.new_page(viewport={"width": 1100, "height": 1500})
    strayed: list[str] = []
    visit.on("request", lambda request: strayed.append(request.url) if not is_here(request.url) else None)
    visit.goto(product.url)
    visit.get_by_text("Stil op deze pagina").wait_for(timeout=60_000)
    yield visit
    visit.close()
    assert not strayed


def is_here(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))


def cards(page: Page):
    return page.locator("[class*='st-key-card-s-']")


def test_the_day_is_shown_in_dutch_with_reasons_and_badges(page):
    expect(page.get_by_role("heading", name="Vandaag in De Weverij")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    first = cards(page).first
    expect(first.locator(".badge")).to_be_visible()
    assert first.locator("li").count() >= 2
    expect(page.get_by_text("verhalen uit 353 berichten")).to_be_visible()
    expect(page.get_by_text("zijn verzonnen")).to_be_visible()


def test_a_dozen_cards_at_most_are_shown_at_once(page):
    assert 1 <= cards(page).count() <= 12


def test_what_fell_below_the_line_is_one_click_away(page):
    shown = cards(page).count()
    expect(page.get_by_role("heading", name="Onder de streep")).to_be_visible()
    page.get_by_text("Toon wat onder de streep staat").click()
    expect(cards(page)).to_have_count(shown + 12)


def test_more_minutes_show_more_stories(page):
    before = page.get_by_text("verhalen uit 353 berichten").inner_text()
    page.get_by_role("slider").press("ArrowRight")
    expect(page.get_by_text(before)).to_have_count(0)


def test_a_story_explains_itself_and_links_without_telling(page):
    card = cards(page).first
    card.get_by_text("Meer: waarom").click()
    expect(card.get_by_text("Zo is de score opgebouwd")).to_be_visible()
    expect(card.get_by_text("Wat is bekend over de juistheid?")).to_be_visible()
    link = card.locator("a").first
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_decisions_are_kept_over_reload_and_restart_and_can_be_undone(page, product):
    title = cards(page).first.locator("h3").inner_text()
    cards(page).first.get_by_role("button", name="Relevant", exact=True).click()
    expect(cards(page).first.get_by_text("Gemarkeerd als relevant")).to_be_visible()
    page.reload()
    expect(cards(page).first.get_by_text("Gemarkeerd als relevant")).to_be_visible(timeout=30_000)
    assert product.stop() == 0
    product.start()
    page.goto(product.url)
    expect(cards(page).first.get_by_text("Gemarkeerd als relevant")).to_be_visible(timeout=60_000)
    assert cards(page).first.locator("h3").inner_text() == title
    cards(page).first.get_by_role("button", name="Ongedaan maken").click()
    expect(cards(page).first.get_by_role("button", name="Relevant", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("button", "said"),
    [
        ("Niet relevant", "Gemarkeerd als niet relevant"),
        ("Naar briefing", "Staat klaar voor de briefing"),
        ("Afgehandeld", "door officer"),
    ],
)
def test_every_button_decides_and_can_be_undone(page, button, said):
    card = cards(page).nth(1)
    card.get_by_role("button", name=button, exact=True).click()
    expect(card.get_by_text(said)).to_be_visible()
    card.get_by_role("button", name="Ongedaan maken").click()
    expect(card.get_by_role("button", name=button, exact=True)).to_be_visible()


def test_english_by_a_switch_the_document_language_included(page):
    page.get_by_role("radio", name="English").or_(page.get_by_role("button", name="English")).first.click()
    expect(page.get_by_role("heading", name="Today in De Weverij")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Today in De Weverij")).to_be_visible(timeout=30_000)
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_sources_are_all_listed(page):
    page.get_by_text("25 bronnen werken").click()
    expect(page.get_by_text("Gemeente Lindevoort (officieel): werkt")).to_be_visible()


def test_nothing_scrolls_sideways_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_page_holds_no_handle(page):
    page.get_by_text("Toon wat onder de streep staat").click()
    for expander in page.get_by_text("Meer: waarom").all()[:12]:
        expander.click()
    content = page.content()
    assert HANDLES
    assert not [handle for handle in HANDLES if handle in content]


def test_every_answer_carries_the_security_headers(product):
    with urllib.request.urlopen(product.url) as answer:
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_picture_of_the_readme(browser, product, tmp_path):
    """Kept in docs/images only when asked for (make screenshots), so that a test run changes no file."""
    visit = browser.new_page(viewport={"width": 1000, "height": 1150})
    visit.goto(product.url)
    cards(visit).nth(2).wait_for(timeout=60_000)
    cards(visit).nth(2).get_by_text("Meer: waarom").wait_for()
    folder = IMAGES if os.environ.get("WIJKBLIK_SCREENSHOTS") else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    picture = folder / "today.png"
    visit.screenshot(path=str(picture))
    visit.close()
    assert picture.stat().st_size > 20_000


def test_ctrl_c_stops_everything(product):
    """Last in this file: it ends the product."""
    assert product.stop() == 0
    assert "Gestopt" in product.output.read_text()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", product.port)) != 0


def test_an_error_is_a_sentence_and_never_a_traceback(browser, port, tmp_path):
    command = [sys.executable, "-m", "ui.serve", "nergens", str(port)]
    process = subprocess.Popen(command, env=os.environ | {"WIJKBLIK_DATA": str(tmp_path)}, cwd=ROOT)
    try:
        deadline = time.monotonic() + 60
        with socket.socket() as probe:
            while probe.connect_ex(("127.0.0.1", port)) != 0:
                assert time.monotonic() < deadline
                time.sleep(0.2)
        visit = browser.new_page()
        visit.goto(f"http://127.0.0.1:{port}")
        expect(visit.get_by_text("De configuratie van de wijk klopt niet")).to_be_visible(timeout=30_000)
        assert "Traceback" not in visit.content()
        visit.close()
    finally:
        process.terminate()
        process.wait(15)
