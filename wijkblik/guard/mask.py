"""Masking: handles, profile links, e-mail addresses, phone numbers and number plates leave a text before it is stored.

Public numbers that help (112, 0900-8844 and the like) stay.
"""

from __future__ import annotations

import re

EMAIL, PHONE, HANDLE, PLATE = "[e-mail]", "[telefoon]", "[account]", "[kenteken]"

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+(?:@| @ |%40)[\w-]+(?:\.[\w-]+)+(?![\w-])")
# Written so that machines shall not know it.
_SPELLED_AT = re.compile(r"[\[({] ?(?:at|apenstaartje) ?[\])}]", re.IGNORECASE)
_SPELLED_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} ?[\[({] ?(?:at|apenstaartje) ?[\])}] ?[\w-]{1,63}"
    r"(?:(?:\.| ?[\[({] ?(?:dot|punt) ?[\])}] ?)[\w-]{1,63})+",
    re.IGNORECASE,
)
# A profile's address (/@name) holds a handle too.
_HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z_](?:[\w.@-]*\w)?")
# A link to someone's page, from its site on: of networks that begin with the name, and of the many that say what follows.
_PROFILE = re.compile(
    r"(?<![\w@-])(?:https?://)?(?:(?:[\w-]{1,63}\.){0,4}(?:"
    r"(?:(?:facebook|fb|instagram|tiktok|twitter|vk|x)\.com|(?:t|wa)\.me|twitch\.tv)/"
    r"(?!(?:events?|explore|groups?|hashtag|help|i|intent|login|marketplace|p|reels?|s|search|sharer?|stories|tag|watch)\b)"
    r"|linkedin\.com/in/|snapchat\.com/add/|youtube\.com/(?:c|channel)/)"
    r"|(?:(?:[\w-]{1,63}\.){1,4}[a-z]{2,24})?/(?:profiel|profile|u|users?)/"
    r")[\w.%+][^\s<>()\[\]\"']*",
    re.IGNORECASE,
)
_PROFILE_MARKS = (".com/", ".me/", ".tv/", "/profi", "/u/", "/user")
# Dutch subscribers' numbers (0 or +31/0031, nine digits) and other international ones; 0800, 0900 and 14xxx are public services.
# A date before a time (01-02-2026 10.00) and times in a row (09.00-17.00 19.00) have as many digits.
# Each branch begins with its own sign, so that only those are looked at.
_NOT_BEFORE = r"(?<![\w+-]{0})(?<!\d[./]{0})"
_NO_DATE_OR_TIMES = r"(?!\d?[./-]\d\d?[./-](?:19|20)\d\d(?!\d))(?!\d\.\d\d[\s/-]\d\d[.:]\d\d)"
_ABROAD = r"[1-9]\d{0,2}[\s./-]?(?:\(0\)[\s.-]?)?(?:\d[\s./-]?){7,11}\d"
_PHONE = re.compile(
    r"(?:"
    r"\(" + _NOT_BEFORE.format(r"\(") + r"0[1-9]\d{0,2}\)[\s./-]?(?:\d[\s./-]?){5,7}\d"
    r"|\+" + _NOT_BEFORE.format(r"\+") + _ABROAD + r"|0" + _NOT_BEFORE.format("0") + _NO_DATE_OR_TIMES + r"(?:"
    r"(?!800|90[069])[1-9]\d{0,2}\s-\s(?:\d[\s./-]?){5,7}\d"
    r"|0" + _ABROAD + r"|(?!800|90[069]|0)[1-9]\d?(?:[\s./-]?\d){7,8}"
    r"))(?![\w-])"
)
# The Dutch sidecodes: three groups of one to three letters or digits, with at least one group of either.
_PLATE = re.compile(
    r"(?<![\w-])(?=[\dA-Z-]*\d)(?=[\dA-Z-]*[A-Z])(?:[A-Z]{1,3}|\d{1,3})-(?:[A-Z]{2,3}|\d{2,3})-(?:[A-Z]{1,2}|\d{1,2})(?![\w-])"
)


_PLATE_MIDDLE = re.compile(r"-(?:[A-Z]{2,3}|\d{2,3})-")
_PHONE_DIGITS = 8
"""No phone number that is masked has fewer digits."""
_NO_DIGIT = bytes(sorted(set(range(256)) - {*b"0123456789", *range(0xD9, 0xE2), 0xEA, *range(0xEF, 0xF5)}))
"""The bytes of UTF-8 that begin no digit of any script (general category Nd, Unicode 14)."""
_NO_FAR_DIGIT = _NO_DIGIT + b"0123456789"
_DIGIT = re.compile(r"\d")
_MARKS = {"\xad": "", "−": "-", "﹫": "@", "＋": "+", "－": "-", "．": ".", "＠": "@"} | dict.fromkeys("‐‑‒–—―", "-")
"""What people and other programs take for the plain mark, or don't see."""


def mask(text: str) -> str:
    """The text with every private handle, address, number and plate replaced by a word in brackets.

    >>> mask("Bel 06 12345678 of mail jan@voorbeeld.nl; spoed: 112")
    'Bel [telefoon] of mail [e-mail]; spoed: 112'
    """
    masked = _masked(text)
    if masked.isascii() or (alike := _alike(masked)) == masked:
        return masked
    found = _masked(alike)
    return masked if found == alike else found


def _alike(text: str) -> str:
    """The text with plain dashes, marks and digits in place of those that look like them or mean the same."""
    for mark, usual in _MARKS.items():
        text = text.replace(mark, usual)
    if text.encode("utf-8", "surrogatepass").translate(None, _NO_FAR_DIGIT):
        text = _DIGIT.sub(lambda found: str(int(found.group())), text)
    return text


def _masked(text: str) -> str:
    masked = text
    if "%40" in masked or "@" in masked:
        masked = _EMAIL.sub(EMAIL, _HANDLE.sub(HANDLE, masked))
    if _SPELLED_AT.search(masked):
        masked = _SPELLED_EMAIL.sub(EMAIL, masked)
    # Each of these costs a fraction of the pattern behind it.
    if "/" in masked and any(mark in masked.lower() for mark in _PROFILE_MARKS):
        masked = _PROFILE.sub(HANDLE, masked)
    digits = len(masked.encode("utf-8", "surrogatepass").translate(None, _NO_DIGIT))
    if digits and _PLATE_MIDDLE.search(masked):
        masked = _PLATE.sub(PLATE, masked)
    if digits >= _PHONE_DIGITS:
        masked = _PHONE.sub(PHONE, masked)
    # What stood glued to something masked may only now be seen for what it is.
    return masked if masked == text else _masked(masked)
