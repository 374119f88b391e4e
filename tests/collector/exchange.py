"""Exchanges: what a real service answers to what a collector asks, written down beside what should come of it.

An exchange is a YAML file in exchanges/, named after its collector: KIND_what-it-shows.yaml. `{server}` stands
for the test server's address everywhere.

    source: {collector: feed, url: "{server}/feed", type: news, organisation: S}    # as in wijk.yaml
    now: 2026-07-15T12:00:00+00:00     # the moment to reason from; this is the default
    cursor: {}                         # what the visit before asked to remember
    answers:                           # by request target; a target that is not here gives 404
      /feed:
        status: 200                    # the default
        headers: {Link: '<{server}/feed?page=2>; rel="next"'}
        sample: rss.xml                # a file of samples/; or body: (text, or data that becomes JSON)
      # a list of answers is given in turn, the last one again and again
    expect:                            # what is left out is not compared
      asked: [/feed]                   # the request targets in order, robots.txt left out
      ids: [nr-een]                    # entry ids
      titles: [Titel]
      background: 0                    # how many records
      faults: []                       # codes
      state: ok
      cursor: {}
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from helping import CADENCE, LOOPBACK, NOW, Server, answer, bounds, fresh, make_fetcher
from ruamel.yaml import YAML

from collector.registry import collectors
from collector.visit import visit
from wijkblik.models.items import Polling, Visit
from wijkblik.models.wijk import Source

FOLDER = Path(__file__).parent
EXCHANGES = {path.stem: path for path in sorted((FOLDER / "exchanges").glob("*.yaml"))}


@dataclass
class Exchange:
    """One exchange, on a server's address. `answers` are whole HTTP answers, in turn, by request target."""

    kind: str
    source: Source
    answers: dict[str, list[bytes]]
    expect: dict[str, Any] = field(default_factory=dict)
    now: datetime = NOW
    cursor: dict[str, str] = field(default_factory=dict)

    async def run(self, server: Server, polling: Polling | None = None, **limits: float) -> Visit:
        """One visit to the server, at the exchange's moment on both clocks."""
        server.routes |= {target: list(given) for target, given in self.answers.items()}
        known = polling or fresh(self.source, cursor=self.cursor)
        async with make_fetcher(clock=lambda: self.now, **limits) as fetcher:
            within = bounds(self.now, named=LOOPBACK, **limits)
            module = collectors()[self.kind]
            return await visit(self.source, module, known, fetcher, CADENCE, within, wall_clock=lambda: self.now)


def kind_of(name: str) -> str:
    """The collector that an exchange belongs to: the longest kind that its name begins with."""
    return max((kind for kind in collectors() if name == kind or name.startswith(kind + "_")), key=len, default="")


def read(name: str, server: Server) -> Exchange:
    """The exchange of that name, on this server."""
    text = EXCHANGES[name].read_text(encoding="utf-8").replace("{server}", server.url)
    content = YAML(typ="safe").load(text)
    source = Source(**{"key": "s", "name": "S"} | content["source"])
    assert source.collector == kind_of(name), f"{name}: an exchange is named after its collector"
    return Exchange(
        kind=source.collector,
        source=source,
        answers={target: _answers(given) for target, given in content["answers"].items()},
        expect=content.get("expect", {}),
        now=datetime.fromisoformat(str(content["now"])) if "now" in content else NOW,
        cursor=content.get("cursor", {}),
    )


def _answers(given: Any) -> list[bytes]:
    return [_answer(one) for one in (given if isinstance(given, list) else [given])]


def _answer(given: dict[str, Any]) -> bytes:
    body = given.get("body", "")
    if "sample" in given:
        body = (FOLDER / "samples" / given["sample"]).read_bytes()
    elif not isinstance(body, str):
        body = json.dumps(body, ensure_ascii=False)
    raw = body if isinstance(body, bytes) else body.encode()
    return answer(
        given.get("status", 200), raw, *(f"{name}: {value}" for name, value in given.get("headers", {}).items())
    )


def outcome_of(seen: Visit, server: Server, expect: dict[str, Any]) -> dict[str, Any]:
    """What came of a visit, as far as an exchange says what should."""
    harvest = seen.harvest
    all_of_it = {
        "asked": server.paths,
        "ids": [item.entry_id for item in harvest.items],
        "titles": [item.title for item in harvest.items],
        "background": len(harvest.background),
        "faults": [fault.code for fault in harvest.faults],
        "state": seen.polling.state,
        "cursor": dict(seen.polling.cursor),
    }
    return {name: all_of_it[name] for name in expect}
