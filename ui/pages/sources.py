"""Bronnen: every source's state and next check, what is silent, and adding one with a preview."""

from __future__ import annotations

from datetime import datetime
from html import escape

import streamlit as st

from ui.cards import STYLE
from ui.session import labels, service
from wijkblik.datafolder import published_at
from wijkblik.errors import ConfigError
from wijkblik.models.items import SourceStatus
from wijkblik.service import Labels
from wijkblik.service.opml import opml, read_opml
from wijkblik.service.preview import Preview, preview
from wijkblik.service.wijkfile import Edit, save, with_sources

UPLOAD_STYLE = """<style>
[data-testid="stFileUploaderDropzoneInstructions"] {{display: none}}
[data-testid="stFileUploaderDropzone"] button {{font-size: 0}}
[data-testid="stFileUploaderDropzone"] button::after {{content: "{text}"; font-size: 1rem}}
</style>"""
TYPES = ("official", "news", "community", "residents", "service", "reports", "satire", "social")


def page() -> None:
    """The whole page."""
    wording, settings = labels(), service().settings
    say = wording.words
    st.html(STYLE)
    st.header(say("sources_page.heading", wijk=settings.wijk.name), anchor=False)
    _undo(wording)
    statuses = service().sources()
    silent = [one for one in statuses if one.polling.reason == "silent"]
    if silent:
        names = ", ".join(one.name for one in silent)
        st.warning(say("sources_page.silent", count=len(silent), names=names))
    _table(statuses, wording)
    st.caption(say("page.silence"))
    _add(wording)
    _opml(wording)


def _table(statuses: list[SourceStatus], wording: Labels) -> None:
    say, zone = wording.words, service().settings.wijk.zone
    head = "".join(f"<th>{escape(say(f'sources_page.{name}'))}</th>" for name in ("source", "state", "last", "next"))
    rows = []
    for one in sorted(statuses, key=lambda one: (one.polling.state in {"ok", "off"}, one.name.casefold())):
        polling = one.polling
        state = (
            say(f"source_state.{polling.state}") if polling.checked_at or polling.state == "off" else say("cli.never")
        )
        since = f" · {say('sources_page.since', when=say.moment(polling.since, zone))}" if polling.since else ""
        count = (
            say("page.items", count=one.items)
            if one.items or not one.background
            else say("sources_page.records", count=one.background)
        )
        last = say.moment(polling.last_item_at, zone) if polling.last_item_at else "-"
        asked_next = polling.next_check_at and polling.state not in {"blocked", "gone", "off"}
        upcoming = say.moment(polling.next_check_at, zone) if asked_next else say("cli.not_again")
        why = " ".join(
            filter(
                None, [wording.why(polling), *(wording.fault(f.code) for f in one.faults if f.code != polling.reason)]
            )
        )
        why_row = f'<p class="facts">{escape(why)}</p>' if why else ""
        rows.append(
            f'<tr><td dir="auto"><b>{escape(one.name)}</b><p class="facts">{escape(say(f"source_type.{one.type}"))} · {escape(one.collector)}</p></td>'
            f"<td>{escape(state)}<p class='facts'>{escape(count + since)}</p>{why_row}</td>"
            f'<td>{escape(last)}</td><td>{escape(upcoming)}<p class="facts">{escape(wording.plan(polling, zone))}</p></td></tr>'
        )
    st.html(
        f'<div class="wb scroll"><table class="sources"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _add(wording: Labels) -> None:
    say = wording.words
    st.subheader(say("sources_page.add"), anchor=False)
    with st.form("look"):
        url = st.text_input(say("sources_page.address"), key="address", placeholder="https://")
        asked = st.form_submit_button(say("sources_page.look"))
    if asked and url.strip():
        with st.spinner(say("sources_page.looking"), show_time=True):
            st.session_state["preview"] = _look(url)
    seen: Preview | None = st.session_state.get("preview")
    if seen is not None:
        _preview(seen, wording)


def _look(url: str, choice: int = 0) -> Preview:
    settings = service().settings
    return preview(settings, url, choice=choice, base=published_at(settings))


def _preview(seen: Preview, wording: Labels) -> None:
    say = wording.words
    if seen.fault is not None:
        st.error(f"{wording.fault(seen.fault.code)} {say('cli.not_added')}")
        return
    if len(seen.offers) > 1:
        chosen = st.selectbox(
            say("sources_page.choose", count=len(seen.offers)),
            range(len(seen.offers)),
            format_func=lambda number: seen.offers[number].title or seen.offers[number].url,
            key="choice",
        )
        if seen.offers[chosen].url not in {seen.source.url, st.session_state.get("chosen")}:
            st.session_state["chosen"] = seen.offers[chosen].url
            st.session_state["preview"] = _look(seen.offers[chosen].url)
            st.rerun()
    facts = [
        say("preview.recognised", kind=seen.source.collector, url=seen.source.url),
        say(f"robots_help.{seen.robots}"),
        say("preview.cost", count=seen.requests_a_day),
        say("preview.found", count=seen.found or seen.background, shown=len(seen.items)),
    ]
    items = "".join(
        f'<li dir="auto">{escape(_when(item.published_at, wording))} {escape(item.title or item.text[:80])}</li>'
        for item in seen.items
    )
    faults = "".join(f'<p class="facts">{escape(wording.fault(fault.code))}</p>' for fault in seen.faults)
    st.html(f'<div class="wb">{"".join(f"<p>{escape(fact)}</p>" for fact in facts)}<ul>{items}</ul>{faults}</div>')
    _terms(seen, wording)
    _save(seen, wording)


def _terms(seen: Preview, wording: Labels) -> None:
    say = wording.words
    if seen.terms_url:
        link = escape(seen.terms_url, quote=True)
        st.html(
            f'<div class="wb"><p>{escape(say("preview.terms", url=""))} '
            f'<a href="{link}" target="_blank" rel="noopener noreferrer">{escape(seen.terms_url)}</a></p></div>'
        )
    else:
        st.caption(say("preview.no_terms"))


def _save(seen: Preview, wording: Labels) -> None:
    say, settings = wording.words, service().settings
    known = next((one for one in settings.wijk.sources if one.url == seen.source.url), None)
    if known is not None:
        st.info(say("cli.already_there", source=known.key))
        return
    name = st.text_input(say("sources_page.name"), value=seen.source.name, key=f"name-{seen.source.url}")
    type_ = st.selectbox(
        say("sources_page.type"),
        TYPES,
        index=TYPES.index(seen.source.type),
        format_func=lambda one: say(f"source_type.{one}"),
        key=f"type-{seen.source.url}",
    )
    organisation = name
    if type_ != "social":
        organisation = st.text_input(
            say("sources_page.organisation"), value=name, key=f"organisation-{seen.source.url}"
        )
    checked = st.checkbox(say("sources_page.terms_read"), key=f"terms-{seen.source.url}")
    source = seen.source.model_copy(
        update={
            "name": name,
            "type": type_,
            "organisation": None if type_ == "social" else organisation,
            "terms_checked_at": settings.today() if checked else None,
        }
    )
    try:
        edit = with_sources(settings, [source])
    except ConfigError as error:
        st.error(str(error))
        return
    st.caption(say("sources_page.diff", file=settings.wijk_file.name))
    st.code(edit.diff, language="diff")
    if not checked:
        st.caption(say("sources_page.off_until_read"))
    if st.button(say("sources_page.save"), type="primary", key="save-source"):
        _write(edit, say("cli.saved", file=settings.wijk_file.name))


def _write(edit: Edit, message: str) -> None:
    try:
        save(service().settings, edit)
    except ConfigError as error:
        st.error(str(error))
        return
    service().refresh()
    st.session_state["saved_edit"], st.session_state["saved_message"] = edit, message
    st.session_state.pop("preview", None)
    st.rerun()


def _undo(wording: Labels) -> None:
    edit: Edit | None = st.session_state.get("saved_edit")
    if edit is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(st.session_state["saved_message"])
        if st.button(wording.words("action.undo"), key="undo-source"):
            st.session_state.pop("saved_edit")
            try:
                save(service().settings, edit.undone)
            except ConfigError as error:
                st.error(str(error))
                return
            service().refresh()
            st.rerun()


def _opml(wording: Labels) -> None:
    say, settings = wording.words, service().settings
    with st.expander(say("sources_page.opml"), key="opml"):
        st.caption(say("sources_page.opml_help"))
        st.download_button(
            say("sources_page.export"), opml(settings.wijk), file_name=f"{settings.wijk_key}.opml", mime="text/x-opml"
        )
        # The widget's own words are English; its button gets ours.
        st.html(UPLOAD_STYLE.format(text=say("sources_page.choose_file").replace('"', "'")))
        given = st.file_uploader(say("sources_page.import"), type=["opml", "xml"], key="opml-file")
        if given is not None:
            _import(given.getvalue(), given.name, wording)


def _import(body: bytes, name: str, wording: Labels) -> None:
    say, settings = wording.words, service().settings
    try:
        found = read_opml(body, name, settings.wijk)
        edit = with_sources(settings, found.sources) if found.sources else None
    except ConfigError as error:
        st.error(str(error))
        return
    message = say("cli.imported", new=len(found.sources), known=found.known, refused=len(found.refused))
    st.info(message)
    if edit is not None:
        st.code(edit.diff, language="diff")
        if st.button(say("sources_page.save"), key="opml-save"):
            _write(edit, message)


def _when(moment: datetime | None, wording: Labels) -> str:
    if moment is None:
        return ""
    zone = service().settings.wijk.zone
    return wording.words.moment(moment if moment.tzinfo else moment.replace(tzinfo=zone), zone)


page()
