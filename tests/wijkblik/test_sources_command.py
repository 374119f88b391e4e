"""`wijkblik sources` and `wijkblik lag` as a person runs them: the real command line, on real local servers."""

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, date, datetime, timedelta

import pytest
from configured import ROOT, configure
from sites import TAG_PAGE, moved, page, rss, timeline

from wijkblik import cli
from wijkblik.datafolder import open_store
from wijkblik.settings import load_settings

TODAY = date.today().isoformat()


def here(*words, stdin="", **variables):
    """A command of the command line, run in this process, and what it said."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["wijkblik", *words])
        patch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as left:
            cli.main()
    return subprocess.CompletedProcess(words, int(left.value.code or 0), out.getvalue(), err.getvalue())


class Person:
    """Runs commands for the wijk `proef`, and reads its file.

    Calling it runs a command here, which is quick; `process` runs it as a shell does, in a process of its own.
    """

    def __init__(self, settings):
        self.file = settings.wijk_file

    def __call__(self, *words, stdin="", **variables):
        return here(*words, "--wijk", "proef", stdin=stdin, **variables)

    def process(self, *words, stdin="", **variables):
        command, env = [sys.executable, "-m", "wijkblik.cli", *words, "--wijk", "proef"], os.environ | variables
        return subprocess.run(command, input=stdin, capture_output=True, text=True, env=env, cwd=ROOT, timeout=120)

    def sources(self):
        return load_settings("proef").wijk.sources

    def remembered(self):
        with open_store(load_settings("proef")) as store:
            return store.sources.remembered("proef")


@pytest.fixture
def person(tmp_path, monkeypatch, site):
    """A wijk with one feed on the site, written in block style as people do."""
    monkeypatch.delenv("WIJKBLIK_NOW", raising=False)
    site.routes["/krant.rss"] = rss("Oud nieuws", newest=datetime.now(UTC) - timedelta(hours=2))
    settings = configure(tmp_path, monkeypatch, {"key": "krant", "collector": "feed", "url": site.url + "/krant.rss"})
    settings.wijk_file.write_text(
        f"""# De onze
schema: 1
name: De Weverij
municipality: Lindevoort
languages: [nl]
contact: beheer@wijkblik.example
places: [{{name: Spoelstraat}}]
sources:
  - key: krant     # van de stad
    name: Krant
    collector: feed
    url: {site.url}/krant.rss
    type: news
    organisation: Krant
    terms_checked_at: {TODAY}

purpose: proef
legal_basis: proef
owner: proef
review_date: 2099-01-01
"""
    )
    return Person(settings)


def test_a_web_page_offers_its_feeds_and_one_is_chosen_and_saved(person, site):
    site.routes |= {
        "/": page(("/a.rss", "Nieuws"), ("/b.rss", "Agenda"), body='<a href="/v">Gebruiksvoorwaarden</a>'),
        "/a.rss": rss("een"),
        "/b.rss": rss(*(f"bingo {number}" for number in range(7)), name="Agenda van De Draad"),
        "/robots.txt": b"User-agent: *\nAllow: /\n",
    }
    before = person.file.read_text()
    done = person.process("sources", "add", site.url, "--choose", "2", "--type", "residents", stdin="j\n")
    assert done.returncode == 0, done.stderr
    for line in (
        "De pagina biedt 2 feeds aan",
        f"  1. Nieuws  {site.url}/a.rss",
        f"Herkend als: feed, op {site.url}/b.rss",
        "De site vindt het goed dat dit adres wordt gelezen",
        f"lees ze eerst: {site.url}/v",
        "verzoeken per dag",
        "Er staan nu 7 berichten in; de eerste 5:",
        "+  - key: agenda-van-de-draad",
        "[j/N]",
        "Bewaard in",
        "blijft uit tot u de voorwaarden hebt gelezen",
    ):
        assert line in done.stdout, done.stdout
    assert done.stdout.count("  bingo ") == 5
    added = (
        "  - key: agenda-van-de-draad\n    name: Agenda van De Draad\n    collector: feed\n"
        f"    url: {site.url}/b.rss\n    type: residents\n    organisation: Agenda van De Draad\n"
    )
    assert person.file.read_text() == before.replace(f"{TODAY}\n", f"{TODAY}\n{added}", 1)
    assert "feed '3'" in person("sources", "add", site.url, "--choose", "3").stderr


@pytest.mark.parametrize(
    ("answer", "saved"),
    [("j", True), ("Ja", True), ("y", True), ("yes", True), ("n", False), ("", False), (None, False)],
)
def test_nothing_is_saved_without_a_yes(person, site, answer, saved):
    site.routes["/a.rss"] = rss("een")
    before = person.file.read_bytes()
    # The end of the input is one that only a process has.
    add = person.process if answer is None else person
    done = add("sources", "add", site.url + "/a.rss", stdin="" if answer is None else f"{answer}\n")
    assert (done.returncode == 0) == (person.file.read_bytes() != before) == saved
    assert ("Er is niets bewaard" in done.stderr) != saved


def test_yes_and_checked_terms_need_no_answer_and_the_next_round_collects_it(person, site):
    site.routes["/a.rss"] = rss("Water weg in de Spoelstraat", name="Buurthuis De Draad")
    words = ["--yes", "--terms-checked", "--key", "draad", "--language", "nl", "--organisation", "De Draad"]
    done = person("sources", "add", site.url + "/a.rss", *words)
    assert done.returncode == 0, done.stderr
    assert "[j/N]" not in done.stdout
    source = person.sources()[-1]
    assert (source.key, source.language, source.organisation) == ("draad", "nl", "De Draad")
    assert source.terms_checked_at == date.today()
    assert person("round").returncode == 0
    assert person.remembered()["draad"].state == "ok"
    assert "Water weg in de Spoelstraat" in person("feed", "--all").stdout


def test_a_source_without_checked_terms_is_saved_but_stays_off(person, site):
    site.routes["/a.rss"] = rss("een", name="Draad")
    person("sources", "add", site.url + "/a.rss", "--yes")
    listed = json.loads(person("sources", "--json").stdout)[-1]
    assert (listed["key"], listed["state"], listed["reason"]) == ("draad", "off", "terms_unchecked")
    site.asked.clear()
    person("round")
    assert "/a.rss" not in site.asked


def test_a_tag_of_a_mastodon_server_becomes_its_timeline(person, site):
    site.routes |= {"/tags/deweverij": TAG_PAGE, "/api/v1/timelines/tag/deweverij": timeline("Geen water", "Hoi")}
    done = person("sources", "add", site.url + "/tags/deweverij", "--yes", "--terms-checked")
    assert "Herkend als: tijdlijn van een Mastodon-server" in done.stdout
    assert f"{site.url}/about" in done.stdout
    assert "sjoukje" not in done.stdout
    source = person.sources()[-1]
    assert (source.collector, source.type, source.organisation) == ("mastodon", "social", None)
    assert "    organisation: null\n" in person.file.read_text()
    assert person("round").returncode == 0
    assert person.remembered()[source.key].items_seen == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (page(), "webpagina zonder feed"),
        ((404, {}, b""), "een fout (HTTP 404)"),
        (moved("/users/sign_in"), "vraagt om in te loggen"),
        ((403, {}, b""), "wil niet dat Wijkblik dit adres leest"),
        (moved("http://127.0.0.1:1/binnen"), "op een besloten netwerk"),
    ],
    ids=["no feed", "404", "login", "403", "private"],
)
def test_what_can_not_be_added_says_why_and_changes_nothing(person, site, answer, said):
    site.routes["/x"] = answer
    before = person.file.read_bytes()
    done = person("sources", "add", site.url + "/x", "--yes")
    assert done.returncode == 1
    assert said in done.stdout
    assert "Er is niets toegevoegd" in done.stderr
    assert person.file.read_bytes() == before


def test_robots_are_heeded(person, site):
    site.routes |= {"/robots.txt": b"User-agent: *\nDisallow: /\n", "/a.rss": rss("een")}
    done = person("sources", "add", site.url + "/a.rss", "--yes")
    assert (done.returncode, "vraagt in robots.txt" in done.stdout) == (1, True)
    assert site.asked == ["/robots.txt"]


def test_what_is_there_already_is_not_added_again(person, site):
    done = person("sources", "add", site.url + "/krant.rss", "--yes")
    assert (done.returncode, "al, als bron 'krant'" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--key", "Niet Goed"], "--key"),
        (["--language", "nederlands"], "--language"),
        (["--key", "krant"], "two sources have the key 'krant'"),
    ],
)
def test_what_is_filled_in_wrong_names_the_option_or_the_file(person, site, words, said):
    site.routes["/a.rss"] = rss("een")
    before = person.file.read_bytes()
    done = person("sources", "add", site.url + "/a.rss", "--yes", *words)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert "Traceback" not in done.stderr
    assert person.file.read_bytes() == before


def test_a_file_in_flow_style_stays_in_flow_style(person, site):
    site.routes["/a.rss"] = rss("een", name="Draad")
    text = person.file.read_text()
    start, end = text.index("sources:"), text.index("\npurpose")
    one = f"{{key: krant, name: Krant, collector: feed, url: '{site.url}/krant.rss', type: news, organisation: Krant}}"
    person.file.write_text(f"{text[:start]}sources: [{one}]\n{text[end:]}")
    assert person("sources", "add", site.url + "/a.rss", "--yes").returncode == 0
    assert f"sources: [{one}, {{key: draad, name: Draad, " in person.file.read_text()


def test_english_is_spoken_where_asked(person, site):
    site.routes["/a.rss"] = rss("een")
    done = person("sources", "add", site.url + "/a.rss", stdin="n\n", WIJKBLIK_LANGUAGE="en")
    assert "requests a day" in done.stdout
    assert "[y/N]" in done.stdout
    assert "Nothing was saved" in done.stderr


@pytest.fixture
def troubled(person, site):
    """A wijk with a source in every state, each tried in a round."""
    site.routes |= {"/weg": (410, {}, b""), "/blok": (403, {}, b""), "/kapot": (500, {}, b"")}
    more = "".join(
        f"  - {{key: {key}, name: {key.title()}, collector: feed, url: '{site.url}/{key}', type: news, organisation: X, "
        f"terms_checked_at: {TODAY}, enabled: {'false' if key == 'uit' else 'true'}}}\n"
        for key in ("weg", "blok", "kapot", "uit")
    )
    person.file.write_text(person.file.read_text().replace("\npurpose", f"{more}\npurpose"))
    assert person("round").returncode == 0
    return person


def test_checking_says_of_every_source_what_it_does_and_what_to_do(troubled, site):
    site.routes["/krant.rss"] = (200, {"ETag": '"1"', "Cache-Control": "max-age=60"}, rss("een", "twee"))
    remembered = troubled.remembered()
    site.asked.clear()
    done = troubled.process("sources", "check")
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line[:1].isalpha()}
    assert "robots.txt" in lines["Bron"]
    assert all(word in lines["Krant"] for word in ("werkt", " 2 ", " ms ", "geen", "ETag, max-age"))
    assert "lukt niet" in lines["Kapot"]
    assert "opgeheven" in lines["Weg"]
    assert "niet vanzelf" in lines["Weg"]
    assert "geweigerd" in lines["Blok"]
    assert " uit " in lines["Uit"]
    said = " ".join(done.stdout.split())
    for advice in (
        "Zoek een nieuw adres",
        "neem contact op",
        "later opnieuw",
        "staat uit in de",
        "Hiervan is niets bewaard",
    ):
        assert advice in said
    # Also what was stopped is tried once, and nothing of it is kept.
    assert {"/blok", "/weg", "/kapot"} <= set(site.asked)
    assert "/uit" not in site.asked
    assert troubled.remembered() == remembered


def test_checking_as_json_holds_the_same(troubled, site):
    before = troubled.remembered()
    site.routes |= {
        "/krant.rss": (200, {"Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}, rss("een")),
        "/blok": rss("een"),
    }
    found = {one["key"]: one for one in json.loads(troubled.process("sources", "check", "--json").stdout)}
    assert {key: one["state"] for key, one in found.items()} == {
        "krant": "ok",
        "weg": "gone",
        "blok": "ok",
        "kapot": "failing",
        "uit": "off",
    }
    krant = found["krant"]
    assert (krant["items"], krant["robots"], krant["cache"]) == (1, "none", ["Last-Modified"])
    assert 0 < krant["latency"] < 5
    assert datetime.now(UTC) - datetime.fromisoformat(krant["last_item_at"]) < timedelta(minutes=5)
    # The plan is the one that stands, not the one that this answer would lead to.
    assert datetime.fromisoformat(krant["next_check_at"]) == before["krant"].next_check_at
    assert krant["next_check_why"].startswith("elke ")
    assert found["kapot"]["next_check_why"].startswith("nieuwe poging ")
    assert (found["blok"]["next_check_at"], "--ask-again blok" in found["blok"]["why"]) == (None, True)
    assert [found[key]["next_check_at"] for key in ("weg", "uit")] == [None, None]
    assert found["kapot"]["faults"][0]["code"] == "http_error"
    assert troubled("sources", "--ask-again", "blok").returncode == 0
    assert troubled("round").returncode == 0
    assert troubled.remembered()["blok"].state == "ok"


def test_a_wijk_that_never_ran_can_be_checked(person):
    [krant] = json.loads(person("sources", "check", "--json").stdout)
    assert (krant["state"], krant["next_check_why"]) == ("ok", "is aan de beurt")
    assert abs(datetime.fromisoformat(krant["next_check_at"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert "volgende ronde" in person("sources", "check").stdout


def test_a_narrow_screen_gets_the_remarks_below(troubled):
    done = troubled.process("sources", COLUMNS="80")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "Blok: De bron weigert ons." in done.stdout


def test_a_list_of_feeds_is_brought_along_and_taken_away(person, site, tmp_path):
    listed = tmp_path / "lezer.opml"
    listed.write_text(
        f"""<opml version="2.0"><body><outline text="social">
        <outline text="Buurt" xmlUrl="{site.url}/buurt.rss"/></outline>
        <outline text="Draad" xmlUrl="{site.url}/draad.rss"/><outline text="Krant" xmlUrl="{site.url}/krant.rss"/>
        <outline text="Rommel" xmlUrl="javascript:alert(1)"/></body></opml>"""
    )
    done = person("sources", "import", str(listed), stdin="j\n")
    assert done.returncode == 0, done.stderr
    assert "2 nieuw, 1 waren er al, 1 weggelaten." in done.stdout
    assert "weggelaten: Rommel" in done.stdout
    assert [(one.key, one.type) for one in person.sources()] == [
        ("krant", "news"),
        ("buurt", "social"),
        ("draad", "community"),
    ]
    again = person("sources", "import", str(listed), "--yes")
    assert (again.returncode, "0 nieuw, 3 waren er al" in again.stdout) == (0, True)
    taken = tmp_path / "mee.opml"
    done = person("sources", "export", str(taken))
    assert f"3 feeds geschreven naar {taken}; 0 bronnen" in done.stdout
    assert taken.read_text().count("xmlUrl=") == 3
    assert "0 nieuw, 3 waren er al, 0 weggelaten." in person("sources", "import", str(taken)).stdout


@pytest.mark.parametrize(
    "words", [["import", "nergens.opml"], ["import", "."], ["export", "nergens/mee.opml"], ["export", "."]]
)
def test_a_file_that_is_not_there_is_a_sentence(person, words):
    done = person("sources", *words)
    assert done.returncode == 2
    assert "it can't be" in done.stderr
    assert not list(ROOT.glob("*.new"))
    assert "Traceback" not in done.stderr


def test_lag_says_how_late_an_item_came_that_was_published_between_two_rounds(person, site):
    hurry(person)
    assert "Er is nog niets bekend" in person("lag").stdout
    assert person("round").returncode == 0
    first = person("lag").stdout
    assert "Krant" in first
    assert "1*" in first
    assert "2 uur" in first
    # Feeds say no more than whole seconds.
    time.sleep(1.1)
    published = datetime.now(UTC)
    site.routes["/krant.rss"] = rss("Water weg in de Spoelstraat", "Oud nieuws", newest=published)
    time.sleep(max((person.remembered()["krant"].next_check_at - datetime.now(UTC)).total_seconds(), 0))
    assert person.process("round").returncode == 0
    passed = (datetime.now(UTC) - published).total_seconds()
    with open_store(load_settings("proef")) as store:
        [new] = [one for one in store.lag.of("proef") if not one.was_there]
    late = (new.fetched_at - new.published_at).total_seconds()
    assert 0 <= late <= passed
    assert new.fetched_at <= new.scored_at <= new.shown_at
    assert new.opened_at is None
    [row] = [line for line in person.process("lag").stdout.splitlines() if line.startswith("Krant")]
    assert row.split()[1] == "1"
    assert row.count(" sec / ") == 3, row
    assert row.rstrip().endswith("-")


def test_a_source_that_is_added_while_it_runs_is_collected_by_itself(person, site):
    hurry(person)
    site.routes["/a.rss"] = rss("Water weg", name="Draad")
    words = ["run", "--wijk", "proef", "--port", str(free_port()), "--no-open"]
    with (person.file.parent / "uit.txt").open("w+") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", "wijkblik.cli", *words], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            wait_for(lambda: "krant" in person.remembered(), running)
            assert person("sources", "add", site.url + "/a.rss", "--yes", "--terms-checked").returncode == 0
            wait_for(lambda: "draad" in person.remembered(), running)
            assert person.remembered()["draad"].items_seen == 1
        finally:
            running.send_signal(signal.SIGINT)
            assert running.wait(30) == 0


def hurry(person):
    """Sources are asked every few seconds."""
    defaults = person.file.parent.parent / "defaults.yaml"
    text = defaults.read_text().replace("shortest_minutes: 5", "shortest_minutes: 0.02")
    text = text.replace("usual_minutes: 20", "usual_minutes: 0.05").replace(
        "requests_per_day: 72", "requests_per_day: 30000"
    )
    defaults.write_text(text)


def wait_for(there, running):
    deadline = time.monotonic() + 60
    while not there():
        assert running.poll() is None, "it stopped"
        assert time.monotonic() < deadline, "not within a minute"
        time.sleep(0.3)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_demonstration_takes_a_source_and_still_runs(tmp_path, site, monkeypatch):
    """On a copy of the configuration: adding a source edits the scenario's own file."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    monkeypatch.setenv("WIJKBLIK_CONFIGS", str(tmp_path / "configs"))
    monkeypatch.setenv("WIJKBLIK_DATA", str(tmp_path / "data"))
    defaults = tmp_path / "configs" / "defaults.yaml"
    defaults.write_text(defaults.read_text().replace("spacing_seconds: 1 ", "spacing_seconds: 0 "))
    site.routes["/a.rss"] = rss("Water weg in de Spoelstraat", name="Draad")
    add = ["sources", "add", "--wijk", "demo", "--yes", "--terms-checked", site.url + "/a.rss"]
    assert here(*add).returncode == 0
    assert here("check", str(tmp_path / "configs" / "scenarios" / "demo")).returncode == 0
    done = here("round", "--wijk", "demo")
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("Draad") and "werkt" in line]
    assert "al, als bron 'draad'" in here(*add).stderr
    tried = json.loads(here("sources", "check", "--wijk", "demo", "--json").stdout)
    assert {one["state"] for one in tried} == {"ok"}
    assert all(one["next_check_at"] and one["next_check_why"] for one in tried)
