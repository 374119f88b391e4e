"""The wijk's service, shared by all visits, and what belongs to this visit alone."""

from __future__ import annotations

import os

import streamlit as st

from wijkblik.locale import LANGUAGES
from wijkblik.service import Labels, Service


@st.cache_resource(show_spinner=False)
def _open(wijk: str) -> Service:
    return Service.open(wijk)


def service() -> Service:
    """The service of the wijk that this page was started for."""
    opened = _open(os.environ["WIJKBLIK_WIJK"])
    opened.refresh()
    return opened


def read_list_again() -> None:
    """Let the day's list be read anew, for its stories are no longer made up as they were."""
    st.session_state.pop("feed_wanted", None)


def language() -> str:
    """The language of this visit: chosen here, in the address, or configured."""
    asked = st.query_params.get("lang", "")
    return asked if asked in LANGUAGES else service().settings.language


def labels() -> Labels:
    """Codes as words in the visit's language."""
    return service().labels(language())


def language_switch() -> None:
    """Lets a person change the language; the address keeps it."""
    names = {"nl": "Nederlands", "en": "English"}
    chosen = st.segmented_control(
        "Taal / Language",
        LANGUAGES,
        default=language(),
        format_func=names.__getitem__,
        key="language",
        label_visibility="collapsed",
    )
    if chosen and chosen != language():
        st.query_params["lang"] = chosen
        st.rerun()
