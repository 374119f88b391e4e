"""Every error that Wijkblik raises on purpose.

WijkblikError
├── ConfigError              a configuration file or variable is wrong (file, line, key, fix)
│   └── ChangedMeanwhileError  someone else changed the file that was to be written
├── NotFoundError            something asked for by name does not exist (kind, name, known)
├── CorrectionError          what a person asked to be put right can't be; `code` says why
├── DataFolderError          the data folder can't be used as asked
│   ├── InUseError           another process works on it (pid)
│   └── ForeignDataError     it holds data of another kind (demonstration or real)
├── StoreError               the database refused
├── CollectError             a source could not be read; `code` says how
│   ├── AddressRefusedError  not http(s), or an address that may not be asked
│   ├── UnreachableError     no connection, or no answer in time
│   ├── TooLargeError        body, headers, expansion or redirects beyond the limit
│   ├── BudgetSpentError     a visit has asked for as much as it may
│   ├── RobotsError          the host's robots.txt refuses this address: never retried by itself
│   ├── StatusError          an HTTP status that is no answer
│   │   ├── BlockedError     401, 403 or a login page: never retried by itself
│   │   ├── GoneError        410: the source has ended
│   │   └── RateLimitedError 429 or 503 with a time to come back, or a used-up allowance
│   └── ParseError           an answer that is not the format
├── ScenarioError            a scenario folder is wrong (file, line)
├── EvaluationError          a file to be evaluated can't be used (file, line)
├── TrainingError            there is nothing to learn from what was given
└── ModelFileError           a model's file is corrupt, foreign or of another version
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path


class WijkblikError(Exception):
    """Base of all; the message is for people and holds no collected text."""

    exit_code = 1


class ConfigError(WijkblikError):
    """One or more mistakes in configuration, each as a line a person can act on."""

    exit_code = 2

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class ChangedMeanwhileError(ConfigError):
    """The file is no longer as it was when a change of it was prepared; nothing was written."""

    def __init__(self, file: Path) -> None:
        wrong = "it was changed by someone else in the meantime; nothing was written"
        super().__init__([Mistake(file, None, "", wrong, "Look at the file and try again")])


class Mistake:
    """Where a configuration is wrong, what is wrong and what would be right."""

    def __init__(self, file: Path | str, line: int | None, key: str, wrong: str, right: str) -> None:
        self.file, self.line, self.key, self.wrong, self.right = str(file), line, key, wrong, right

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line is not None else self.file
        key = f"{self.key}: " if self.key else ""
        return f"{where}: {key}{self.wrong}. {self.right}"


class NotFoundError(WijkblikError):
    """A wijk, source, feed or story that does not exist; `known` lists what does."""

    exit_code = 2

    def __init__(self, kind: str, name: str, known: Iterable[str] = ()) -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        hint = f" Known: {', '.join(self.known)}." if self.known else ""
        super().__init__(f"There is no {kind} '{name}'.{hint}")


class CorrectionError(WijkblikError):
    """What a person asked to be put right about a story can't be; `code` says why."""

    exit_code = 2

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class DataFolderError(WijkblikError):
    """The data folder can't be used as asked."""

    def __init__(self, message: str, folder: Path) -> None:
        self.folder = folder
        super().__init__(message)


class InUseError(DataFolderError):
    """Another Wijkblik process works on this data folder."""

    def __init__(self, folder: Path, pid: int | None, what: str) -> None:
        self.pid, self.what = pid, what
        who = f" (process {pid})" if pid else ""
        super().__init__(
            f"{what} is already at work on {folder}{who}. Stop it first, or set WIJKBLIK_DATA to another folder.",
            folder,
        )


class ForeignDataError(DataFolderError):
    """The store holds another kind of data (demonstration or real) than was asked for."""


class StoreError(WijkblikError):
    """The database refused; nothing of the failed step was kept."""


class CollectError(WijkblikError):
    """A source could not be read. `code` is the fault that is recorded."""

    code = "failed"

    def __init__(self, message: str = "", *, code: str | None = None) -> None:
        self.code = code or type(self).code
        super().__init__(message or self.code)


class AddressRefusedError(CollectError):
    """The address is not http(s), or leads to a machine that may not be asked."""

    code = "address_refused"


class UnreachableError(CollectError):
    """No connection, or no complete answer in time."""

    code = "unreachable"


class TooLargeError(CollectError):
    """The body, what it expands to, or the chain of redirects is over the limit."""

    code = "too_large"


class BudgetSpentError(CollectError):
    """One visit asks for only so many pages; what came before is kept."""

    code = "too_many_pages"


class RobotsError(CollectError):
    """The host's robots.txt (RFC 9309) refuses this address: the source is stopped until a person looks."""

    code = "robots"


class StatusError(CollectError):
    """The server answered with a status that carries no feed."""

    code = "http_error"

    def __init__(
        self, status: int, message: str = "", *, code: str | None = None, retry_at: datetime | None = None
    ) -> None:
        self.status, self.retry_at = status, retry_at
        super().__init__(message or f"HTTP {status}", code=code)


class BlockedError(StatusError):
    """401, 403, a login page or a members-only listing: the source is stopped until a person looks."""

    code = "blocked"


class GoneError(StatusError):
    """410: the source has ended."""

    code = "gone"


class RateLimitedError(StatusError):
    """429, 503, or an allowance that is used up: come back at `retry_at` (aware UTC) or later."""

    code = "rate_limited"


class ParseError(CollectError):
    """The answer is not what this kind of source sends."""

    code = "not_a_feed"


class ScenarioError(WijkblikError):
    """A scenario folder is wrong; the message names file and line."""

    exit_code = 2


class EvaluationError(WijkblikError):
    """A file of an evaluation can't be used; the message names file and line, never a text."""

    exit_code = 2

    def __init__(self, file: Path, line: int | None, wrong: str) -> None:
        self.file, self.line = file, line
        super().__init__(f"{file}{f':{line}' if line else ''}: {wrong}.")


class TrainingError(WijkblikError):
    """A model can't be trained on what it was given; the message says why and holds no text."""

    exit_code = 2


class ModelFileError(WijkblikError):
    """A model's file is not the one that was written: corrupt, foreign or of another version."""

    def __init__(self, file: Path, wrong: str) -> None:
        self.file = file
        super().__init__(f"{file}: {wrong}. Nothing of it was loaded.")
