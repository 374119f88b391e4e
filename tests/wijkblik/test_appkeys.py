"""Keys of applications: named in the configuration, used in a visit, and nowhere else."""

import json

import pytest
from configured import configure, serving

from wijkblik import appkeys
from wijkblik.collecting import collect, run, why_off
from wijkblik.datafolder import keys_path, open_store
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.models.wijk import Source

KEY, NAME = "a-key-that-nobody-may-find", "WIJKBLIK_KEY_FACTCHECK"
REVIEW = {"url": "https://toets.example/water", "textualRating": "Onwaar", "publisher": {"name": "Toets"}}
ANSWER = json.dumps({"claims": [{"text": "Water weg", "claimReview": [REVIEW]}]}).encode()


def factchecks(base="https://factcheck.example"):
    query = {"words": ["Spoelstraat"], "key": f"${{{NAME}}}", "base": base}
    return {"key": "factchecks", "collector": "factcheck", "query": query}


def source(**query):
    return Source(key="s", name="S", collector="factcheck", type="news", organisation="S", query=query)


@pytest.mark.parametrize(
    "given", ["${HOME}", "${PATH}", "${WIJKBLIK_DATA}", f"x${{{NAME}}}", f"${NAME}", 1, [f"${{{NAME}}}"]]
)
def test_only_a_variable_meant_for_a_key_is_read(given, monkeypatch):
    monkeypatch.setenv(NAME, KEY)
    asked = source(key=given)
    assert appkeys.filled_in(asked) is asked
    assert not appkeys.is_missing(asked)


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variable_the_source_is_off_and_says_why(tmp_path, monkeypatch, value):
    settings = configure(tmp_path, monkeypatch, factchecks())
    (asked,) = settings.wijk.sources
    monkeypatch.setenv(NAME, KEY)
    assert why_off(settings, asked) is None
    monkeypatch.delenv(NAME)
    if value is not None:
        monkeypatch.setenv(NAME, value)
    assert why_off(settings, asked) == "key_missing"


def test_the_key_reaches_the_service_and_no_file(tmp_path, monkeypatch, capsys):
    asked = []

    def answer(path, headers):
        asked.append((path, headers.get("x-goog-api-key")))
        return (404, {}, b"") if path == "/robots.txt" else (200, {"ETag": '"1"'}, ANSWER)

    monkeypatch.setenv(NAME, KEY)
    with serving(answer) as base:
        settings = configure(tmp_path, monkeypatch, factchecks(base))
        with open_store(settings) as store:
            (result,) = run(collect(settings, store, KeyRing(keys_path(settings)), None, lambda *_: None))
    assert (result.state, result.saved.new) == ("ok", 1)
    ((path, key),) = [one for one in asked if one[0] != "/robots.txt"]
    assert key == KEY
    assert KEY not in path
    kept = b"".join(found.read_bytes() for found in tmp_path.rglob("*") if found.is_file())
    assert NAME.encode() in kept
    assert KEY.encode() not in kept
    assert KEY not in "".join(capsys.readouterr())
