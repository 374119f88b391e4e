"""Vandaag: the day's stories, a dozen at a time, cut to the time that a person has."""

from __future__ import annotations

from html import escape

import streamlit as st

from ui.cards import STYLE, card
from ui.facts import urgent_line
from ui.session import labels, service
from wijkblik.errors import NotFoundError
from wijkblik.models.stories import DailyFeed
from wijkblik.service import Labels

AT_A_TIME = 12
HANDLED = frozenset({"done", "not_relevant"})


def page() -> None:
    """The whole page."""
    wording, settings = labels(), service().settings
    st.html(STYLE)
    if settings.scenario is not None:
        st.caption(wording.words("page.demo", title=settings.scenario.file.title))
    st.header(wording.words("page.heading", wijk=settings.wijk.name), anchor=False)
    minutes = _minutes(wording)
    feed = _feed(minutes)
    if feed is None:
        st.info(f"**{wording.words('page.no_feed')}** {wording.words('page.no_feed_help')}")
        _sources(wording)
        return
    shown = [story for story in feed.stories if story.entry.shown]
    below = [story for story in feed.stories if not story.entry.shown]
    _urgent(feed, wording)
    _summary(feed, wording)
    if not shown:
        st.info(f"**{wording.words('page.empty')}** {wording.words('page.empty_help')}")
    _stories(shown, "shown", wording)
    if below:
        st.subheader(wording.words("page.below", count=len(below)), anchor=False)
        st.caption(wording.words("page.below_help"))
        if st.toggle(wording.words("page.show_below"), key="below"):
            _stories(below, "below-more", wording)
    st.caption(wording.words("page.silence"))
    _sources(wording)


def _minutes(wording: Labels) -> float:
    usual = service().settings.defaults.feed.minutes
    steps = sorted({5, 10, 15, 20, 30, 45, 60, round(usual)})
    return float(st.select_slider(wording.words("page.minutes_label"), steps, value=round(usual), key="minutes"))


def _feed(minutes: float) -> DailyFeed | None:
    """The day's newest list. A visit reads it once, so that the log holds readings and not clicks."""
    head = service().store.feeds.newest(service().settings.wijk_key, service().settings.today())
    if head is None:
        return None
    wanted = (head.id, minutes)
    if st.session_state.get("feed_wanted") != wanted:
        try:
            st.session_state["feed"] = service().feed(minutes=minutes)
        except NotFoundError:
            return None
        st.session_state["feed_wanted"] = wanted
    feed: DailyFeed = st.session_state["feed"]
    return feed


def _summary(feed: DailyFeed, wording: Labels) -> None:
    say, zone = wording.words, service().settings.wijk.zone
    shown = [story for story in feed.stories if story.entry.shown]
    minutes = max(round(sum(story.entry.minutes for story in shown)), 1)
    line = say(
        "page.summary",
        stories=say("page.stories", count=len(shown)),
        items=say("page.items", count=feed.items_considered),
        minutes=say("page.minutes", count=minutes),
    )
    refreshed = say("page.refreshed", when=say.moment(feed.generated_at, zone))
    st.html(f'<div class="wb"><p><b>{escape(line)}</b></p><p class="facts">{escape(refreshed)}</p></div>')


def _urgent(feed: DailyFeed, wording: Labels) -> None:
    """What can't wait and is not handled yet, with whom to call."""
    decided = service().store.decisions.standing(service().settings.wijk_key)
    handled = {story_id for story_id, one in decided.items() if one.action in HANDLED}
    corrected = service().corrections().as_corrected
    told = [corrected(one.assessment) for one in feed.stories if one.entry.story_id not in handled]
    waiting = [one for one in told if one.urgent is not None]
    if not waiting:
        return
    say, route = wording.words, service().settings.wijk.call_route
    lines = "".join(f'<li dir="auto">{escape(urgent_line(one, wording))}</li>' for one in waiting)
    call = escape(say("page.call", route=route) if route else say("page.call_unknown"))
    with st.container(border=True, key="urgent"):
        title = escape(say("page.urgent"))
        st.html(
            f'<div class="wb" role="alert"><h3 class="flagged">{title}</h3><ul>{lines}</ul><p><b>{call}</b></p></div>'
        )


def _stories(stories: list, key: str, wording: Labels) -> None:
    count = st.session_state.setdefault(f"{key}-count", AT_A_TIME)
    _opened([story.entry.story_id for story in stories[:count]])
    for story in stories[:count]:
        card(story)
    left = len(stories) - count
    if left > 0 and st.button(
        wording.words("page.more", count=min(left, AT_A_TIME)), key=f"{key}-more", width="stretch"
    ):
        st.session_state[f"{key}-count"] = count + AT_A_TIME
        st.rerun()


def _opened(story_ids: list[str]) -> None:
    """Note, once a visit, what came before a person's eyes."""
    known = st.session_state.setdefault("opened", set())
    if new := [story_id for story_id in story_ids if story_id not in known]:
        service().opened(new)
        known.update(new)


def _sources(wording: Labels) -> None:
    say, statuses = wording.words, service().sources()
    if silent := [status.name for status in statuses if status.polling.reason == "silent"]:
        st.warning(say("sources_page.silent", count=len(silent), names=", ".join(silent)))
    good = sum(status.polling.state in {"ok", "quiet"} for status in statuses)
    bad = [status for status in statuses if status.polling.state not in {"ok", "quiet"}]
    with st.expander(
        f"{say('page.sources')}: {say('page.sources_ok', count=good)}, {say('page.sources_bad', count=len(bad))}",
        key="sources",
    ):
        for status in statuses:
            state = (
                say(f"source_state.{status.polling.state}")
                if status.polling.checked_at or status.polling.state == "off"
                else say("cli.never")
            )
            why = f" · {wording.why(status.polling)}" if status.polling.reason else ""
            items = say("page.items", count=status.items)
            line = f"{status.name} ({say(f'source_type.{status.type}')}): {state} · {items}{why}"
            st.html(f'<div class="wb"><p dir="auto">{escape(line)}</p></div>')


page()
