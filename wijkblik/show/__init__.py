"""What the command line prints: tables for people, plain data for programs.

day      a round, a day's feed, figures
sources  states, trials, previews and lag
"""

from wijkblik.show.day import feed, figures, round_summary
from wijkblik.show.sources import lag, preview, sources, sources_json, trials, trials_json

__all__ = ["feed", "figures", "lag", "preview", "round_summary", "sources", "sources_json", "trials", "trials_json"]
