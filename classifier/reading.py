"""All that is read from one item's text, once; every later step builds on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from classifier.cues import Cues, find_cues
from classifier.patterns import compile_words
from classifier.places import Gazetteer, Places
from classifier.text import language, normal, words
from classifier.themes import ThemeWords
from wijkblik.models.items import Item
from wijkblik.models.wijk import Theme, Wijk


@dataclass(frozen=True, slots=True)
class Reading:
    """What an item's text says: language, places, themes with their words, and cues about its truth."""

    item: Item
    lang: str | None
    places: Places
    themes: Mapping[str, tuple[str, ...]]
    rules: Mapping[str, float]
    exclusions: tuple[str, ...]
    cues: Cues
    words: tuple[str, ...]


class Reader:
    """Reads items for one wijk on one day; a rule that has expired by then matches nothing."""

    def __init__(self, wijk: Wijk, themes: Mapping[str, Theme], today: date) -> None:
        self._wijk = wijk
        self._known: dict[Item, Reading] = {}
        self._gazetteer = Gazetteer(wijk)
        self._themes = ThemeWords(themes)
        live = [rule for rule in wijk.rules if rule.expires >= today]
        self._rules = [(rule.text, rule.weight, pattern) for rule in live if (pattern := compile_words([rule.text]))]
        self._exclusions = [(text, pattern) for text in wijk.exclusions if (pattern := compile_words([text]))]

    def read(self, item: Item) -> Reading:
        """One item's reading; the same item is read once."""
        if item not in self._known:
            self._known[item] = self._read(item)
        return self._known[item]

    def _read(self, item: Item) -> Reading:
        text = f"{item.title}\n{item.text}" if item.title else item.text
        plain = normal(text)
        lang = language(text, item.lang, self._wijk.languages)
        return Reading(
            item=item,
            lang=lang,
            places=self._gazetteer.find(text, item.point),
            themes=self._themes.find(plain, lang),
            rules={text: weight for text, weight, pattern in self._rules if pattern.search(plain)},
            exclusions=tuple(text for text, pattern in self._exclusions if pattern.search(plain)),
            cues=find_cues(plain),
            words=tuple(words(text)),
        )
