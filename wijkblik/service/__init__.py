"""What the page and the command line share.

day       the day's feed, decisions, the sources' state
labels    codes as words
checking  validating configuration
callbacks what hubs tell us
sources   adding, trying, importing and exporting sources; the only writer of YAML
"""

from wijkblik.service.checking import check
from wijkblik.service.day import Service
from wijkblik.service.labels import Labels

__all__ = ["Labels", "Service", "check"]
