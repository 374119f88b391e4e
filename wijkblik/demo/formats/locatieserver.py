"""PDOK Locatieserver v3.1: free, suggest, lookup and reverse, for the wijk's own places alone.

Specification: api.pdok.nl/bzk/locatieserver/search/v3_1/ui (Solr behind it). As there, an unknown parameter or field is
refused, and a search is fuzzy: what shares one word with the question is found, the best first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from wijkblik.demo.addresses import FIELDS, Doc, documents
from wijkblik.demo.formats.base import Answer, Channel, Request, Routes, as_json
from wijkblik.demo.formats.pages import window

USUAL, MOST = 10, 100
DISTANCE = 200
"""Metres that `reverse` looks around, if nothing else is asked."""
METRES_PER_DEGREE = 111_195
_PARAMETERS = frozenset({"fl", "fq", "rows", "start", "wt", "indent", "sort", "lat", "lon"})
_BRIEF = ("id", "weergavenaam", "type", "score")
_USUAL_FILTER = "type:(gemeente OR woonplaats OR weg OR postcode OR adres)"
_CLAUSE = re.compile(r'(\w+):(?:"([^"]*)"|\(([^()]*)\)|(\S+))')
_WORD = re.compile(r"\w+")
_CONNECTIVES = {"and", "or"}

Clauses = Mapping[str, set[str]]
"""The values that each field may have, in small letters; one that ends in * is a beginning."""


def routes(path: str) -> Routes:
    """The search; beside a path that ends in /free the other three as well."""
    if not path.endswith("/free"):
        return {path: _free}
    base = path.removesuffix("free")
    return {path: _free, f"{base}suggest": _suggest, f"{base}lookup": _lookup, f"{base}reverse": _reverse}


def _free(channel: Channel, request: Request) -> Answer:
    docs = _found(channel, request)
    return _listed(request, _PARAMETERS | {"q", "df", "qf", "bq"}, docs, ("*",), _USUAL_FILTER)


def _suggest(channel: Channel, request: Request) -> Answer:
    return _listed(request, _PARAMETERS | {"q", "qf", "bq"}, _found(channel, request), _BRIEF, _USUAL_FILTER)


def _lookup(channel: Channel, request: Request) -> Answer:
    docs = [doc | {"score": 1.0} for doc in documents(channel.wijk) if doc["id"] == request.get("id")]
    return _listed(request, _PARAMETERS | {"id"}, docs, ("*",))


def _reverse(channel: Channel, request: Request) -> Answer:
    try:
        lat, lon = float(request.get("lat")), float(request.get("lon"))
        reach = float(request.get("distance", str(DISTANCE)))
    except ValueError:
        return _refused("lat, lon and distance are numbers")
    kinds = set(request.all("type")) or {"adres"}
    docs = [
        doc | {"afstand": round(_metres(lat, lon, doc), 2), "score": 1.0}
        for doc in documents(channel.wijk)
        if doc["type"] in kinds
    ]
    near = sorted((doc for doc in docs if doc["afstand"] <= reach), key=lambda doc: float(doc["afstand"]))
    return _listed(request, _PARAMETERS | {"type", "distance"}, near, (*_BRIEF, "afstand"))


def _listed(
    request: Request, known: frozenset[str], docs: list[Doc], fields: Sequence[str], usual_filter: str = "*"
) -> Answer:
    """Of what was found the part that was asked, through the filters and with the fields that were asked."""
    unknown = sorted({name for name, _ in request.query} - known)
    start, rows = request.number("start", 0), request.number("rows", USUAL)
    if unknown:
        return _refused(f"unknown parameter {unknown[0]}")
    if start is None or rows is None or rows > MOST:
        return _refused(f"rows is 0 to {MOST}, and start 0 or more")
    for text in request.all("fq") or [usual_filter]:
        clauses, _ = _read(text)
        if not FIELDS.issuperset(clauses):
            return _refused("undefined field")
        docs = [doc for doc in docs if _is_among(doc, clauses)]
    wanted = [name for name in re.split(r"[\s,]+", request.get("fl", ",".join(fields))) if name]
    found = window(docs, start, rows)
    answer = {
        "numFound": found.total,
        "start": start,
        "maxScore": max((doc["score"] for doc in docs), default=0.0),
        "numFoundExact": True,
        "docs": [
            doc if "*" in wanted else {name: doc[name] for name in wanted if name in doc} for doc in found.entries
        ],
    }
    return as_json({"response": answer})


def _found(channel: Channel, request: Request) -> list[Doc]:
    clauses, words = _read(request.get("q", "*:*"))
    docs = (doc | {"score": _score(doc, words)} for doc in documents(channel.wijk) if _is_among(doc, clauses))
    return sorted((doc for doc in docs if doc["score"]), key=lambda doc: float(doc["score"]), reverse=True)


def _read(text: str) -> tuple[Clauses, list[str]]:
    """A Solr query: its `field:value` clauses, and the words beside them."""
    clauses = {}
    for name, phrase, group, word in _CLAUSE.findall(text):
        values = [phrase or word] if not group else re.split(r"\s+OR\s+", group.replace('"', ""))
        clauses[name] = {value.strip().casefold() for value in values}
    words = [word.casefold() for word in _WORD.findall(_CLAUSE.sub(" ", text))]
    return clauses, [word for word in words if word not in _CONNECTIVES]


def _is_among(doc: Doc, clauses: Clauses) -> bool:
    return all(any(_is(str(doc.get(name, "")).casefold(), one) for one in values) for name, values in clauses.items())


def _is(value: str, wanted: str) -> bool:
    return value.startswith(wanted[:-1]) if wanted.endswith("*") else value == wanted


def _score(doc: Doc, words: Sequence[str]) -> float:
    """Ten for a document that holds all words, less for a part of them; a little more for one that says little else."""
    own = [word.casefold() for word in _WORD.findall(doc["weergavenaam"])]
    hits = sum(any(mine.startswith(word) for mine in own) for word in words)
    if words and not hits:
        return 0.0
    return round((10 * hits / len(words) if words else 1.0) + 1 / len(own), 6)


def _metres(lat: float, lon: float, doc: Doc) -> float:
    own_lon, own_lat = (float(part) for part in doc["centroide_ll"].removeprefix("POINT(").removesuffix(")").split())
    return METRES_PER_DEGREE * math.hypot(own_lat - lat, (own_lon - lon) * math.cos(math.radians(lat)))


def _refused(reason: str) -> Answer:
    return as_json({"error": {"metadata": ["error-class"], "msg": reason, "code": 400}}, 400)
