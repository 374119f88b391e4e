"""What happened to a story since the last shift, from what was said of it then and now."""

from __future__ import annotations

from collections.abc import Mapping

from wijkblik.models.stories import FLAGGED, Assessment, Change

GROWN = 1.5
"""So many times the items of then is growth, if it is two or more."""


def change_since(before: Mapping[str, Assessment], now: Assessment) -> Change | None:
    """New, corrected, resolved or grown, in that order; None where it is about as it was.

    `before` is what the last list of an earlier day said, by story id.
    """
    then = before.get(now.story_id)
    if then is None:
        return "new"
    if (now.verification.status in FLAGGED) != (then.verification.status in FLAGGED):
        return "corrected"
    if now.resolved and not then.resolved:
        return "resolved"
    if now.items >= max(then.items * GROWN, then.items + 2):
        return "grown"
    return None
