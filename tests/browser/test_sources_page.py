"""The page of sources, as a person meets it: what each source does, and adding one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from configured import configure
from playwright.sync_api import Browser, Page, expect
from product import Product
from sites import page as web_page
from sites import rss, running_site

ROOT = Path(__file__).resolve().parents[2]
SOURCES = 25
SITE = {
    "/": web_page(
        ("/nieuws.rss", "Nieuws"),
        ("/agenda.rss", "Agenda"),
        head="<title>Buurthuis De Draad</title>",
        body='<a href="/voorwaarden">Gebruiksvoorwaarden</a>',
    ),
    "/nieuws.rss": rss("Water weg in de Spoelstraat", "Koffieochtend", name="Nieuws van De Draad"),
    "/agenda.rss": rss("Bingo &lt;img src=x onerror=alert(1)&gt; in de zaal", name="Agenda &lt;b&gt;van&lt;/b&gt; De Draad"),
    "/leeg": web_page(),
    "/stil.rss": rss(
        *(f"bericht {number}" for number in range(40)),
        name="Stille krant",
        newest=datetime.now(UTC) - timedelta(days=5),
        apart=timedelta(days=1),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of a local site that offers feeds."""
    with running_site(SITE) as it:
        yield it.url


@pytest.fixture(scope="module")
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The demonstration on a copy of the configuration: adding a source writes into it."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(ROOT / "configs", folder / "configs")
    defaults = folder / "configs" / "defaults.yaml"
    defaults.write_text(re.sub("spacing_seconds: [0-9.]+", "spacing_seconds: 0", defaults.read_text(encoding="utf-8")))
    yield from running(Product(folder, WIJKBLIK_CONFIGS=str(folder / "configs")))


@pytest.fixture(scope="module")
def real(browser: Browser, site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A real wijk whose newspaper came daily and has been silent for five days, beside one that works and one that is gone."""
    folder = tmp_path_factory.mktemp("echt")
    with pytest.MonkeyPatch.context() as patch:
        configure(
            folder,
            patch,
            {"key": "stil", "name": "Stille krant", "collector": "feed", "url": f"{site}/stil.rss"},
            {"key": "draad", "name": "De Draad", "collector": "feed", "url": f"{site}/nieuws.rss"},
            {"key": "weg", "name": "Weg", "collector": "feed", "url": f"{site}/weg.rss"},
        )
    yield from running(Product(folder, "proef", WIJKBLIK_CONFIGS=str(folder / "configs")))


def running(product: Product) -> Iterator[Product]:
    product.start()
    yield product
    assert product.process is not None
    if product.process.poll() is None:
        product.stop()


@contextmanager
def visit(browser: Browser, address: str, ready: str, width: int = 1100) -> Iterator[Page]:
    """A fresh visit that fails on any request that leaves this machine."""
    page = browser.new_page(viewport={"width": width, "height": 1400})
    strayed: list[str] = []
    here = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
    page.on("request", lambda request: None if request.url.startswith(here) else strayed.append(request.url))
    page.goto(address)
    page.get_by_text(ready).wait_for(timeout=60_000)
    yield page
    page.close()
    assert not strayed


@pytest.fixture
def page(browser: Browser, demo: Product) -> Iterator[Page]:
    with visit(browser, f"{demo.url}/bronnen", "Stil op deze pagina") as it:
        yield it


@pytest.fixture
def wijk_file(demo: Product) -> Path:
    return demo.data / "configs" / "scenarios" / "demo" / "wijk.yaml"


def rows(page: Page):
    return page.locator("table.sources tbody tr")


def look_at(page: Page, address: str) -> None:
    """Type an address as a person does, and ask for a look at it."""
    field = page.get_by_label("Adres van een feed of van een webpagina")
    if not field.is_visible():
        page.get_by_text("Bron toevoegen").click()
    field.fill(address)
    page.get_by_role("button", name="Eerst bekijken").click()


def test_the_page_is_one_click_from_today(page, demo):
    page.goto(demo.url)
    page.get_by_role("link", name="Bronnen").click()
    expect(page.get_by_role("heading", name="Bronnen van De Weverij")).to_be_visible(timeout=30_000)
    assert page.url.startswith(f"{demo.url}/bronnen")


def test_every_source_has_its_state_its_next_check_and_why(page):
    expect(rows(page)).to_have_count(SOURCES)
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    moment = re.compile(r"^(ma|di|wo|do|vr|za|zo) \d+ \w+ \d\d:\d\d$")
    for row in rows(page).all():
        cells = [cell.inner_text().split("\n") for cell in row.locator("td").all()]
        name, state, _last, upcoming = [[line for line in lines if line] for lines in cells]
        assert (len(name), state[0]) == (2, "werkt"), name
        assert moment.match(upcoming[0]), name
        assert upcoming[1].startswith(("elke ", "wacht tot ")), name


def test_it_speaks_english_where_asked(browser, demo):
    with visit(browser, f"{demo.url}/bronnen?lang=en", "Silence on this page is not calm") as page:
        expect(page.get_by_role("heading", name="Sources of De Weverij")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        for row in rows(page).all():
            state, upcoming = (row.locator("td").nth(number).inner_text() for number in (1, 3))
            assert state.startswith("works")
            assert re.search(r"\n(every |waits until )", upcoming)


def test_a_source_is_added_from_a_web_page_and_the_way_back_leaves_no_trace(page, site, wijk_file):
    before = wijk_file.read_bytes()
    look_at(page, site)
    expect(page.get_by_text("De pagina biedt 2 feeds aan")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Water weg in de Spoelstraat")).to_be_visible()
    page.get_by_text("Agenda", exact=True).click()
    expect(page.get_by_text("Bingo in de zaal")).to_be_visible(timeout=30_000)
    expect(page.get_by_text(f"Herkend als: feed, op {site}/agenda.rss")).to_be_visible()
    expect(page.get_by_text("De site heeft geen robots.txt")).to_be_visible()
    expect(page.get_by_text(re.compile(r"kost ongeveer \d+ verzoeken per dag"))).to_be_visible()
    terms = page.get_by_role("link", name=f"{site}/voorwaarden")
    expect(terms).to_have_attribute("rel", "noopener noreferrer")
    # What was there before goes when the new is complete.
    expect(page.get_by_label("Naam", exact=True)).to_have_count(1)
    expect(page.get_by_label("Naam", exact=True)).to_have_value("Agenda van De Draad")
    page.get_by_label("Naam", exact=True).fill("De Draad: agenda")
    page.get_by_label("Organisatie die dit publiceert").fill("Buurthuis De Draad")
    page.get_by_text("Ik heb de voorwaarden gelezen").click()
    expect(page.get_by_test_id("stCode")).to_contain_text("organisation: Buurthuis De Draad, terms_checked_at:")
    expect(page.get_by_text("Dit is de demonstratie. Als u bewaart")).to_be_visible()
    assert wijk_file.read_bytes() == before
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_text("Bewaard in wijk.yaml. De bron wordt bij de volgende ronde")).to_be_visible(timeout=30_000)
    added = wijk_file.read_text(encoding="utf-8")
    assert f"collector: feed, url: {site}/agenda.rss, type: community" in added.replace("'", "")
    expect(rows(page)).to_have_count(SOURCES + 1)
    row = rows(page).filter(has_text="De Draad: agenda")
    expect(row).to_contain_text("nog nooit")
    expect(row).to_contain_text("volgende ronde")
    look_at(page, f"{site}/agenda.rss")
    expect(page.get_by_text("De wijk heeft dit adres al, als bron 'de-draad-agenda'")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Ongedaan maken").click()
    expect(page.get_by_text("Ongedaan gemaakt: wijk.yaml is weer zoals het was")).to_be_visible(timeout=30_000)
    assert wijk_file.read_bytes() == before
    expect(rows(page)).to_have_count(SOURCES)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/nergens", "Op dit adres geeft de site een fout (HTTP 404)"),
        ("/leeg", "Dit is een webpagina zonder feed"),
    ],
)
def test_a_wrong_address_says_what_is_wrong_and_changes_nothing(page, site, wijk_file, path, said):
    before = wijk_file.read_bytes()
    look_at(page, site + path)
    expect(page.get_by_text(said)).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Er is niets toegevoegd; alles is gebleven zoals het was.")).to_be_visible()
    expect(page.get_by_role("button", name="Bewaren")).to_have_count(0)
    assert wijk_file.read_bytes() == before


def test_a_file_that_someone_else_changed_is_not_overwritten(page, site, wijk_file):
    before = wijk_file.read_bytes()
    look_at(page, f"{site}/nieuws.rss")
    page.get_by_role("button", name="Bewaren").wait_for(timeout=30_000)
    wijk_file.write_bytes(before + b"# van een ander\n")
    try:
        page.get_by_role("button", name="Bewaren").click()
        # Who clicks sees the file as it is by then, or is told that it has changed: in no case is theirs lost.
        page.get_by_text(re.compile("Bewaard in wijk.yaml|iemand anders heeft wijk.yaml")).wait_for(timeout=30_000)
        assert wijk_file.read_bytes().endswith(b"# van een ander\n")
    finally:
        wijk_file.write_bytes(before)


def test_a_list_of_feeds_is_taken_away_and_brought_along(page, site, demo, tmp_path):
    page.get_by_text("Feeds meenemen (OPML)").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Feeds exporteren").click()
    saved = tmp_path / "demo.opml"
    download.value.save_as(saved)
    listed = saved.read_text(encoding="utf-8")
    assert listed.count("xmlUrl=") == 17
    theirs = tmp_path / "lezer.opml"
    theirs.write_text(listed.replace("</body>", f'<outline text="De Draad" xmlUrl="{site}/nieuws.rss"/></body>'))
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(theirs)
    expect(page.get_by_text("1 nieuw, 17 waren er al, 0 weggelaten.")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stCode")).to_contain_text("key: de-draad")
    page.reload()
    page.get_by_text("Feeds meenemen (OPML)").click()
    theirs.write_text("geen lijst")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(theirs)
    expect(page.get_by_text("this is no OPML")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Bewaren")).to_have_count(0)


def test_nothing_scrolls_sideways_on_a_phone_also_while_adding(browser, demo, site):
    with visit(browser, f"{demo.url}/bronnen", "Stil op deze pagina", width=390) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        expect(rows(page).first.locator("td").nth(3)).to_have_attribute("data-label", "Volgende keer")
        look_at(page, site)
        page.get_by_role("button", name="Bewaren").wait_for(timeout=30_000)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_no_hint_of_the_fields_themselves_is_english(page, site):
    look_at(page, site)
    page.get_by_label("Naam", exact=True).fill("Iets anders")
    for hint in page.get_by_text(re.compile("Press Enter|Drag and drop|per file")).all():
        expect(hint).not_to_be_visible()


def test_a_source_that_came_daily_and_is_silent_is_warned_of_on_both_pages(browser, real):
    warning = "Al drie dagen of langer stil, terwijl er iets te verwachten was: Stille krant."
    with visit(browser, f"{real.url}/bronnen", "Stil op deze pagina") as page:
        expect(page.get_by_text(warning)).to_be_visible()
        # What needs a person comes first.
        assert [row.locator("b").inner_text() for row in rows(page).all()] == ["Stille krant", "Weg", "De Draad"]
        expect(rows(page).nth(0)).to_contain_text("stil")
        expect(rows(page).nth(0)).to_contain_text("Kijk op de site van de bron")
        expect(rows(page).nth(1)).to_contain_text("nieuwe poging")
        expect(page.get_by_text("Demonstratie:")).to_have_count(0)
        page.get_by_role("link", name="Vandaag").click()
        expect(page.get_by_role("heading", name="Vandaag in De Weverij")).to_be_visible(timeout=30_000)
        expect(page.get_by_text(warning)).to_be_visible()
