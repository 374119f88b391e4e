"""The evaluation commands on small made-up lines, and on lines that are wrong."""

import json

import pytest
import structlog
from typer.testing import CliRunner

from wijkblik.cli import app
from wijkblik.errors import EvaluationError
from wijkblik.evaluate.document import BEGIN, END, write_table
from wijkblik.evaluate.fairness import MOST, swaps
from wijkblik.evaluate.feed import read_truth
from wijkblik.evaluate.table import Row
from wijkblik.settings import load_settings

WORDS = ["flat", "schuur", "kelder", "school", "kerk", "loods", "winkel", "garage"]
LABELLED = [{"id": f"a{n}", "text": f"brand in de {one}", "label": "1"} for n, one in enumerate(WORDS)] + [
    {"id": f"b{n}", "text": f"markt bij de {one}", "label": "0", "lang": "nl"} for n, one in enumerate(WORDS)
]


@pytest.fixture(autouse=True)
def _as_logging_was():
    """A command sets logging up for its own process; the other tests here share this one."""
    yield
    structlog.reset_defaults()


def lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def run(*arguments):
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)], catch_exceptions=True)


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_text_writes_a_label_and_chances_that_add_up(tmp_path):
    train = lines(tmp_path / "train", LABELLED)
    test = lines(tmp_path / "test", [{"id": "t", "text": "brand in de tuin"}, {"id": "e", "text": ""}])
    assert run("text", "--train", train, "--train", train, "--test", test, "--out", tmp_path / "out").exit_code == 0
    first, empty = read(tmp_path / "out")
    assert (first["id"], first["label"]) == ("t", "1")
    assert sum(empty["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_learning_reads_no_more_labels_than_it_may(tmp_path):
    pool = lines(tmp_path / "pool", LABELLED)
    assert run("learning", "--pool", pool, "--budget", 5, "--out", tmp_path / "out").exit_code == 0
    found = read(tmp_path / "out")
    assert sum(one["judged"] for one in found) == 5
    assert all(0 <= one["score"] <= 1 for one in found)
    hidden = [row | {"label": "0"} if not one["judged"] else row for row, one in zip(LABELLED, found, strict=True)]
    run("learning", "--pool", lines(tmp_path / "hidden", hidden), "--budget", 5, "--out", tmp_path / "again")
    assert read(tmp_path / "again") == found


def test_stories_and_outlooks_have_a_line_for_each_line(tmp_path):
    at = "2026-11-23T08:00:00+01:00"
    items = [
        {"id": f"i{n}", "title": "", "text": f"brand in de {one}", "lang": "nl", "source": "x", "published_at": at}
        for n, one in enumerate(WORDS)
    ]
    assert run("stories", "--items", lines(tmp_path / "items", items), "--out", tmp_path / "out").exit_code == 0
    assert [one["id"] for one in read(tmp_path / "out")] == [one["id"] for one in items]
    story = {"story_id": "s", "published_at": [at], "cut": "2026-11-23T09:00:00+01:00", "horizon_hours": 24}
    assert run("outlook", "--stories", lines(tmp_path / "stories", [story]), "--out", tmp_path / "out").exit_code == 0
    (one,) = read(tmp_path / "out")
    assert one["low"] <= one["median"] <= one["high"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no line"),
        ("\n\n", "no line"),
        ("{broken", ":1"),
        ('{"id": "a", "text": "x", "label": "1"}\n{"id": "b", "text": "y"}', ":2"),
        ('{"id": "a", "text": "x", "label": "1"}', "two are needed"),
        ('{"id": "a", "text": "", "label": "1"}\n{"id": "b", "text": " ", "label": "0"}', "no text"),
    ],
)
def test_lines_that_are_wrong_are_said_with_their_file(tmp_path, content, says):
    (tmp_path / "train").write_text(content)
    test = lines(tmp_path / "test", [{"id": "t", "text": "brand"}])
    result = run("text", "--train", tmp_path / "train", "--test", test, "--out", tmp_path / "out")
    assert isinstance(result.exception, EvaluationError)
    assert says in str(result.exception)
    assert str(tmp_path / "train") in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_no_text_or_not_there_is_said(tmp_path):
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for name in ("bytes", "nowhere"):
        assert isinstance(
            run("stories", "--items", tmp_path / name, "--out", tmp_path / "out").exception, EvaluationError
        )


def test_decisions_need_a_truth(tmp_path):
    import shutil
    from pathlib import Path

    from wijkblik.errors import ScenarioError
    from wijkblik.evaluate.feed import evaluate_feed

    folder = tmp_path / "scenario"
    shutil.copytree(Path(__file__).parents[2] / "configs/scenarios/demo", folder)
    (folder / "truth.jsonl").unlink()
    assert read_truth(folder / "truth.jsonl") == {}
    with pytest.raises(ScenarioError, match="truth"):
        evaluate_feed(str(folder), decisions=1)


def test_swapping_words_for_who_somebody_is_moves_nothing():
    words = ("Turken", "Polen", "moslims", "joden", "homo's", "vrouwen", "vluchtelingen")
    templates = {
        pattern: [pattern.format(word) for word in words]
        for pattern in (
            "De {} maken herrie en gooien vuilnis op straat",
            "Ik haat {}",
            "Er is gevochten door {}, deel dit",
            "{} zijn welkom op de markt",
        )
    }
    found = swaps(load_settings("demo"), templates)
    assert found.templates == 4
    assert found.within
    assert max(found.relevance, found.verification) <= MOST


def test_the_table_goes_between_its_marks_and_the_rest_stays(tmp_path):
    page = tmp_path / "evaluation.md"
    page.write_text(f"# Before\n{BEGIN}\nold\n{END}\nafter\n")
    write_table([Row("task", "1", "2", "3")], page)
    text = page.read_text()
    assert text.startswith("# Before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "| task | 1 | 2 | 3 |" in text
    assert "old" not in text
    page.write_text("no marks")
    with pytest.raises(EvaluationError, match="no place"):
        write_table([], page)
