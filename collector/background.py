"""What the collectors of background share: codes of areas, numbers, and that a source of it is asked rarely.

The codes are those of Statistics Netherlands (CBS): GM0344 is a municipality, WK0344AA a wijk and BU0344AA01 a buurt of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from collector.base import Fetch
from collector.paging import Next, Read, follow
from collector.reading import counted, text_of
from wijkblik.models.items import Harvest

KEEPS = timedelta(days=30)
"""How long background holds: registers and figures change by the month."""
KEEPS_CUT = timedelta(days=1)
"""How soon to try for the whole again: background is never in a hurry."""
_CODE = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{0,6}")
_BARE_MUNICIPALITY = re.compile(r"[0-9]{4}")


async def listings(fetch: Fetch, addresses: Sequence[str], read: Read, following: Next) -> Harvest:
    """All pages of all listings, one after the other, as one harvest that says how long it holds.

    The first listing speaks for all: if it has not changed, the others are not asked. Raises a CollectError.
    """
    rest = iter(addresses[1:])
    harvest = await follow(fetch, addresses[0], read, lambda page, found: following(page, found) or next(rest, None))
    keeps = KEEPS if harvest.complete else KEEPS_CUT
    return replace(harvest, faults=counted(harvest.faults), again_after=keeps)


def area_code(value: Any) -> str | None:
    """The code of an area, without the spaces that pad it; a municipality's bare number gets its letters.

    >>> area_code("0344"), area_code("WK0363AD  "), area_code("?")
    ('GM0344', 'WK0363AD', None)
    """
    text = text_of(value).strip().upper()
    if _BARE_MUNICIPALITY.fullmatch(text):
        return f"GM{text}"
    return text if _CODE.fullmatch(text) else None


def number(value: Any) -> float | None:
    """The value if it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None
