import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.text import MOST_TAGS, plain

DECEIVING = set("\u200b\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        ("gewone tekst", "gewone tekst"),
        ("3 < 4 & 5 > 2", "3 < 4 & 5 > 2"),
        ("Water &amp; gas &eacute;&#233;n", "Water & gas één"),
        ("<p>een</p><p>twee</p>", "een\ntwee"),
        ("een<br>twee<BR/>drie<br />vier", "een\ntwee\ndrie\nvier"),
        ("<ul><li>een</li><li>twee</li></ul>", "een\ntwee"),
        ("  veel \t  ruimte \xa0 hier \n\n\n  en  daar ", "veel ruimte hier\nen daar"),
        ("a<script>x()</script>b<STYLE>y{}</STYLE>c<!-- z -->d", "abcd"),
        ("<script>x()", ""),
        ('<a href="javascript:x()" onclick="y()">hier</a><img src=x onerror=z()>', "hier"),
        ('<a title="a>b">c</a>', "c"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("<b", ""),
        ("x\u202egpj.exe\u202c \u2066y\u2069 z\u200bz\ufeff", "xgpj.exe y zz"),
        ("x&#x202e;y&#8203;z", "xyz"),
        ("a\x00b\x07c\x1b[31md\x9b31me\x7f", "abc[31md31me"),
        ("a\u2028b\x85c\td", "a b c d"),
        ("می\u200cخواهم 👨\u200d👩\u200d👧", "می\u200cخواهم 👨\u200d👩\u200d👧"),
    ],
)
def test_markup_becomes_plain_text(markup, text):
    assert plain(markup) == text


def test_very_many_tags_are_cut_away_and_the_words_stay():
    assert plain("<i>woord</i> " * MOST_TAGS + "a &amp; b") == "woord " * MOST_TAGS + "a & b"


@pytest.mark.parametrize("piece", ["<div>", "<ul><li>", "<b><div>", "<di<b>v>", "<br ", "<a ", "<!--", "<script>", "&", "<table><tr><td>", "</p>"])  # fmt: skip
def test_no_markup_takes_long(piece):
    started = time.process_time()
    plain(piece * 200_000)
    plain(piece * (MOST_TAGS // piece.count("<") if "<" in piece else 1))
    assert time.process_time() - started < 5


PIECES = st.sampled_from(["<", ">", "<b>", "</p>", "<script>", "</script>", "&", "&#", "&#x202e;", "&#8203;", "&#0;", "&#155;", "&lt;", "<!--", "-->", "<![CDATA[", "\u202e", "\x9b", "\x85", "\r\n", "\xa0", "\u2028"])  # fmt: skip


@given(st.text() | st.lists(PIECES | st.characters(exclude_categories=["Cs"])).map("".join))
@example("".join(chr(point) for point in range(0x3000) if not 0xD800 <= point < 0xE000))
def test_no_control_nor_deceiving_character_is_left(markup):
    text = plain(markup)
    left = {char for char in text if unicodedata.category(char) == "Cc" and char != "\n"} | DECEIVING & set(text)
    assert not left
    assert text == text.strip()
    assert "\n\n" not in text
