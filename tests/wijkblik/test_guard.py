"""Masking and pseudonyms."""

import stat
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkblik.guard.mask import mask
from wijkblik.guard.pseudonyms import KeyRing


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("bel 06-12345678", "bel [telefoon]"),
        ("bel +31 6 1234 5678 nu", "bel [telefoon] nu"),
        ("020 1234567", "[telefoon]"),
        ("mail jan.de.v@voorbeeld.nl!", "mail [e-mail]!"),
        ("volgens @draadje_dw@weefsel.example klopt het", "volgens [account] klopt het"),
        ("@buur zegt", "[account] zegt"),
        ("busje 12-AB-34 of AB-123-C", "busje [kenteken] of [kenteken]"),
        ("jan(at)voorbeeld.nl, jan [at] voorbeeld [punt] nl, jan @ voorbeeld.nl", "[e-mail], [e-mail], [e-mail]"),
        ("?mail=jan%40voorbeeld.nl", "?mail=[e-mail]"),
        ("jan@voor\xadbeeld.nl en jan＠voorbeeld.nl", "[e-mail] en [e-mail]"),
        ("06–12345678, 06‑1234‑5678, 06 – 12 34 56 78", "[telefoon], [telefoon], [telefoon]"),
        ("０６－１２３４５６７８ of ٠٦-١٢٣٤٥٦٧٨", "[telefoon] of [telefoon]"),
        ("＠buur zegt", "[account] zegt"),
        ("zie https://www.facebook.com/jan.jansen.33 en X.com/jan", "zie [account] en [account]"),
        ("(https://nl.linkedin.com/in/jan-jansen-9a/)", "([account])"),
        ("https://weefsel.example/users/jan/statuses/1", "[account]"),
        ("volgens /u/jan_jansen", "volgens [account]"),
        ("t.me/janjansen, wa.me/31612345678", "[account] [account]"),
    ],
)
def test_what_leads_to_a_person_is_masked(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "112",
        "bel 0900-8844",
        "0800-1234",
        "14 030",
        "om 14.00-16.30 uur",
        "2026-11-23",
        "Spoelstraat 12-14",
        "€ 1.250,00",
        "7491 SA",
        "zie @ 20:00",
        "10–12 uur – in het café",
        "een feest (at the park)",
        "https://www.facebook.com/events/123 en https://x.com/hashtag/weverij",
        "https://www.lindevoort.example/nieuws/2026/wegwerk",
        "٣ مارس ٢٠٢٦",
        "x-ray",
    ],
)
def test_what_helps_stays(text):
    assert mask(text) == text


@given(st.text())
def test_masking_twice_is_masking_once(text):
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize(
    "piece",
    ["a.", "a@", "x.com/", "(at)", "a (at) b", "[punt]", " @ ", "%40", "–", "06 ", "1-", "a.b@c.d ", "/u/", "٠"],
)
def test_masking_takes_no_longer_for_a_text_that_is_made_for_it(piece):
    started = time.process_time()
    mask(piece * (200_000 // len(piece)) + "/u/.com/(at)06")
    assert time.process_time() - started < 2


def test_pseudonyms_hold_within_a_wijk_and_week_and_link_nothing_else(tmp_path):
    keys = KeyRing(tmp_path / "keys.json")
    one = keys.pseudonym("a", "2026-W48", "@buur")
    assert one == KeyRing(tmp_path / "keys.json").pseudonym("a", "2026-W48", "@BUUR ")
    assert len({one, keys.pseudonym("a", "2026-W49", "@buur"), keys.pseudonym("b", "2026-W48", "@buur")}) == 3


def test_a_destroyed_key_opens_nothing(tmp_path):
    keys = KeyRing(tmp_path / "keys.json")
    sealed, before = (
        keys.seal("a", "2026-W40", "@buur", "https://x.example/1"),
        keys.pseudonym("a", "2026-W40", "@buur"),
    )
    assert keys.unseal("a", "2026-W40", sealed) == ("@buur", "https://x.example/1")
    assert keys.destroy_before("2026-W41") == ["2026-W40"]
    with pytest.raises(LookupError):
        KeyRing(tmp_path / "keys.json").unseal("a", "2026-W40", sealed)
    assert keys.pseudonym("a", "2026-W40", "@buur") != before


def test_two_who_need_a_new_key_at_once_get_the_same(tmp_path):
    rings = [KeyRing(tmp_path / "keys.json") for _ in range(8)]
    with ThreadPoolExecutor(len(rings)) as pool:
        made = set(pool.map(lambda ring: ring.pseudonym("a", "2026-W48", "@buur"), rings))
    assert made == {KeyRing(tmp_path / "keys.json").pseudonym("a", "2026-W48", "@buur")}


def test_destroying_old_keys_spares_one_that_another_made_meanwhile(tmp_path):
    old, other = KeyRing(tmp_path / "keys.json"), KeyRing(tmp_path / "keys.json")
    old.pseudonym("a", "2026-W40", "@buur")
    made = other.pseudonym("a", "2026-W48", "@buur")
    assert old.destroy_before("2026-W48") == ["2026-W40"]
    assert KeyRing(tmp_path / "keys.json").pseudonym("a", "2026-W48", "@buur") == made


def test_the_key_file_is_its_owners_alone(tmp_path):
    KeyRing(tmp_path / "keys.json").pseudonym("a", "2026-W48", "@buur")
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
