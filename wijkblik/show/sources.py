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
from wijkblik.models.lag import STEPS
from wijkblik.service import Labels, Service
from wijkblik.service.preview import Preview
from wijkblik.service.sources import Trial
from wijkblik.settings import Settings
from wijkblik.show.styles import STYLES


def sources(out: Console, service: Service) -> None:
    """Every source's state as a table."""
    labels, zone = service.labels(), service.settings.wijk.zone
    say = labels.words
    table = Table(box=None, pad_edge=False)
    for heading in ("source", "state", "items", "last_item", "next", "faults"):
        table.add_column(say(f"cli.{heading}"), justify="right" if heading == "items" else "left", overflow="fold")
    for status in service.sources():
        polling = status.polling
        never_again = polling.state in {"blocked", "gone", "off"}
        remarks = [labels.why(polling), labels.plan(polling, zone)] + [
            labels.fault(fault.code) for fault in status.faults if fault.code != polling.reason
        ]
        table.add_row(
            escape(status.name),
            f"[{STYLES[polling.state]}]{say(f'source_state.{polling.state}') if polling.checked_at or never_again else say('cli.never')}[/]",
            str(status.items or status.background),
            say.moment(polling.last_item_at, zone) if polling.last_item_at else "-",
            say("cli.not_again")
            if never_again
            else say.moment(polling.next_check_at, zone)
            if polling.next_check_at
            else "-",
            escape(" ".join(remark for remark in remarks if remark)),
        )
    out.print(table)


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


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def trials(out: Console, service: Service, found: Sequence[Trial]) -> None:
    """What trying every source showed, as a table."""
    labels, zone = service.labels(), service.settings.wijk.zone
    say = labels.words
    table = Table(box=None, pad_edge=False)
    right = {"items", "latency"}
    for heading in ("source", "state", "items", "last_item", "latency", "robots", "cache", "next", "faults"):
        table.add_column(say(f"cli.{heading}"), justify="right" if heading in right else "left", overflow="fold")
    for one in found:
        table.add_row(
            escape(one.name),
            f"[{STYLES[one.state]}]{say(f'source_state.{one.state}')}[/]",
            "-" if one.state == "off" else str(one.items or one.background),
            _moment(say, one.last_item_at, zone),
            "-" if one.latency is None else say("cli.milliseconds", count=round(one.latency * 1000)),
            say(f"robots.{one.robots}"),
            ", ".join(one.cache) or "-",
            _moment(say, one.next_check_at, zone) if one.next_check_at else say("cli.not_again"),
            escape(
                " ".join(filter(None, [labels.why(one.polling), labels.plan(one.polling, zone), *_faults(one, labels)]))
            ),
        )
    out.print(table)
    out.print(say("cli.trial"), style="dim")


def trials_json(service: Service, found: Sequence[Trial]) -> list[dict[str, Any]]:
    """What trying every source showed, as plain data; latency in seconds, times ISO 8601 in UTC."""
    labels, zone = service.labels(), service.settings.wijk.zone
    return [
        {
            "key": one.key,
            "name": one.name,
            "state": one.state,
            "reason": one.reason,
            "why": labels.why(one.polling),
            "items": one.items,
            "background": one.background,
            "latency": one.latency,
            "robots": one.robots,
            "cache": list(one.cache),
            "last_item_at": _iso(one.last_item_at),
            "next_check_at": _iso(one.next_check_at),
            "next_check_why": labels.plan(one.polling, zone),
            "faults": [{"code": fault.code, "label": labels.fault(fault.code)} for fault in one.faults],
        }
        for one in found
    ]


def preview(out: Console, settings: Settings, seen: Preview) -> None:
    """What an address would bring as a source, before anything is saved."""
    say = words(settings.language)
    labels, zone = Labels(say, settings.themes), settings.wijk.zone
    if seen.offers:
        out.print(say("preview.offers", count=len(seen.offers)), style="bold")
        for number, offer in enumerate(seen.offers, start=1):
            out.print(f"  {number}. {offer.title or '-'}  {offer.url}", markup=False, soft_wrap=True)
    if seen.fault is not None:
        out.print(labels.fault(seen.fault.code), style="red")
        return
    out.print(say("preview.recognised", kind=seen.source.collector, url=seen.source.url), markup=False, soft_wrap=True)
    out.print(say(f"robots_help.{seen.robots}"))
    out.print(say("preview.terms", url=seen.terms_url) if seen.terms_url else say("preview.no_terms"), soft_wrap=True)
    out.print(say("preview.cost", count=seen.requests_a_day))
    out.print(say("preview.found", count=seen.found or seen.background, shown=len(seen.items)), style="bold")
    for item in seen.items:
        title = item.title or item.text[:80]
        out.print(f"  {_moment(say, item.published_at, zone)}  {title}", markup=False)
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
    table = Table(box=None, pad_edge=False)
    table.add_column(say("cli.source"), overflow="fold")
    table.add_column(say("cli.items"), justify="right")
    for step in STEPS:
        table.add_column(say(f"lag.{step}"), justify="right")
    for one in found:
        marked = one.items == one.backlog
        cells = [f"{say.span(one.median[s])} / {say.span(one.p90[s])}" if s in one.median else "-" for s in STEPS]
        table.add_row(escape(names.get(one.source_key, one.source_key)), f"{one.items}{'*' if marked else ''}", *cells)
    out.print(table)
    out.print(say("lag.help"), style="dim")
    if any(one.items == one.backlog for one in found):
        out.print(say("lag.backlog"), style="dim")
    if service.settings.scenario is not None:
        out.print(say("lag.frozen"), style="dim")


def _faults(one: Trial, labels: Labels) -> list[str]:
    return [labels.fault(fault.code) for fault in one.faults if fault.code != one.reason]


def _moment(say: Words, moment: datetime | None, zone: ZoneInfo) -> str:
    if moment is None:
        return "-"
    return say.moment(moment if moment.tzinfo else moment.replace(tzinfo=zone), zone)
