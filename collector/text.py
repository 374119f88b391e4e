"""Markup to plain text. Nothing that a source sends is stored as markup."""

from __future__ import annotations

import html
import re

import nh3

MOST_TAGS = 4000
"""Beyond this many, tags are cut away unread: nested deeply, reading them takes quadratic time."""
_BREAKS = re.compile(r"<\s*(?:br|/?(?:p|div|li|h[1-6]|tr|blockquote))\b[^<>]*>", re.IGNORECASE)
# Controls, bidirectional overrides and isolates, and zero-width marks that only deceive. ZWJ and ZWNJ stay: scripts need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
_CLEANER = nh3.Cleaner(tags=set(), clean_content_tags={"script", "style"})
_TAG = re.compile(r"<[^<>]*>")
_MARKUP = re.compile(r"<[a-zA-Z!/?]|&[#a-zA-Z]")


def plain(markup: str) -> str:
    """The text of some HTML or of plain text: tags, scripts and invisible marks gone, lines kept.

    >>> plain("<p>Water &amp; gas</p><script>x()</script>")
    'Water & gas'
    """
    if _MARKUP.search(markup):
        if markup.count("<") > MOST_TAGS:
            markup = _TAG.sub(" ", markup).replace("<", "&lt;")
        markup = html.unescape(_CLEANER.clean(_BREAKS.sub("\n", markup)))
    lines = [" ".join(line.split()) for line in _INVISIBLE.sub("", markup).split("\n")]
    return "\n".join([line for line in lines if line])
