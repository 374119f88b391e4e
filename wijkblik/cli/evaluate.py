"""`wijkblik evaluate`: the product against people's judgement."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wijkblik import show
from wijkblik.cli.work import NowOption, err, out

evaluate_app = typer.Typer(no_args_is_help=True, help="Measure the product on scenarios and labelled lines.")
OutOption = Annotated[Path, typer.Option("--out", help="Where the result goes.")]


@evaluate_app.command("feed")
def feed(
    scenario: Annotated[str, typer.Option("--scenario", help="A scenario folder, or a name under configs/scenarios.")],
    to: OutOption,
    decisions: Annotated[int, typer.Option("--decisions", min=0, help="How many stories are judged first.")] = 0,
    now: NowOption = None,
) -> None:
    """A scenario from its publisher to the feed; with a truth.jsonl in it, figures too."""
    from wijkblik.evaluate.feed import evaluate_feed
    from wijkblik.evaluate.lines import write_json

    result = evaluate_feed(scenario, now, decisions=decisions)
    write_json(result, to)
    show.figures(out, result["figures"])


@evaluate_app.command("stories")
def stories(
    items: Annotated[Path, typer.Option("--items", help="JSON lines: id, title, text, lang, source, published_at.")],
    to: OutOption,
) -> None:
    """Group items into stories; writes `id, story_id`."""
    from wijkblik.evaluate.stories import evaluate_stories

    out.print(f"stories: {evaluate_stories(items, to)}")


@evaluate_app.command("outlook")
def outlook(
    stories: Annotated[
        Path, typer.Option("--stories", help="JSON lines: story_id, published_at[], cut, horizon_hours.")
    ],
    to: OutOption,
) -> None:
    """How many items come after the cut: writes `story_id, low, median, high` (80 % range)."""
    from wijkblik.evaluate.outlook import evaluate_outlook

    out.print(f"stories: {evaluate_outlook(stories, to)}")


@evaluate_app.command("text")
def text(
    train: Annotated[
        list[Path], typer.Option("--train", help="JSON lines: id, text, label, optional lang; may be given twice.")
    ],
    test: Annotated[Path, typer.Option("--test", help="JSON lines: id, text, optional lang.")],
    to: OutOption,
) -> None:
    """Fit the product's text model on labelled lines and label others; writes `id, label, probabilities`."""
    from wijkblik.evaluate.text import evaluate_text

    out.print(f"texts: {evaluate_text(train, test, to)}")


@evaluate_app.command("learning")
def learning(
    pool: Annotated[Path, typer.Option("--pool", help="JSON lines: id, text, label (1 or 0).")],
    budget: Annotated[int, typer.Option("--budget", min=0, help="How many lines may be judged.")],
    to: OutOption,
) -> None:
    """Learn from few judgements, picked by the product; writes `id, score, judged`."""
    from wijkblik.evaluate.learning import evaluate_learning

    out.print(f"judged: {evaluate_learning(pool, budget, to)}")


@evaluate_app.command("all")
def all_(
    data: Annotated[Path, typer.Option("--data", help="A folder with labelled sets (docs/evaluation.md says which).")],
    stories: Annotated[Path, typer.Option("--stories", help="A folder with items.jsonl and truth.jsonl.")] = Path(
        "benchmarks/stories"
    ),
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", help="Scenarios to measure; all that ship if none is named.")
    ] = None,
    to: Annotated[Path, typer.Option("--out", help="The document whose table is replaced.")] = Path(
        "docs/evaluation.md"
    ),
) -> None:
    """Measure everything and write the table into docs/evaluation.md; takes about a quarter of an hour."""
    from wijkblik.evaluate.document import write_table
    from wijkblik.evaluate.table import measure

    scenarios = scenario or ["demo", "dorpen", "festival"]
    rows = list(measure(data, stories, scenarios, lambda task: err.print(f"… {task}", markup=False)))
    write_table(rows, to)
    for row in rows:
        out.print(f"{row.task}: {row.figures}", markup=False, soft_wrap=True)
