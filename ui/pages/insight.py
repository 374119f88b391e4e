"""Insight: how outlooks came out, what the team's decisions taught, and how wrong it was per language."""

from __future__ import annotations

import altair as alt
import streamlit as st

from classifier.parity import MINIMUM
from ui.session import labels, service
from wijkblik.service import Labels


def page() -> None:
    """The page, section by section; each says so when there is nothing yet."""
    wording, learned = labels(), service().learned()
    st.header(wording.words("insight.heading", wijk=service().settings.wijk.name), anchor=False)
    _outlooks(wording, learned)
    _learned(wording, learned)
    _languages(wording, learned)


def _outlooks(wording: Labels, learned) -> None:
    say, made = wording.words, learned.outlooks()
    st.subheader(say("insight.outlook"), anchor=False)
    if not made:
        st.info(say("insight.no_outlooks"))
        return
    within = [one.outlook.low <= (one.came or 0) <= one.outlook.high for one in made]
    st.write(say("insight.coverage", count=len(made), share=say.percent(sum(within) / len(made))))
    days: dict[str, list[bool]] = {}
    for one, held in zip(made, within, strict=True):
        days.setdefault(one.cut.astimezone(service().settings.wijk.zone).date().isoformat(), []).append(held)
    rows = [{"day": day, "share": sum(held) / len(held)} for day, held in sorted(days.items())]
    chart = alt.Chart(alt.Data(values=rows)).mark_bar()
    st.altair_chart(
        chart.encode(
            x=alt.X("day:O", title=None),
            y=alt.Y("share:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")),
        ).properties(height=180)
    )


def _learned(wording: Labels, learned) -> None:
    say, versions = wording.words, learned.versions()
    st.subheader(say("insight.learned"), anchor=False)
    if not versions:
        st.info(say("insight.no_version"))
        return
    zone = service().settings.wijk.zone
    moved = learned.changed_since()
    st.write(say("insight.since") if moved else say("insight.nothing_moved"))
    for one in moved:
        before, after = (say.number(round(value, 2)) for value in (one.before, one.after))
        st.caption(say("insight.moved", trait=_trait(one.trait, wording), before=before, after=after))
    for record in versions[:5]:
        left, right = st.columns([3, 2], vertical_alignment="center")
        when = say.moment(record.made_at, zone)
        left.write(say("insight.version", version=record.version, when=when, count=record.decisions))
        if record is not versions[0] and right.button(say("insight.back"), key=f"back-{record.version}"):
            learned.go_back(record.version)
            st.success(say("insight.went_back"))
    if st.button(say("insight.rules"), key="back-0"):
        learned.go_back(0)
        st.success(say("insight.went_back"))


def _languages(wording: Labels, learned) -> None:
    say = wording.words
    st.subheader(say("insight.languages"), anchor=False)
    for rate in learned.error_rates():
        name = say(f"language.{rate.lang}") if say.has(f"language.{rate.lang}") else rate.lang
        if rate.enough:
            wrong, low, high = (say.percent(value) for value in (rate.wrong, rate.low, rate.high))
            st.write(say("insight.rate", lang=name, wrong=wrong, judged=rate.judged, low=low, high=high))
        else:
            st.write(say("insight.too_few", lang=name, judged=rate.judged, minimum=MINIMUM))


def _trait(name: str, wording: Labels) -> str:
    kind, _, of = name.partition(":")
    return wording.theme(of) if kind == "theme" else of


page()
