"""Keys of applications. A source's parameter names an environment variable; the key itself is filled in for a visit only,
so that no file, no store and no log holds it.
"""

from __future__ import annotations

import os
import re

from wijkblik.models.wijk import KEY_NAMED, Source


def is_missing(source: Source) -> bool:
    """Whether the source names a key whose variable is not set, or is empty."""
    return any(not os.environ.get(name) for name in _named(source).values())


def filled_in(source: Source) -> Source:
    """The source with its keys in place of their names; the source itself if it names none."""
    named = _named(source)
    keys = {parameter: os.environ.get(name, "") for parameter, name in named.items()}
    return source.model_copy(update={"query": source.query | keys}) if named else source


def _named(source: Source) -> dict[str, str]:
    """The variables by the parameters that name them."""
    found = {
        parameter: re.match(KEY_NAMED, value) for parameter, value in source.query.items() if isinstance(value, str)
    }
    return {parameter: match.group(1) for parameter, match in found.items() if match}
