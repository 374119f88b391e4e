"""Lists of feeds (OPML) on the page: to take away, and to bring along."""

from __future__ import annotations

import streamlit as st

from ui.add_source import write
from ui.session import service
from wijkblik.datafolder import published_at
from wijkblik.errors import ConfigError
from wijkblik.service import Labels
from wijkblik.service.opml import MOST_BYTES, opml, read_opml
from wijkblik.service.wijkfile import with_sources

UPLOAD_STYLE = """<style>
[data-testid="stFileUploaderDropzoneInstructions"] {{display: none}}
[data-testid="stFileUploaderDropzone"] button p {{font-size: 0}}
[data-testid="stFileUploaderDropzone"] button p::after {{content: "{text}"; font-size: 1rem}}
</style>"""


def feed_lists(wording: Labels) -> None:
    """A button that exports the wijk's feeds, and a place for a list to import."""
    say, settings = wording.words, service().settings
    st.caption(say("sources_page.opml_help"))
    st.download_button(
        say("sources_page.export"),
        opml(settings.wijk, published_at(settings)),
        file_name=f"{settings.wijk_key}.opml",
        mime="text/x-opml",
    )
    # The widget's own words are English; its button gets ours.
    st.html(UPLOAD_STYLE.format(text=say("sources_page.choose_file").replace('"', "'")))
    given = st.file_uploader(
        say("sources_page.import"), type=["opml", "xml"], max_upload_size=MOST_BYTES // 1_000_000, key="opml-file"
    )
    if given is not None:
        _import(given.getvalue(), given.name, wording)


def _import(body: bytes, name: str, wording: Labels) -> None:
    say, settings = wording.words, service().settings
    try:
        found = read_opml(body, name, settings.wijk, base=published_at(settings))
        edit = with_sources(settings, found.sources) if found.sources else None
    except ConfigError as error:
        st.error(say("sources_page.not_saved"))
        st.code(str(error), language=None, wrap_lines=True)
        return
    message = say("cli.imported", new=len(found.sources), known=found.known, refused=len(found.refused))
    st.info(message)
    for refused in found.refused:
        st.caption(say("cli.refused_entry", name=refused))
    if edit is not None:
        st.code(edit.diff, language="diff", wrap_lines=True)
        if settings.scenario is not None:
            st.warning(say("sources_page.demo", file=str(settings.wijk_file)))
        if st.button(say("sources_page.save"), key="opml-save"):
            write(edit, [message, say("sources_page.off_until_read_all")], wording)
