"""What is told of a story beside its title and reasons: what may come, when, what changed, who can read it, and its place on the list."""

from __future__ import annotations

from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from wijkblik.models.stories import Assessment, EventTime, FeedEntry, Outlook
from wijkblik.service import Labels


def outlook(expected: Outlook, wording: Labels) -> str:
    """How many items may come by tomorrow, in words."""
    say, low, high = wording.words, round(expected.low), round(expected.high)
    if high == 0:
        sentence = say("outlook.none")
    elif low == high:
        sentence = say("outlook.about", count=high)
    else:
        sentence = say("outlook.range", low=low, high=high)
    return f"{sentence} ({say('outlook.few_data')})" if expected.few_data else sentence


def event(planned: EventTime, wording: Labels, zone: ZoneInfo) -> str:
    """When it takes place, as exactly as it is known."""
    say = wording.words
    day = say.day(planned.start.astimezone(zone).date())
    when = day if planned.precision == "day" else say.moment(planned.start, zone)
    return say(f"event.{planned.precision}", when=when)


def facts(assessment: Assessment, wording: Labels, now: datetime, zone: ZoneInfo) -> str:
    """The line of what is still to come; empty where nothing is known."""
    told = []
    if assessment.event is not None and assessment.event.end > now:
        told.append(event(assessment.event, wording, zone))
    if assessment.outlook is not None:
        told.append(outlook(assessment.outlook, wording))
    return f'<p class="facts">{escape(" · ".join(told))}</p>' if told else ""


def marks(entry: FeedEntry, assessment: Assessment, wording: Labels) -> str:
    """Badges: that it can't wait, and what happened since the last shift."""
    say, found = wording.words, ""
    if assessment.urgent is not None:
        found += (
            f' <span class="badge flagged">{escape(say("priority.urgent", why=_urgent(assessment, wording)))}</span>'
        )
    if entry.change is not None:
        found += f' <span class="badge open">{escape(say(f"priority.since_{entry.change}"))}</span>'
    return found


def unread(assessment: Assessment, languages: tuple[str, ...], wording: Labels) -> str:
    """The advice to ask a colleague, where nobody in the team reads the story's language."""
    if assessment.lang is None or assessment.lang in languages:
        return ""
    return f"<p><b>{escape(wording.words('page.ask_colleague'))}</b></p>"


def why_here(entry: FeedEntry, wording: Labels, rows: str) -> str:
    """The parts of a story's place on the list, as rows of a table."""
    return f'<div class="wb"><p>{escape(wording.words("page.why_here_help", rank=entry.rank))}</p><table>{rows}</table></div>'


def urgent_line(assessment: Assessment, wording: Labels) -> str:
    """A story that can't wait, in one line of plain text."""
    return f"{_urgent(assessment, wording)}: {assessment.title}"


def _urgent(assessment: Assessment, wording: Labels) -> str:
    return wording.words(f"urgent.{assessment.urgent}")
