"""A story as a card: safe markup for what others wrote, buttons for what a person decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from ui.correcting import correct, standing
from ui.facts import facts, marks, unread, why_here
from ui.session import labels, service
from wijkblik.models.items import Item
from wijkblik.models.stories import FLAGGED, Action, Assessment, Evidence, FeedStory, Reason, Status
from wijkblik.service import Labels

ACTIONS: tuple[Action, ...] = ("relevant", "not_relevant", "briefing", "done")
TOP_REASONS = 3
SHOWN_TEXT = 280
_MARKS: dict[Status, str] = {
    "unverified": "?",
    "corroborated": "≈",
    "officially_confirmed": "✓",
    "contradicted": "✗",
    "known_false": "✗",
    "satire": "☺",
}
STYLE = """<style>
.wb h3 {font-size: 1.15rem; margin: 0 0 .25rem; padding: 0; line-height: 1.3; overflow-wrap: anywhere}
.wb h4 {font-size: 1rem; margin: .8rem 0 .2rem; padding: 0}
.wb p {margin: .15rem 0; overflow-wrap: anywhere}
.wb .facts {color: #4a4f57; font-size: .9rem}
.wb .badge {display: inline-block; border: 1px solid currentColor; border-radius: .6rem; padding: 0 .5rem; font-size: .85rem; font-weight: 600}
.wb .sound {color: #14532d} .wb .flagged {color: #8b1a1a} .wb .open {color: #374151}
.wb ul {margin: .2rem 0 .2rem 1.1rem; padding: 0} .wb li {margin: .1rem 0; overflow-wrap: anywhere}
.wb table {border-collapse: collapse; width: 100%} .wb td {border: 0; border-top: 1px solid #d7dae0; padding: .2rem .4rem .2rem 0}
.wb td.value {text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap}
.wb th {text-align: left; padding: .2rem .4rem .2rem 0} .wb.scroll {overflow-x: auto} .wb td {vertical-align: top}
.wb .item {border-top: 1px solid #d7dae0; padding: .4rem 0} .wb a {color: #00558c}
@media (prefers-color-scheme: dark) {.wb .facts {color: inherit}}
</style>"""


@st.fragment
def card(story: FeedStory) -> None:
    """One story with its buttons. Only this card runs again when one of its buttons is used."""
    wording, now = labels(), service().settings.now()
    decision = service().store.decisions.standing(service().settings.wijk_key).get(story.entry.story_id)
    story = replace(story, assessment=service().corrections().as_corrected(story.assessment))
    with st.container(border=True, key=f"card-{story.entry.story_id}"):
        st.html(heading(story, wording, now))
        standing(story, wording)
        if decision is not None:
            _decided(story, wording)
            return
        with st.container(horizontal=True, gap="small"):
            for action in ACTIONS:
                if st.button(wording.words(f"action.{action}"), key=f"{action}-{story.entry.story_id}"):
                    service().decide(story.entry.story_id, action)
                    st.rerun(scope="fragment")
        _details(story, wording)


def _decided(story: FeedStory, wording: Labels) -> None:
    say = wording.words
    decision = service().store.decisions.standing(service().settings.wijk_key)[story.entry.story_id]
    zone = service().settings.wijk.zone
    left, right = st.columns([3, 1], vertical_alignment="center")
    by = say("decided.by", by=decision.by, when=say.moment(decision.at, zone))
    chosen = f" {say(f'selected.{story.entry.selected_as}')}" if story.entry.selected_as != "ranked" else ""
    left.html(
        f'<div class="wb"><p class="facts"><b>{escape(say(f"decided.{decision.action}"))}</b> {escape(by)}.{escape(chosen)}</p></div>'
    )
    if right.button(say("action.undo"), key=f"undo-{story.entry.story_id}", width="stretch"):
        service().undo(decision)
        st.rerun(scope="fragment")


def _details(story: FeedStory, wording: Labels) -> None:
    say, zone = wording.words, service().settings.wijk.zone
    with st.expander(
        say("page.more_of", items=say("page.items", count=len(story.items))), key=f"more-{story.entry.story_id}"
    ):
        items = "".join(item_markup(item, wording, zone) for item in story.items)
        sections = (
            (say("page.why"), parts(story.assessment, wording)),
            (
                say("page.why_here"),
                why_here(story.entry, wording, _rows(story.entry.reasons, wording.priority, wording)),
            ),
            (say("page.evidence"), evidence(story.assessment, wording)),
        )
        markup = "".join(f'<div class="wb"><h4>{escape(title)}</h4></div>{section}' for title, section in sections)
        count = escape(say("page.items_of", count=len(story.items)))
        st.html(f'{markup}<div class="wb"><h4>{count}</h4></div>{items}')
        correct(story, wording)


def heading(story: FeedStory, wording: Labels, now: datetime) -> str:
    """The top of a card: title, place and themes, when first seen, publishers, badge and the top reasons."""
    say, assessment = wording.words, story.assessment
    published = min((item.published_at for item in story.items if item.published_at), default=None)
    known = [place.name for place in assessment.places[:2]] + [wording.theme(theme) for theme in assessment.themes[:2]]
    known.append(say("page.publishers", count=assessment.publishers))
    if published:
        known.append(say("page.first_published", when=say.ago(published, now)))
    known.append(say("page.first_seen", when=say.ago(story.first_fetched_at, now)))
    reasons = "".join(
        f"<li>{escape(wording.reason(one))}</li>" for one in assessment.reasons if one.code != "base" and one.value > 0
    )
    reasons = "</li>".join(reasons.split("</li>")[:TOP_REASONS])
    title, wijk = escape(assessment.title or say("page.no_title")), service().settings.wijk
    return (
        f'<div class="wb"><h3 {_spoken(assessment.lang)}>{title}</h3>'
        f'<p class="facts">{escape(" · ".join(known))}</p>{facts(assessment, wording, now, wijk.zone)}'
        f"<p>{badge(assessment.verification.status, wording)}{marks(story.entry, assessment, wording)}</p>"
        f"{unread(assessment, wijk.languages, wording)}<ul>{reasons}</ul></div>"
    )


def badge(status: Status, wording: Labels) -> str:
    """A status as a word with a mark, so that colour alone says nothing."""
    kind = "flagged" if status in FLAGGED else "open" if status == "unverified" else "sound"
    return f'<span class="badge {kind}"><span aria-hidden="true">{_MARKS[status]}</span> {escape(wording.words(f"status.{status}"))}</span>'


def parts(assessment: Assessment, wording: Labels) -> str:
    """All parts of the score, which add up to it."""
    say = wording.words
    rows = _rows(assessment.reasons, wording.reason, wording)
    title = escape(say("page.parts", relevance=say.percent(assessment.relevance)))
    return f'<div class="wb"><p>{title}</p><table>{rows}</table></div>'


def evidence(assessment: Assessment, wording: Labels) -> str:
    """What speaks for and against, the chance with its band where there is one, and what the status means."""
    say, verification = wording.words, assessment.verification
    lines = "".join(f"<li>{_evidence_line(one, wording)}</li>" for one in verification.evidence)
    chance = ""
    by_model = verification.decided_by == "model"
    if by_model and verification.fake_probability is not None and verification.band is not None:
        low, high = (say.percent(edge) for edge in verification.band)
        chance = f"<p>{escape(say('page.chance', chance=say.percent(verification.fake_probability), low=low, high=high))}</p>"
    helped = escape(
        say(f"status_help.{verification.status}") if by_model else say("correct.decided", by=verification.decided_by)
    )
    return f'<div class="wb"><p>{helped}</p><ul>{lines}</ul>{chance}<p class="facts">{escape(say("page.not_evidence"))}</p></div>'


def _rows(reasons: Sequence[Reason], in_words: Callable[[Reason], str], wording: Labels) -> str:
    return "".join(
        f'<tr><td>{escape(in_words(one))}</td><td class="value">{escape(_signed(one.value, wording))}</td></tr>'
        for one in reasons
    )


def _evidence_line(one: Evidence, wording: Labels) -> str:
    told, link = escape(wording.words(f"evidence.{one.code}", **one.params)), one.params.get("link")
    if not link:
        return told
    href = escape(link, quote=True)
    return f'{told}: <a href="{href}" target="_blank" rel="noopener noreferrer">{escape(link)}</a>'


def item_markup(item: Item, wording: Labels, zone: ZoneInfo) -> str:
    """One item: source, time, text, and a link that tells the other side nothing."""
    say = wording.words
    source = service().settings.wijk.source(item.source_key)
    name = source.name if source else item.source_key
    lang = f" · {say(f'language.{item.lang}')}" if item.lang and say.has(f"language.{item.lang}") else ""
    when = say.moment(item.at, zone)
    text = item.text if len(item.text) <= SHOWN_TEXT else item.text[:SHOWN_TEXT].rsplit(" ", 1)[0] + " …"
    title = escape(item.title or name)
    if item.url:
        title = f'<a href="{escape(item.url, quote=True)}" target="_blank" rel="noopener noreferrer">{title}</a>'
    hidden = (
        ""
        if item.url or (source and source.type != "social")
        else f'<p class="facts">{escape(say("page.no_link"))}</p>'
    )
    return (
        f'<div class="wb item"><p class="facts">{escape(f"{name} · {when}{lang}")}</p>'
        f"<p {_spoken(item.lang)}><b>{title}</b></p><p {_spoken(item.lang)}>{escape(text)}</p>{hidden}</div>"
    )


def _spoken(lang: str | None) -> str:
    return f'lang="{escape(lang, quote=True)}" dir="auto"' if lang else 'dir="auto"'


def _signed(value: float, wording: Labels) -> str:
    return ("+" if value > 0 else "") + wording.words.number(round(value, 2))
