"""Navigation only."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.session import labels, language_switch, service

say, wijk = labels().words, service().settings.wijk
st.set_page_config(
    page_title=say("page.title", wijk=wijk.name), page_icon=str(Path(__file__).with_name("icon.svg")), layout="centered"
)
page = st.navigation(
    [
        st.Page("pages/today.py", title=say("page.today"), icon=":material/today:", default=True),
        st.Page("pages/insight.py", title=say("insight.title"), icon=":material/insights:", url_path="inzicht"),
        st.Page("pages/sources.py", title=say("page.sources"), icon=":material/rss_feed:", url_path="bronnen"),
    ],
    position="top",
)
language_switch()
page.run()
