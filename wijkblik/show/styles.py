"""How a source's state looks."""

from wijkblik.models.items import SourceState

STYLES: dict[SourceState, str] = {
    "ok": "green",
    "failing": "yellow",
    "blocked": "red",
    "gone": "red",
    "off": "dim",
    "quiet": "cyan",
}
