"""The wire formats by the name they have in scenario.yaml. A new one is a module here and a line in the table."""

from wijkblik.demo.formats import (
    atom,
    bekendmakingen,
    boundaries,
    crime,
    jsonfeed,
    locatieserver,
    mastodon,
    meteoalarm,
    politie,
    rss,
    signalen,
)
from wijkblik.demo.formats.base import Format, whole

FORMATS: dict[str, Format] = {
    "rss": whole(rss.document),
    "atom": whole(atom.document),
    "jsonfeed": whole(jsonfeed.document),
    "mastodon": Format(mastodon.routes, mastodon.document),
    "bekendmakingen": Format(bekendmakingen.routes, bekendmakingen.document),
    "politie": Format(politie.routes, politie.document),
    "signalen": Format(signalen.routes, signalen.document),
    "meteoalarm": whole(meteoalarm.document),
    "locatieserver": Format(locatieserver.routes),
    "boundaries": Format(boundaries.routes),
    "crime": Format(crime.routes),
}
