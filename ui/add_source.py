"""Adding a source on the page: an address, what it would bring, the difference in the file, and the way back."""

from __future__ import annotations

from datetime import datetime
from html import escape

import streamlit as st

from ui.session import service
from wijkblik.errors import ChangedMeanwhileError, ConfigError
from wijkblik.models.items import Fault
from wijkblik.models.wijk import Source
from wijkblik.service import Labels
from wijkblik.service.opml import TYPES
from wijkblik.service.preview import Preview
from wijkblik.service.proposal import Given, filled_in
from wijkblik.service.wijkfile import Edit, with_sources

LINE = 80
"""Characters of a text without a title that stand for it in a list."""


def add_source(wording: Labels) -> None:
    """The form, and what was found at the address that was given last."""
    say = wording.words
    with st.form("look"):
        url = st.text_input(say("sources_page.address"), key="address", placeholder="https://")
        asked = st.form_submit_button(say("sources_page.look"))
    if asked and url.strip():
        _look(url, None, wording)
    if "preview" in st.session_state:
        _preview(st.session_state["preview"], wording)


def write(edit: Edit, messages: list[str], wording: Labels) -> None:
    """Save a change of the wijk's file; the page then says so and offers the way back."""
    if _is_saved(edit, wording):
        st.session_state["saved"] = (edit, " ".join(messages))
        st.session_state.pop("preview", None)
        st.rerun()


def last_change(wording: Labels) -> None:
    """What was saved last in this visit, with a button to undo it; or that it was undone."""
    if undone := st.session_state.pop("undone", None):
        st.info(undone)
    if "saved" not in st.session_state:
        return
    edit, message = st.session_state["saved"]
    st.success(message)
    if st.button(wording.words("action.undo"), key="undo-source"):
        st.session_state.pop("saved")
        if _is_saved(edit.undone, wording):
            st.session_state["undone"] = wording.words("sources_page.undone", file=edit.path.name)
            st.rerun()


def _is_saved(edit: Edit, wording: Labels) -> bool:
    say = wording.words
    try:
        service().save(edit)
    except ChangedMeanwhileError:
        st.error(say("sources_page.changed", file=edit.path.name))
        return False
    except ConfigError as error:
        st.error(say("sources_page.not_saved"))
        st.code(str(error), language=None, wrap_lines=True)
        return False
    return True


def _look(url: str, choice: int | None, wording: Labels) -> None:
    with st.spinner(wording.words("sources_page.looking"), show_time=True):
        st.session_state["preview"] = service().preview(url, Given(), choice=choice)
    st.session_state["looked"] = (url, choice)


def _preview(seen: Preview, wording: Labels) -> None:
    say = wording.words
    _choose(seen, wording)
    if seen.source is None:
        st.error(f"{wording.no_preview(seen.fault or Fault('failed'))} {say('cli.not_added')}")
        return
    st.html(_what_is_there(seen, seen.source, wording))
    if seen.known is not None:
        st.info(say("cli.already_there", source=seen.known))
        return
    source, terms_checked = _fill_in(seen.source, wording)
    if source is not None:
        _save(source, terms_checked, wording)


def _choose(seen: Preview, wording: Labels) -> None:
    """Which of a page's feeds it is to be."""
    urls = [offer.url for offer in seen.offers]
    if len(urls) < 2 or (seen.source is not None and seen.source.url not in urls):
        return
    url, choice = st.session_state["looked"]
    chosen = st.radio(
        wording.words("sources_page.choose", count=len(urls)),
        range(len(urls)),
        index=(choice or 1) - 1,
        format_func=lambda number: seen.offers[number].title or urls[number],
        key=f"choice-{url}",
    )
    if chosen + 1 != (choice or 1):
        _look(url, chosen + 1, wording)
        st.rerun()


def _what_is_there(seen: Preview, source: Source, wording: Labels) -> str:
    say = wording.words
    facts = [
        escape(say("preview.recognised", kind=wording.kind(source.collector), url=source.url)),
        escape(say(f"robots_help.{seen.robots}")),
        _terms(seen.terms_url, wording),
        escape(wording.cost(seen.requests_a_day)),
        f"<b>{escape(wording.found(seen.found, seen.background, len(seen.items)))}</b>",
    ]
    items = "".join(
        f'<li dir="auto">{escape(item.title or item.text[:LINE])} <span class="facts">{escape(_when(item.published_at, wording))}</span></li>'
        for item in seen.items
    )
    faults = "".join(f'<p class="facts">{escape(wording.fault(fault.code))}</p>' for fault in seen.faults)
    return f'<div class="wb">{"".join(f"<p>{fact}</p>" for fact in facts)}<ul>{items}</ul>{faults}</div>'


def _terms(url: str | None, wording: Labels) -> str:
    if url is None:
        return escape(wording.words("preview.no_terms"))
    link = f'<a href="{escape(url, quote=True)}" target="_blank" rel="noopener noreferrer">{escape(url)}</a>'
    return escape(wording.words("preview.terms", url="")) + link


def _fill_in(found: Source, wording: Labels) -> tuple[Source | None, bool]:
    """The source as a person has it, and whether its terms were read."""
    say, of = wording.words, found.url
    name = st.text_input(say("sources_page.name"), value=found.name, max_chars=200, key=f"name-{of}")
    type_ = st.selectbox(
        say("sources_page.type"),
        TYPES,
        index=TYPES.index(found.type),
        format_func=lambda one: say(f"source_type.{one}"),
        filter_mode=None,
        key=f"type-{of}",
    )
    organisation = ""
    if type_ != "social":
        organisation = st.text_input(
            say("sources_page.organisation"),
            value=found.organisation or found.name,
            max_chars=200,
            key=f"organisation-{of}",
        )
    checked = st.checkbox(say("sources_page.terms_read"), key=f"terms-{of}")
    given = Given(
        name=name.strip() or None,
        type=type_,
        organisation=organisation.strip() or None,
        terms_checked_at=service().settings.today() if checked else None,
    )
    try:
        return filled_in(service().settings, found, given), checked
    except ValueError as error:
        st.error(wording.no_preview(Fault("source_unclear", str(error))))
        return None, checked


def _save(source: Source, terms_checked: bool, wording: Labels) -> None:
    say, settings = wording.words, service().settings
    file = settings.wijk_file.name
    try:
        edit = with_sources(settings, [source])
    except ConfigError as error:
        st.error(say("sources_page.not_saved"))
        st.code(str(error), language=None, wrap_lines=True)
        return
    st.caption(say("sources_page.diff", file=file))
    st.code(edit.diff, language="diff", wrap_lines=True)
    if settings.scenario is not None:
        st.warning(say("sources_page.demo", file=str(settings.wijk_file)))
    if not terms_checked:
        st.caption(say("sources_page.off_until_read"))
    if st.button(say("sources_page.save"), type="primary", key="save-source"):
        then = say("sources_page.soon") if terms_checked else say("source_reason.terms_unchecked")
        write(edit, [say("cli.saved", file=file), then], wording)


def _when(moment: datetime | None, wording: Labels) -> str:
    if moment is None:
        return ""
    zone = service().settings.wijk.zone
    return wording.words.moment(moment if moment.tzinfo else moment.replace(tzinfo=zone), zone)
