"""Text heads on disk: what was written is read, anything else is refused and learned again."""

import json

import numpy as np
import pytest

from classifier.heads import Examples, train_heads
from wijkblik.errors import ConfigError, ModelFileError
from wijkblik.modelfiles import examples, load, save, text_heads
from wijkblik.settings import load_environment

FIRE = [f"brand in de {place}, rook en vlammen" for place in ["flat", "schuur", "kelder", "school", "kerk", "loods"]]
MARKET = [f"markt op het {place} met kaas" for place in ["plein", "erf", "veld", "dorp", "hof", "strand"]]
HEADS = train_heads(
    {
        "theme.fire": Examples(FIRE + MARKET, [True] * 6 + [False] * 6),
        "market": Examples(FIRE + MARKET, [False] * 6 + [True] * 6),
    }
)


def line(number, text, themes):
    return json.dumps({"id": f"x-{number}", "lang": "nl", "text": text, "themes": themes})


@pytest.fixture
def environment(tmp_path, monkeypatch):
    folder = tmp_path / "configs"
    (folder / "training" / "themes").mkdir(parents=True)
    (folder / "defaults.yaml").write_text("")
    lines = [line(n, text, ["fire"]) for n, text in enumerate(FIRE)] + [
        line(n + 9, text, []) for n, text in enumerate(MARKET)
    ]
    (folder / "training" / "themes" / "fire.jsonl").write_text("\n".join(lines))
    return load_environment(configs=folder, models=tmp_path / "models")


def test_heads_tell_kinds_apart_and_one_batch_is_as_each_alone():
    said = HEADS.judge(["brand in de garage, rook", "markt met kaas", "", "👍"])
    assert said[0]["theme.fire"] > 0.5 > said[0]["market"]
    assert said[1]["market"] > 0.5 > said[1]["theme.fire"]
    assert HEADS.judge(["markt met kaas"])[0] == said[1]
    assert HEADS.judge([]) == []


def test_what_was_written_is_read(tmp_path):
    save(HEADS, tmp_path / "heads.npz")
    again = load(tmp_path / "heads.npz")
    assert again.names == HEADS.names
    assert again.judge(FIRE) == HEADS.judge(FIRE)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:-9] + b"tampered!"), "checksum is another"),
        (lambda file: file.with_name("heads.npz.sha256").unlink(), "can't be read"),
        (lambda file: file.unlink(), "can't be read"),
    ],
)
def test_a_file_that_is_not_the_one_written_is_refused(tmp_path, spoil, says):
    file = tmp_path / "heads.npz"
    save(HEADS, file)
    spoil(file)
    with pytest.raises(ModelFileError, match=says):
        load(file)


def test_a_foreign_file_with_a_fitting_checksum_is_refused(tmp_path):
    import hashlib

    file = tmp_path / "heads.npz"
    np.savez(file, something=np.ones(3))
    file.with_name("heads.npz.sha256").write_text(hashlib.sha256(file.read_bytes()).hexdigest())
    with pytest.raises(ModelFileError, match="something else"):
        load(file)


def test_heads_are_learned_once_and_again_where_the_file_is_spoilt_or_the_examples_change(environment, tmp_path):
    first = text_heads(environment)
    (kept,) = (tmp_path / "models").glob("*.npz")
    before = kept.stat().st_mtime_ns
    assert text_heads(environment).judge(FIRE) == first.judge(FIRE)
    assert kept.stat().st_mtime_ns == before
    kept.write_bytes(b"spoilt")
    assert text_heads(environment).judge(FIRE) == first.judge(FIRE)
    file = environment.configs / "training" / "themes" / "fire.jsonl"
    file.write_text(file.read_text() + "\n" + line(99, "vuur in de berm", ["fire"]))
    text_heads(environment)
    assert len(list((tmp_path / "models").glob("*.npz"))) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{broken", "fire.jsonl:1"),
        ('{"id": "1", "lang": "nl", "text": "x", "themes": ["a"], "more": 1}', "more"),
        (line(1, "brand", ["fire"]), "one label only"),
    ],
)
def test_bad_examples_are_said_with_their_line(environment, content, says):
    (environment.configs / "training" / "themes" / "fire.jsonl").write_text(content)
    with pytest.raises(ConfigError, match=says):
        text_heads(environment)


def test_every_theme_ships_with_enough_examples():
    from wijkblik.settings import load_themes, resource

    environment = load_environment()
    folder = resource(environment, "training")
    found = examples(folder)
    lines = [json.loads(one) for file in (folder / "themes").glob("*.jsonl") for one in file.read_text().splitlines()]
    for theme in load_themes(environment):
        assert f"theme.{theme}" in found
        counts = {
            lang: sum(theme in one["themes"] and one["lang"] == lang for one in lines)
            for lang in ("nl", "en", "tr", "ar", "pl")
        }
        assert counts["nl"] >= 60, theme
        assert min(counts.values()) >= 15, theme
    assert {"claim", "harm", "satire", "spread"} <= found.keys()
