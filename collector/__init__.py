"""Collectors: each kind of public source is one module that fetches and parses it.

base      what a collector is, and what it may use
registry  the collectors that are installed
fetch     the one HTTP client, with its manners and its limits
visit     one visit to one source: fetch, parse, and what to remember
changes   pure decisions: what a visit means for a source's state
cadence   pure decisions: when to come back
rss       RSS, Atom and JSON Feed
text      markup to plain text
"""
