"""Adding to a wijk.yaml: every other byte stays as it is, whoever wrote the file and however."""

import multiprocessing
import string
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from wijkblik.errors import ChangedMeanwhileError, ConfigError
from wijkblik.models.wijk import Source
from wijkblik.service.wijkfile import Edit, save, with_sources
from wijkblik.settings import load_settings, load_wijk

HEAD = """# Onze wijk
schema: 1
name:   "De Weverij"     # de oude naam
municipality: Lindevoort
languages: [ nl,  en ]
contact: 'beheer@wijkblik.example'
places:
    - {name: Spoelstraat}
"""
TAIL = """
# Waarom wij dit mogen
purpose: >-
  Weten wat er
  speelt.
legal_basis: proef
owner: proef
review_date: 2099-01-01
"""
ADDED = Source(
    key="omroep",
    name="Omroep: #1, 'Lindestreek'",
    collector="feed",
    url="https://omroep.example/a.rss?x=1&y={2}",
    type="news",
    organisation="Omroep [Lindestreek]",
    terms_checked_at=date(2026, 11, 1),
)
SOCIAL = Source(key="tag", name="#deweverij", collector="mastodon", url="https://w.example/tags/x", type="social")
ONE = "key: krant, name: Krant, collector: feed, url: 'https://krant.example/a', type: news, organisation: Krant"
LINES = """key: krant
name: "Krant"    # van vroeger
collector: feed
url: https://krant.example/a
type: news
organisation: Krant
"""


def indented(text, first, rest):
    lines = text.splitlines()
    return "".join([f"{first}{lines[0]}\n", *(f"{rest}{line}\n" for line in lines[1:])])


STYLES = {
    "block": "sources:\n" + indented(LINES, "  - ", "    "),
    "block at the margin": "sources:\n" + indented(LINES, "- ", "  "),
    "block far in": "sources:\n" + indented(LINES, "      -   ", "          "),
    "a dash by itself": "sources:\n  -\n" + indented(LINES, "    ", "    "),
    "nested in the last": "sources:\n" + indented(LINES, "  - ", "    ") + "    query:\n      words:\n      - een\n      - twee # slot\n",
    "a text in lines last": "sources:\n  - " + ONE.replace(", ", "\n    ") + "\n    language: >-\n      nl\n\n\n",
    "a text that keeps its lines": "sources:\n" + indented(LINES, "  - ", "    ") + "    query:\n      a: |+\n        een\n\n\n",
    "a comment further in": "sources:\n" + indented(LINES, "  - ", "    ") + "    # enabled: false\n  # - key: oud\n\n",
    "braces on lines": f"sources:\n  - {{{ONE}}}  # de krant\n",
    "braces over lines": "sources:\n  - {" + ONE.replace(", ", ",\n     ") + "}\n",
    "brackets": f"sources: [{{{ONE}}}]\n",
    "brackets and a comma": f"sources: [ {{{ONE}}} , ]   # hier\n",
    "brackets over lines": f"sources: [\n  {{{ONE}}},  # de krant\n]\n",
    "brackets at once": f"sources: [{{{ONE}}},\n          {{{ONE.replace('krant', 'bode')}}}]\n",
    "quoted keys": '"sources":\n- ' + ONE.replace(": ", '": ').replace(", ", '\n  "').replace("key", '"key', 1) + "\n",
    "an anchor": "sources: &alle\n" + indented(LINES, "  - &krant ", "    "),
}  # fmt: skip


def make(folder, monkeypatch, text, encoding="utf-8"):
    """Settings of a wijk whose file says this, to the byte."""
    (folder / "defaults.yaml").write_bytes((Path(__file__).parents[3] / "configs" / "defaults.yaml").read_bytes())
    (folder / "themes.yaml").write_text("overlast: {label: {nl: Overlast}, words: {nl: [overlast]}}\n")
    (folder / "wijken").mkdir(exist_ok=True)
    (folder / "wijken" / "proef.yaml").write_bytes(text.encode(encoding))
    monkeypatch.setenv("WIJKBLIK_CONFIGS", str(folder))
    monkeypatch.setenv("WIJKBLIK_DATA", str(folder / "data"))
    return load_settings("proef")


def is_only_added(before: bytes, after: bytes) -> bool:
    """Whether one piece was put in, and nothing else changed."""
    start = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(before))
    rest = len(before) - start
    return after[:start] == before[:start] and after[len(after) - rest :] == before[start:]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("tail", [TAIL, ""], ids=["in the middle", "at the end"])
@pytest.mark.parametrize("style", STYLES)
def test_every_other_byte_stays_and_the_sources_are_there(tmp_path, monkeypatch, style, tail, newline):
    head = HEAD + ("" if tail else TAIL)
    settings = make(tmp_path, monkeypatch, (head + STYLES[style] + tail).replace("\n", newline))
    before = settings.wijk_file.read_bytes()
    edit = with_sources(settings, [ADDED, SOCIAL])
    save(settings, edit)
    after = settings.wijk_file.read_bytes()
    assert is_only_added(before, after)
    assert load_wijk(settings.wijk_file, settings.themes).sources == (*settings.wijk.sources, ADDED, SOCIAL)
    assert (after.count(b"\n") == after.count(b"\r\n")) == (newline == "\r\n")
    save(settings, edit.undone)
    assert settings.wijk_file.read_bytes() == before


# What keeps its lines would get one more.
@pytest.mark.parametrize("style", STYLES.keys() - {"a text that keeps its lines"})
def test_a_file_without_a_newline_at_its_end_gets_none(tmp_path, monkeypatch, style):
    text = (HEAD + TAIL + STYLES[style]).rstrip("\n")
    settings = make(tmp_path, monkeypatch, text)
    after = with_sources(settings, [ADDED]).after
    assert is_only_added(text.encode(), after.encode())
    assert not after.endswith("\n")


def test_a_mark_of_the_encoding_stays(tmp_path, monkeypatch):
    settings = make(tmp_path, monkeypatch, HEAD + STYLES["block"] + TAIL, "utf-8-sig")
    save(settings, with_sources(settings, [ADDED]))
    assert settings.wijk_file.read_bytes().startswith(b"\xef\xbb\xbf# Onze wijk")
    assert load_settings("proef").wijk.sources[-1] == ADDED


def test_it_is_written_as_the_others_are(tmp_path, monkeypatch):
    settings = make(tmp_path, monkeypatch, HEAD + STYLES["block"] + TAIL)
    assert '  - key: omroep\n    name: "Omroep: #1' in with_sources(settings, [ADDED]).after
    settings = make(tmp_path, monkeypatch, HEAD + STYLES["braces on lines"] + TAIL)
    assert "  # de krant\n  - {key: omroep, name: " in with_sources(settings, [ADDED]).after
    assert "type: social, organisation: null}" in with_sources(settings, [SOCIAL]).after
    settings = make(tmp_path, monkeypatch, HEAD + STYLES["brackets over lines"] + TAIL)
    assert "Krant},\n  {key: omroep" in with_sources(settings, [ADDED]).after


def test_a_comment_stays_with_the_source_that_it_stands_under(tmp_path, monkeypatch):
    settings = make(tmp_path, monkeypatch, HEAD + STYLES["a comment further in"] + TAIL)
    assert "# enabled: false\n  - key: tag\n" in with_sources(settings, [SOCIAL]).after


def test_the_difference_shows_what_is_added_and_nothing_else(tmp_path, monkeypatch):
    settings = make(tmp_path, monkeypatch, (HEAD + STYLES["block"] + TAIL).replace("\n", "\r\n"))
    lines = with_sources(settings, [SOCIAL]).diff.splitlines()
    assert lines[:2] == ["--- proef.yaml", "+++ proef.yaml"]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "+  - key: tag",
        '+    name: "#deweverij"',
        "+    collector: mastodon",
        "+    url: https://w.example/tags/x",
        "+    type: social",
        "+    organisation: null",
    ]


@pytest.mark.parametrize(
    "sources",
    [
        "zelfde: &alle\n  - {" + ONE + "}\nsources: *alle\n",
        "? sources\n: !!seq [{" + ONE + "}]\n---\n",
    ],
    ids=["an alias", "two documents"],
)
def test_what_can_not_be_added_to_is_left_alone(tmp_path, monkeypatch, sources):
    settings = make(tmp_path, monkeypatch, HEAD + STYLES["block"] + TAIL)
    settings.wijk_file.write_text(HEAD + sources)
    with pytest.raises(ConfigError):
        with_sources(settings, [ADDED])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (ADDED.model_copy(update={"key": "krant"}), "two sources have the key"),
        (ADDED.model_copy(update={"organisation": None}), "names its publisher"),
    ],
)
def test_a_source_that_would_make_the_file_wrong_writes_nothing(tmp_path, monkeypatch, wrong, said):
    settings = make(tmp_path, monkeypatch, HEAD + STYLES["block"] + TAIL)
    before = settings.wijk_file.read_bytes()
    with pytest.raises(ConfigError, match=said) as raised:
        save(settings, with_sources(settings, [wrong]))
    assert raised.value.mistakes[0].file == str(settings.wijk_file.resolve())
    assert settings.wijk_file.read_bytes() == before
    assert [path.name for path in settings.wijk_file.parent.iterdir()] == ["proef.yaml"]


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(tmp_path, monkeypatch):
    settings = make(tmp_path, monkeypatch, HEAD + STYLES["block"] + TAIL)
    edit = with_sources(settings, [ADDED])
    theirs = settings.wijk_file.read_text() + "# van een ander\n"
    settings.wijk_file.write_text(theirs)
    with pytest.raises(ChangedMeanwhileError):
        save(settings, edit)
    assert settings.wijk_file.read_text() == theirs


def test_undoing_what_was_changed_further_is_refused(tmp_path, monkeypatch):
    settings = make(tmp_path, monkeypatch, HEAD + STYLES["block"] + TAIL)
    edit = with_sources(settings, [ADDED])
    save(settings, edit)
    save(settings, with_sources(settings, [SOCIAL]))
    with pytest.raises(ChangedMeanwhileError):
        save(settings, edit.undone)
    assert len(load_settings("proef").wijk.sources) == 3


def test_of_many_who_save_at_once_none_is_lost(tmp_path, monkeypatch):
    settings = make(tmp_path, monkeypatch, HEAD + STYLES["block"] + TAIL)
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.starmap(_add_until_it_is_there, [(settings, number) for number in range(8)])
    assert {source.key for source in load_settings("proef").wijk.sources} == {"krant"} | {f"b{n}" for n in range(8)}


def _add_until_it_is_there(settings, number):
    while True:
        try:
            save(settings, with_sources(settings, [ADDED.model_copy(update={"key": f"b{number}"})]))
        except ChangedMeanwhileError:
            continue
        return


def test_its_rights_and_a_link_to_it_stay(tmp_path, monkeypatch):
    settings = make(tmp_path, monkeypatch, HEAD + STYLES["block"] + TAIL)
    real = tmp_path / "elders.yaml"
    settings.wijk_file.rename(real)
    real.chmod(0o640)
    settings.wijk_file.symlink_to(real)
    save(settings, with_sources(settings, [ADDED]))
    assert settings.wijk_file.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert "omroep" in real.read_text()


def test_a_folder_where_nothing_can_be_written_is_said(tmp_path, monkeypatch):
    settings = make(tmp_path, monkeypatch, HEAD + STYLES["block"] + TAIL)
    edit = with_sources(settings, [ADDED])
    # Whoever runs the tests may write everywhere; into a folder's place nobody can write a file.
    (settings.wijk_file.parent / ".proef.yaml.new").mkdir()
    with pytest.raises(ConfigError, match="can't be written"):
        save(settings, edit)
    assert settings.wijk_file.read_text() == edit.before


# In a line: what breaks lines in other ways than a newline is not added at all.
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def in_every_style(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("stijlen")
        found = {style: make(folder, patch, HEAD + text + TAIL) for style, text in STYLES.items()}
        paths = {style: folder / f"{number}.yaml" for number, style in enumerate(STYLES)}
        for style, path in paths.items():
            path.write_text(HEAD + STYLES[style] + TAIL)
        styles = [replace(settings, wijk_file=paths[style]) for style, settings in found.items()]
        # A function, because a failing example is shown with its arguments, and settings are long.
        yield lambda style: styles[style]


@hypothesis_settings(max_examples=150, deadline=None)
@given(
    name=TEXTS | st.text("-?:,[]{}#&*!|>'\"%@` \n" + string.ascii_letters, min_size=1, max_size=20),
    url=TEXTS,
    style=st.integers(0, len(STYLES) - 1),
)
def test_whatever_a_source_is_called_it_comes_back_as_it_was(in_every_style, name, url, style):
    settings = in_every_style(style)
    source = Source(
        key="x", name=name, collector="feed", url=f"https://{url}", type="news", organisation=name, query={"a": name}
    )
    edit = with_sources(settings, [source])
    assert is_only_added(edit.before.encode(), edit.after.encode())
    read = YAML(typ="safe", pure=True).load(edit.after)["sources"]
    assert Source.model_validate(read[-1]) == source
    assert len(read) == len(settings.wijk.sources) + 1
    assert isinstance(edit.diff, str)


def test_an_edit_knows_its_way_back():
    edit = Edit(Path("w.yaml"), "a\n", "a\nb\n")
    assert (edit.undone.undone, edit.undone.diff[-2:]) == (edit, "-b")
