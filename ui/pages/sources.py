"""Bronnen: every source's state and next check, what is silent, and adding one with a preview."""

from __future__ import annotations

from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from ui.add_source import add_source, last_change
from ui.cards import STYLE
from ui.feed_lists import feed_lists
from ui.session import labels, service
from wijkblik.models.items import SourceStatus
from wijkblik.service import Labels

TABLE_STYLE = """<style>
.wb table.sources {font-size: .95rem; table-layout: fixed} .wb table.sources td {padding: .45rem .8rem .45rem 0}
.wb table.sources th:nth-child(1) {width: 27%} .wb table.sources th:nth-child(2) {width: 33%}
.wb table.sources th:nth-child(3) {width: 16%} .wb table.sources b {display: block; text-align: left}
.wb .attention {color: #8b1a1a; font-weight: 600}
/* Streamlit's own hints in a field are English. */
[data-testid="InputInstructions"] {display: none}
@media (prefers-color-scheme: dark) {.wb .attention {color: #ffb4ab}}
@media (max-width: 640px) {
  .wb table.sources thead {display: none}
  .wb table.sources tr {display: block; border-top: 1px solid #d7dae0; padding: .5rem 0}
  .wb table.sources td {display: block; border: 0; padding: .1rem 0}
  .wb table.sources td[data-label]::before {content: attr(data-label) ": "; color: #4a4f57}
}
</style>"""
COLUMNS = ("source", "state", "last", "next")


def page() -> None:
    """The whole page."""
    wording, settings = labels(), service().settings
    say = wording.words
    st.html(STYLE + TABLE_STYLE)
    if settings.scenario is not None:
        st.caption(say("page.demo", title=settings.scenario.file.title))
    st.header(say("sources_page.heading", wijk=settings.wijk.name), anchor=False)
    last_change(wording)
    statuses = service().sources()
    if silent := [one.name for one in statuses if one.polling.reason == "silent"]:
        st.warning(say("sources_page.silent", count=len(silent), names=", ".join(silent)))
    with st.expander(say("sources_page.add"), icon=":material/add:", key="add"):
        add_source(wording)
    st.html(_table(statuses, wording))
    st.caption(say("page.silence"))
    with st.expander(say("sources_page.opml"), key="opml"):
        feed_lists(wording)


def _table(statuses: list[SourceStatus], wording: Labels) -> str:
    """Every source as a row, first those that need attention."""
    zone = service().settings.wijk.zone
    head = "".join(f"<th>{escape(wording.words(f'sources_page.{column}'))}</th>" for column in COLUMNS)
    ordered = sorted(statuses, key=lambda one: (not one.needs_attention, one.name.casefold()))
    rows = "".join(_row(one, wording, zone) for one in ordered)
    return f'<div class="wb"><table class="sources"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _row(one: SourceStatus, wording: Labels, zone: ZoneInfo) -> str:
    say, polling = wording.words, one.polling
    who = f"{say(f'source_type.{one.type}')} · {wording.kind(one.collector)}"
    last = say.moment(polling.last_item_at, zone) if polling.last_item_at else "-"
    mark = ' class="attention"' if one.needs_attention else ""
    cells = (
        f'<td><b dir="auto">{escape(one.name)}</b>{_fact(who)}</td>',
        f"<td{_label('state', wording)}><span{mark}>{escape(wording.state(polling))}</span>{_fact(_count(one, wording, zone))}"
        f"{_fact(wording.remarks(polling, one.faults))}</td>",
        f"<td{_label('last', wording)}>{escape(last)}</td>",
        f"<td{_label('next', wording)}>{escape(wording.upcoming(polling, zone))}{_fact(wording.plan(polling, zone))}</td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


def _count(one: SourceStatus, wording: Labels, zone: ZoneInfo) -> str:
    say = wording.words
    count = say("sources_page.records", count=one.background) if one.background else say("page.items", count=one.items)
    since = say("sources_page.since", when=say.moment(one.polling.since, zone)) if one.polling.since else ""
    return " · ".join(filter(None, (count, since)))


def _fact(text: str) -> str:
    return f'<p class="facts">{escape(text)}</p>' if text else ""


def _label(column: str, wording: Labels) -> str:
    """What a narrow screen, which has no room for headings, shows before a cell."""
    return f' data-label="{escape(wording.words(f"sources_page.{column}"), quote=True)}"'


page()
