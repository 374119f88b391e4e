"""Recorded exchanges (VCR cassettes) as the answers of a server on loopback."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from helping import answer
from ruamel.yaml import YAML


@dataclass(frozen=True)
class Recorded:
    """One request and its answer. `target` is path and query, `host` where it was asked."""

    method: str
    host: str
    target: str
    status: int
    link: str
    body: bytes

    @property
    def path(self):
        return urlsplit(self.target).path

    @property
    def json(self):
        return json.loads(self.body)

    def answer_at(self, url):
        """The answer, as a server at `url` gives it: its own links lead there."""
        link = [f"Link: {self.link.replace(self.host, url)}"] if self.link else []
        return answer(self.status, self.body, "Content-Type: application/json; charset=utf-8", *link)


def recorded(path):
    """What a cassette holds, in order."""
    interactions = YAML(typ="safe").load(path.read_text(encoding="utf-8"))["interactions"]
    return [_recorded(one["request"], one["response"]) for one in interactions]


def _recorded(request, response):
    parts = urlsplit(request["uri"])
    body = response["body"]["string"]
    headers = {name.lower(): values for name, values in response["headers"].items()}
    return Recorded(
        method=request["method"],
        host=f"{parts.scheme}://{parts.netloc}",
        target=request["uri"].partition(parts.netloc)[2],
        status=response["status"]["code"],
        link=", ".join(headers.get("link", [])),
        body=body if isinstance(body, bytes) else body.encode(),
    )
