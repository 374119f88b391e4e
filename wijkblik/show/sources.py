"""Sources as tables: their states, what trying them showed, what a new one would bring, and how late items come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from wijkblik.locale import Words, words
from wijkblik.models.items import Fault
from wijkblik.models.lag import STEPS
from wijkblik.service import Labels, Service
from wijkblik.service.preview import Preview
from wijkblik.service.sources import Trial
from wijkblik.settings import Settings
from wijkblik.show.styles import STYLES

WIDE = 120
"""Columns of a screen that has room for remarks beside everything else."""
TEXT_SHOWN = 80
"""Characters of a text without a title that stand for it in a list."""


def sources(out: Console, service: Service) -> None:
    """Every source's state as a table."""
    labels, zone = service.labels(), service.settings.wijk.zone
    rows = []
    for status in service.sources():
        polling = status.polling
        cells = [
            escape(status.name),
            f"[{STYLES[polling.state]}]{labels.state(polling)}[/]",
            str(status.items or status.background),
            _moment(labels.words, polling.last_item_at, zone),
            labels.upcoming(polling, zone),
        ]
        rows.append((cells, [labels.remarks(polling, status.faults), labels.plan(polling, zone)]))
    _print(out, labels.words, ("source", "state", "items", "last_item", "next"), rows)


def sources_json(service: Service) -> list[dict[str, Any]]:
    """Every source's state as plain data; times are ISO 8601 in UTC."""
    labels, zone = service.labels(), service.settings.wijk.zone
    return [
        {
            "key": status.key,
            "name": status.name,
            "type": status.type,
            "collector": status.collector,
            "url": status.polling.url,
            "state": status.polling.state,
            "since": _iso(status.polling.since),
            "reason": status.polling.reason,
            "why": labels.why(status.polling),
            "items": status.items,
            "failures": status.polling.failures,
            "last_item_at": _iso(status.polling.last_item_at),
            "checked_at": _iso(status.polling.checked_at),
            "next_check_at": _iso(status.polling.next_check_at),
            "next_check_why": labels.plan(status.polling, zone),
            "background": status.background,
            "faults": [
                {"code": fault.code, "detail": fault.detail, "label": labels.fault(fault.code)}
                for fault in status.faults
            ],
        }
        for status in service.sources()
    ]


def trials(out: Console, service: Service, found: Sequence[Trial]) -> None:
    """What trying every source showed, as a table."""
    labels, zone = service.labels(), service.settings.wijk.zone
    say, rows = labels.words, []
    for one in found:
        upcoming, plan = _next(one, labels, zone)
        cells = [
            escape(one.source.name),
            f"[{STYLES[one.state]}]{say(f'source_state.{one.state}')}[/]",
            "-" if one.state == "off" else str(one.items or one.background),
            _moment(say, one.seen.last_item_at, zone),
            "-" if one.latency is None else say("cli.milliseconds", count=round(one.latency * 1000)),
            say(f"robots.{one.robots}"),
            ", ".join(one.cache) or "-",
            upcoming,
        ]
        rows.append((cells, [_why(one, service, labels), plan]))
    _print(out, say, ("source", "state", "items", "last_item", "latency", "robots", "cache", "next"), rows)
    out.print(say("cli.trial"), style="dim")


def trials_json(service: Service, found: Sequence[Trial]) -> list[dict[str, Any]]:
    """What trying every source showed, as plain data; latency in seconds, times ISO 8601 in UTC."""
    labels, zone = service.labels(), service.settings.wijk.zone
    return [
        {
            "key": one.source.key,
            "name": one.source.name,
            "collector": one.source.collector,
            "state": one.state,
            "reason": one.reason,
            "why": _why(one, service, labels),
            "items": one.items,
            "background": one.background,
            "last_item_at": _iso(one.seen.last_item_at),
            "latency": one.latency,
            "robots": one.robots,
            "cache": list(one.cache),
            "next_check_at": _iso(one.next_check_at),
            "next_check_why": _next(one, labels, zone)[1],
            "faults": [{"code": fault.code, "label": labels.fault(fault.code)} for fault in one.faults],
        }
        for one in found
    ]


def preview(out: Console, settings: Settings, seen: Preview) -> None:
    """What an address would bring as a source, before anything is saved."""
    say = words(settings.language)
    labels, zone = Labels(say, settings.themes), settings.wijk.zone
    if seen.offers:
        itself = seen.source is not None and seen.source.url not in {offer.url for offer in seen.offers}
        out.print(say("preview.also" if itself else "preview.offers", count=len(seen.offers)), style="bold")
        for number, offer in enumerate(seen.offers, start=1):
            out.print(f"  {number}. {offer.title or '-'}  {offer.url}", markup=False, soft_wrap=True)
    if seen.source is None:
        out.print(labels.no_preview(seen.fault or Fault("failed")), style="red", markup=False)
        return
    kind, url = labels.kind(seen.source.collector), seen.source.url
    out.print(say("preview.recognised", kind=kind, url=url), markup=False, soft_wrap=True)
    out.print(say(f"robots_help.{seen.robots}"))
    terms = say("preview.terms", url=seen.terms_url) if seen.terms_url else say("preview.no_terms")
    out.print(terms, markup=False, soft_wrap=True)
    out.print(labels.cost(seen.requests_a_day))
    out.print(labels.found(seen.found, seen.background, len(seen.items)), style="bold")
    for item in seen.items:
        when = _moment(say, item.published_at, zone)
        out.print(f"  {when}  {item.title or item.text[:TEXT_SHOWN]}", markup=False, soft_wrap=True)
    for fault in seen.faults:
        out.print(labels.fault(fault.code), style="yellow")


def lag(out: Console, service: Service) -> None:
    """How late items come, as a table: median and 90th percentile since publication."""
    labels = service.labels()
    say = labels.words
    names = {source.key: source.name for source in service.settings.wijk.sources}
    found = service.lag()
    if not found:
        out.print(say("lag.nothing"))
        return
    table = _table(say, ("source", "items"))
    for step in STEPS:
        table.add_column(say(f"lag.{step}"), justify="right")
    for one in found:
        cells = [f"{say.span(one.median[s])} / {say.span(one.p90[s])}" if s in one.median else "-" for s in STEPS]
        table.add_row(
            escape(names.get(one.source_key, one.source_key)), f"{one.items}{'*' if one.only_backlog else ''}", *cells
        )
    out.print(table)
    out.print(say("lag.help"), style="dim")
    if any(one.only_backlog for one in found):
        out.print(say("lag.backlog"), style="dim")
    if service.settings.scenario is not None or service.settings.environment.now is not None:
        out.print(say("lag.frozen"), style="dim")


def _print(out: Console, say: Words, headings: Sequence[str], rows: Sequence[tuple[list[str], list[str]]]) -> None:
    """A table with remarks as its last column, or below it where the screen is narrow."""
    is_wide = out.width >= WIDE
    table = _table(say, (*headings, "faults") if is_wide else headings)
    for cells, remarks in rows:
        table.add_row(*cells, *([escape("\n".join(filter(None, remarks)))] if is_wide else []))
    out.print(table)
    if not is_wide:
        for cells, remarks in rows:
            if any(remarks):
                out.print(f"[bold]{cells[0]}[/]: {escape('; '.join(filter(None, remarks)))}")


def _table(say: Words, headings: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        right = heading in {"items", "latency"}
        table.add_column(say(f"cli.{heading}"), justify="right" if right else "left", overflow="fold")
    return table


def _next(one: Trial, labels: Labels, zone: ZoneInfo) -> tuple[str, str]:
    """When a source is asked next, and why then."""
    if one.next_check_at is None:
        return labels.words("cli.not_again"), ""
    if one.next_check_at != one.known.next_check_at:
        return labels.words("cli.next_round"), labels.words("cli.due")
    return labels.words.moment(one.next_check_at, zone), labels.plan(one.known, zone)


def _why(one: Trial, service: Service, labels: Labels) -> str:
    again = ""
    if one.works_again:
        again = labels.words("cli.works_again", wijk=service.settings.wijk_key, source=one.source.key)
    return " ".join(filter(None, (again, labels.remarks(one.seen, one.faults))))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(say: Words, moment: datetime | None, zone: ZoneInfo) -> str:
    if moment is None:
        return "-"
    return say.moment(moment if moment.tzinfo else moment.replace(tzinfo=zone), zone)
