"""Configuration: every mistake names file, line, key and what would be right."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from wijkblik.errors import ConfigError, NotFoundError
from wijkblik.service import check
from wijkblik.settings import load_environment, load_settings, load_themes, load_wijk

CONFIGS = Path(__file__).parents[2] / "configs"
WIJK = """schema: 1
name: De Weverij
municipality: Lindevoort
languages: [nl, pl, en]
contact: beheer@wijkblik.example
places:
  - {name: Spoelstraat, kind: street, nicknames: [de Spoel], postcode: 7491 AB, lat: 52.1, lon: 6.5, also_in: [Berkelo]}
themes: {overlast: 1.0}
rules:
  - {text: lachgas, kind: keyword, weight: 1.5, expires: 2027-01-31}
sources:
  - key: gemeente
    name: Gemeente Lindevoort
    collector: feed
    url: https://www.lindevoort.example/nieuws.rss
    type: official
    organisation: Gemeente Lindevoort
    terms_checked_at: 2026-11-01
purpose: weten wat er speelt
legal_basis: voorbeeld
owner: operationeel coördinator wijkteam
review_date: 2027-02-01
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "w.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_of_the_contract_is_valid(tmp_path):
    assert check([written(tmp_path, WIJK)]) == 1


def test_all_that_ships_is_valid():
    assert (
        check(
            [
                CONFIGS / "themes.yaml",
                CONFIGS / "concepts.yaml",
                CONFIGS / "defaults.yaml",
                CONFIGS / "scenarios" / "demo",
            ]
        )
        == 4
    )


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("languages:", "langauges:", [":4:", "langauges", "Did you mean 'languages'?"]),
        ("name: De Weverij\n", "", ["name: this key is missing", "Add 'name: ...'"]),
        ("7491 AB", "749", [":7:", "places.0.postcode"]),
        ("overlast: 1.0", "overlast: 3", [":8:", "themes.overlast"]),
        ("overlast: 1.0", "lawaai: 1", [":8:", "there is no theme 'lawaai'"]),
        ("type: official", "type: official2", [":16:", "'official2' is not allowed", "'official'"]),
        ("    organisation: Gemeente Lindevoort\n", "", ["names its publisher"]),
        ("type: official", "type: social", ["has no organisation"]),
        ("https://www", "ftp://www", [":15:", "is no web address"]),
        ("expires: 2027-01-31", "expires: P60D", [":10:", "only known in a scenario"]),
        ("contact:", "timezone: Europe/Lindevoort\ncontact:", ["is no IANA time zone"]),
        ("collector: feed", "collector: fax", [":14:", "there is no collector 'fax'", "feed"]),
        ("purpose: weten wat er speelt\n", "", ["purpose", "nothing is collected"]),
        ("languages: [nl, pl, en]", "languages: [nl, pl, en", ["this is not YAML"]),
        ("municipality:", "name: twice\nmunicipality:", ["w.yaml:"]),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, old, new, parts):
    assert old in WIJK
    with pytest.raises(ConfigError) as caught:
        check([written(tmp_path, WIJK.replace(old, new, 1))])
    for part in ["w.yaml", *parts]:
        assert part in str(caught.value)


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path):
    one = written(tmp_path, WIJK.replace("name: De", "nam: De").replace("type: official", "type: x"))
    with pytest.raises(ConfigError) as caught:
        check([one, tmp_path / "absent.yaml"])
    assert len(caught.value.mistakes) == 4


def test_not_utf_8_is_told(tmp_path):
    path = tmp_path / "w.yaml"
    path.write_bytes(b"name: caf\xe9\n")
    with pytest.raises(ConfigError, match="UTF-8"):
        check([path])


def test_an_unknown_wijk_lists_the_known_ones():
    with pytest.raises(NotFoundError, match="demo"):
        load_settings("nergens")


def test_offsets_count_from_the_scenarios_now():
    now = datetime(2026, 11, 1, 7, tzinfo=UTC)
    wijk = load_wijk(CONFIGS / "scenarios/demo/wijk.yaml", load_themes(load_environment()), now)
    assert wijk.review_date == date(2026, 12, 31)


def test_settings_and_what_they_hold_are_frozen(monkeypatch):
    settings = load_settings("demo")
    with pytest.raises(AttributeError):
        settings.wijk_key = "x"
    with pytest.raises(ValidationError):
        settings.wijk.name = "x"


@pytest.mark.parametrize(
    ("name", "value"), [("WIJKBLIK_PORT", "99999"), ("WIJKBLIK_LANGUAGE", "fr"), ("WIJKBLIK_NOW", "2026-11-01T08:00")]
)
def test_a_wrong_variable_is_named(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=name):
        load_settings("demo")


def test_a_database_that_is_not_sqlite_is_refused_with_a_reason(monkeypatch):
    from wijkblik.store import Store

    with pytest.raises(ConfigError, match="only a SQLite file"):
        Store("postgresql://localhost/x", "real")
