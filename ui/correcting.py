"""Putting a story right: what a person says stands, is told on the card, and can be undone."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import get_args

import streamlit as st

from ui.session import read_list_again, service
from wijkblik.errors import CorrectionError, NotFoundError
from wijkblik.models.stories import Correction, FeedStory, Status
from wijkblik.service import Labels
from wijkblik.service.corrections import MOVES, CorrectionService

LINE = 90
"""Characters of a text or title that stand for it in a list."""
NOT_HERE = ""
"""Stands for no place among names: a list's None would mean that nothing is chosen."""


def standing(story: FeedStory, wording: Labels) -> None:
    """What people put right about a story, by whom and when, each with its undo."""
    say, zone = wording.words, service().settings.wijk.zone
    for one in service().corrections().of(story.entry.story_id):
        left, right = st.columns([3, 1], vertical_alignment="center")
        by = say("decided.by", by=one.by, when=say.moment(one.at, zone))
        left.html(
            f'<div class="wb"><p class="facts"><b>{escape(_said(one, story, wording))}</b> {escape(by)}.</p></div>'
        )
        key = f"undo-correction-{one.correction_id}-{story.entry.story_id}"
        if right.button(say("action.undo"), key=key, width="stretch"):
            _do(lambda right, number=one.correction_id: right.undo(number), wording)


def correct(story: FeedStory, wording: Labels) -> None:
    """The part of a card where a story is put right; it is made only when it is asked for."""
    say, story_id = wording.words, story.entry.story_id
    if not st.toggle(say("correct.title"), key=f"correct-{story_id}"):
        return
    kinds = [kind for kind in _FORMS if kind != "split" or len(story.items) > 1]
    kind = st.segmented_control(
        say("correct.what"), kinds, format_func=lambda one: say(f"correct.kind.{one}"), key=f"kind-{story_id}"
    )
    if kind:
        with st.form(f"{kind}-{story_id}", border=False):
            change = _FORMS[kind](story, wording)
            st.caption(say("correct.split_help" if kind == "split" else "correct.next_round"))
            if st.form_submit_button(say("correct.save")) and change is not None:
                _do(change, wording)


Change = Callable[[CorrectionService], Correction]


def _place(story: FeedStory, wording: Labels) -> Change:
    say, story_id = wording.words, story.entry.story_id
    names = [place.name for place in service().settings.wijk.places]
    known = next((place.name for place in story.assessment.places if place.name in names), NOT_HERE)
    options = [NOT_HERE, *names]
    name = st.selectbox(
        say("correct.place_label"),
        options,
        index=options.index(known),
        format_func=lambda one: one or say("correct.not_here"),
        key=f"place-{story_id}",
    )
    return lambda right: right.place(story_id, name or None)


def _themes(story: FeedStory, wording: Labels) -> Change:
    story_id = story.entry.story_id
    keys = st.pills(
        wording.words("correct.themes_label"),
        list(service().settings.themes),
        selection_mode="multi",
        default=[key for key in story.assessment.themes if key in service().settings.themes],
        format_func=wording.theme,
        key=f"themes-{story_id}",
    )
    return lambda right: right.themes(story_id, keys)


def _status(story: FeedStory, wording: Labels) -> Change:
    say, story_id, options = wording.words, story.entry.story_id, get_args(Status)
    status = st.selectbox(
        say("correct.status_label"),
        options,
        index=options.index(story.assessment.verification.status),
        format_func=lambda one: say(f"status.{one}"),
        key=f"status-{story_id}",
    )
    link = st.text_input(say("correct.link_label"), key=f"link-{story_id}", placeholder="https://").strip()
    return lambda right: right.status(story_id, status, link or None)


def _merge(story: FeedStory, wording: Labels) -> Change | None:
    story_id = story.entry.story_id
    feed = st.session_state.get("feed")
    others = {one.entry.story_id: one for one in feed.stories if one.entry.story_id != story_id} if feed else {}
    into = st.selectbox(
        wording.words("correct.merge_label"),
        list(others),
        index=None,
        placeholder=wording.words("correct.choose"),
        format_func=lambda one: f"{others[one].entry.rank}. {_line(others[one].assessment.title)}",
        key=f"merge-{story_id}",
    )
    return None if into is None else lambda right: right.merge(story_id, into)


def _split(story: FeedStory, wording: Labels) -> Change:
    story_id, items = story.entry.story_id, {item.item_id: item for item in story.items}
    chosen = st.multiselect(
        wording.words("correct.split_label"),
        list(items),
        placeholder=wording.words("correct.choose"),
        format_func=lambda one: _line(items[one].title or items[one].text),
        select_all=False,
        key=f"split-{story_id}",
    )
    return lambda right: right.split(story_id, chosen)


_FORMS: dict[str, Callable[[FeedStory, Labels], Change | None]] = {
    "place": _place,
    "themes": _themes,
    "status": _status,
    "merge": _merge,
    "split": _split,
}


def _do(change: Change, wording: Labels) -> None:
    """Make or undo a correction and show what came of it."""
    try:
        made = change(service().corrections())
    except CorrectionError as error:
        st.error(wording.words(f"correct.{error.code}"))
        return
    except NotFoundError:
        st.error(wording.words("correct.gone"))
        return
    if made.kind in MOVES or made.kind == "undo":
        read_list_again()
    # The whole page: what can't wait stands on top of it.
    st.rerun()


def _said(one: Correction, story: FeedStory, wording: Labels) -> str:
    say, value = wording.words, one.value
    if one.kind == "place":
        told = value["name"] or say("correct.not_here")
    elif one.kind == "themes":
        told = ", ".join(wording.theme(key) for key in value["themes"]) or say("correct.no_themes")
    elif one.kind == "status":
        told = say(f"status.{value['status']}")
    else:
        way = "in" if value["into"] == story.entry.story_id else "out"
        return say(f"correct.{one.kind}_{way}", count=len(value["items"]))
    return f"{say(f'correct.kind.{one.kind}')}: {told}."


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LINE else line[:LINE].rsplit(" ", 1)[0] + " …"
