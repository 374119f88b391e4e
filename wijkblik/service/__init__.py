"""What the page and the command line share.

day       the day's feed, decisions, the sources' state
labels    codes as words
checking  validating configuration
callbacks what hubs tell us
looking   asking a source once, without keeping anything
preview   what an address would bring as a source
proposal  what was found, as a source that may be added
wijkfile  changing a wijk's file; the only writer of YAML
sources   trying every source
opml      lists of feeds, in and out
lag       how late items come
"""

from wijkblik.service.checking import check
from wijkblik.service.day import Service
from wijkblik.service.labels import Labels

__all__ = ["Labels", "Service", "check"]
