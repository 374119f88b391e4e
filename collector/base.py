"""What a collector is: a module with `kind`, a pure `parse` and an `async collect`.

A new kind of source is one such module, one entry-point line (group
`wijkblik.collectors`) and one sample with its expected result. A collector that is
asked through parameters under `query:` has two names more, `Parameters` and `address`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Protocol, TypeVar, cast

from pydantic import AfterValidator, BaseModel

from collector.headers import links
from wijkblik.models.items import Harvest
from wijkblik.models.wijk import PUBLISHER, Config, Source

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Page:
    """An HTTP answer, decompressed and within the limits. Times are aware UTC; headers are read by any case.

    `url` is where the answer came from, `moved_to` where permanent redirects alone led;
    `unchanged` holds for a 304 and for a body whose hash is the remembered one. A 204 has no body. `seconds` is how long
    the server took.
    """

    url: str
    status: int
    body: bytes
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    fresh_until: datetime | None = None
    limited_until: datetime | None = None
    moved_to: str | None = None
    unchanged: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = field(default=0.0, compare=False)

    @property
    def links(self) -> dict[str, str]:
        """The targets of its Link header by relation (RFC 8288)."""
        return links(self.headers)


class Fetch(Protocol):
    """How a collector reads an address: limits, manners and conditional requests are taken care of.

    The first address that a visit asks is its listing: it is asked with the validators that
    its last answer gave, and `unchanged` says that there is nothing new.
    """

    @property
    def now(self) -> datetime:
        """The moment to reason from (aware UTC)."""
        ...

    @property
    def since(self) -> datetime:
        """The oldest moment worth asking for (aware UTC): the limit on looking back."""
        ...

    @property
    def cursor(self) -> Mapping[str, str]:
        """What the last complete harvest asked to remember; empty at first. Never names a person or a post of one."""
        ...

    async def __call__(self, url: str, *, headers: Mapping[str, str] | None = None) -> Page:
        """The page at `url`. Raises a CollectError; BudgetSpentError when a visit has asked for enough."""
        ...


class Collector(Protocol):
    """The face of a collector module. `Parameters` and `address` may be left out by one that only needs `url:`.

    Optional too: `recognises(url: str, body: bytes) -> bool` says, purely and never raising, whether an answer is of this kind.
    """

    @property
    def kind(self) -> str:
        """The name that `collector:` has in wijk.yaml."""
        ...

    def parse(self, body: bytes, source: Source, content_type: str = "") -> Harvest:
        """The items in a body, without touching anything. Raises ParseError if it is another format."""
        ...

    async def collect(self, source: Source, fetch: Fetch) -> Harvest:
        """What the source has now. Raises a CollectError."""
        ...


class NoParameters(Config):
    """For a collector that is asked by its address alone."""


def _is_web_address(value: str) -> str:
    if not value.startswith(("http://", "https://", PUBLISHER)):
        raise ValueError("this is no web address; it starts with https://")
    return value.rstrip("/")


Base = Annotated[str, AfterValidator(_is_web_address)]
"""A parameter that says where a service stands, in place of its official address."""


def parameters(source: Source, model: type[P]) -> P:
    """What stands under `query:`, checked. Raises pydantic's ValidationError, which is a ValueError."""
    return model.model_validate(source.query)


def parameters_of(collector: Collector) -> type[BaseModel]:
    """The model of what may stand under `query:` for this collector."""
    return cast("type[BaseModel]", getattr(collector, "Parameters", NoParameters))


def address_of(collector: Collector, source: Source) -> str:
    """The listing's address, as the configuration makes it.

    Raises ValueError ("what is wrong; what would be right"), or its child ValidationError for what stands under `query:`.
    """
    own = getattr(collector, "address", None)
    if own is not None:
        return cast(str, own(source))
    parameters(source, parameters_of(collector))
    if source.url is None:
        raise ValueError("this kind of source needs an address; add 'url: https://...'")
    return source.url
