"""A round and a day's feed as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from wijkblik.locale import Words
from wijkblik.models.stories import DailyFeed
from wijkblik.service import Labels, Service
from wijkblik.settings import Settings
from wijkblik.show.styles import STYLES

if TYPE_CHECKING:
    from wijkblik.collecting import SourceResult
    from wijkblik.pipeline import RoundSummary

TOP_REASONS = 3


def round_summary(out: Console, settings: Settings, summary: RoundSummary, say: Words) -> None:
    """A round's sources, and what came of it, with the seconds of each step."""
    labels = Labels(say, settings.themes)
    table = Table(box=None, pad_edge=False)
    for heading in ("source", "state", "new", "faults"):
        table.add_column(say(f"cli.{heading}"), justify="right" if heading == "new" else "left", overflow="fold")
    for result in summary.sources:
        state = say(f"source_state.{result.state}")
        table.add_row(
            escape(result.name),
            f"[{STYLES[result.state]}]{state}[/]",
            _brought(result, say),
            escape(_remarks(result, labels, say)),
        )
    out.print(table)
    new, changed, same = (
        sum(getattr(one.saved, name) for one in summary.sources) for name in ("new", "changed", "same")
    )
    stories = say("page.stories", count=summary.stories)
    out.print(say("cli.round", wijk=settings.wijk.name, seconds=round(sum(summary.seconds.values()), 1)), style="bold")
    out.print("  " + say("cli.round_items", new=new, changed=changed, same=same))
    out.print("  " + say("cli.round_feed", stories=stories, shown=summary.shown, below=summary.below_line))
    out.print(
        "  "
        + " · ".join(
            say("cli.step", step=say(f"cli.{step}"), seconds=round(took, 2)) for step, took in summary.seconds.items()
        )
    )


def feed(out: Console, service: Service, found: DailyFeed, *, whole: bool) -> None:
    """A day's feed as a table."""
    labels, settings = service.labels(), service.settings
    say = labels.words
    shown = [story for story in found.stories if story.entry.shown or whole]
    below = sum(not story.entry.shown for story in found.stories)
    minutes = sum(story.entry.minutes for story in found.stories if story.entry.shown)
    out.print(
        say(
            "cli.feed_title",
            wijk=settings.wijk.name,
            day=say.day(found.day),
            stories=say("page.stories", count=len(found.stories) - below),
            items=say("page.items", count=found.items_considered),
            minutes=say("page.minutes", count=max(round(minutes), 1)),
        ),
        style="bold",
        markup=False,
    )
    table = Table(box=None, pad_edge=False)
    for heading in ("rank", "relevance", "story", "status", "sources", "reasons"):
        table.add_column(
            say(f"cli.{heading}"),
            justify="right" if heading in {"rank", "relevance", "sources"} else "left",
            overflow="fold",
        )
    for story in shown:
        assessment = story.assessment
        reasons = [labels.reason(one) for one in assessment.reasons if one.code != "base"][:TOP_REASONS]
        table.add_row(
            str(story.entry.rank),
            say.percent(assessment.relevance),
            escape(assessment.title or say("page.no_title")),
            say(f"status.{assessment.verification.status}"),
            str(assessment.publishers),
            escape("; ".join(reasons)),
        )
    out.print(table)
    if below and not whole:
        out.print(say("cli.below", count=below))
    out.print(say("page.silence"), style="dim")


def figures(out: Console, found: Mapping[str, float | int]) -> None:
    """A scenario's figures, one a line."""
    for name, value in found.items():
        out.print(f"{name}: {value}")


def _brought(result: SourceResult, say: Words) -> str:
    if not result.asked:
        return "-"
    return say("sources_page.records", count=result.background) if result.background else str(result.saved.new)


def _remarks(result: SourceResult, labels: Labels, say: Words) -> str:
    if not result.asked and not result.reason:
        return say("cli.not_due")
    sentences = [labels.fault(fault.code) for fault in result.faults]
    if result.reason and not result.faults:
        key = f"source_reason.{result.reason}"
        sentences.append(say(key) if say.has(key) else labels.fault(result.reason))
    return " ".join(dict.fromkeys(sentences))
