"""configs/ and the environment become one frozen Settings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from wijkblik.errors import ConfigError, Mistake, NotFoundError
from wijkblik.models.wijk import Config, Defaults, Key, Language, Text, Theme, Wijk
from wijkblik.yamlfile import line_of, load_model, read_yaml

_BESIDE_PACKAGE = Path(__file__).resolve().parent
_SHIPPED = (_BESIDE_PACKAGE.parent / "configs", _BESIDE_PACKAGE / "_configs")
Themes = dict[str, Theme]
Words = dict[Key, dict[Language, tuple[Text, ...]]]
_PUBLIC = r"^(https://[^\s/?#@]+|http://(127\.0\.0\.1|localhost)(:\d+)?)(/[^\s?#]*)?$"


class Environment(BaseSettings):
    """The variables that Wijkblik reads, all prefixed with WIJKBLIK_."""

    model_config = SettingsConfigDict(env_prefix="WIJKBLIK_", frozen=True)

    data: Path = Field(default=Path("data"), description="where everything is kept")
    models: Path = Field(
        default=Path("data/models"),
        description="where models are kept that were learned from the examples that ship; it can be emptied",
    )
    database_url: str | None = Field(
        default=None, description="another database than the data folder's SQLite file (sqlite:///...)"
    )
    configs: Path | None = Field(default=None, description="the folder with wijken/, themes.yaml and defaults.yaml")
    now: datetime | None = Field(default=None, description="the moment to take for now, with its zone")
    language: Annotated[str, Field(pattern="^(nl|en)$")] = Field(
        default="nl", description="nl or en: the language of labels"
    )
    port: int = Field(default=8501, ge=1, le=65535, description="where the page listens, on 127.0.0.1")
    log: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = Field(
        default="error", description="what is logged to standard error"
    )
    callback: Annotated[str, Field(pattern=_PUBLIC)] | None = Field(
        default=None, description="our public address, such as https://wijk.example, where hubs may push feeds (WebSub)"
    )
    user: str = Field(default="officer", description="the role that decisions are kept under")


class ScenarioSource(Config):
    """How the publisher serves one source: the wire format and the path on its address."""

    format: str
    path: Annotated[str, Field(pattern=r"^[A-Za-z0-9._~/-]+$")]


class ScenarioFile(Config):
    """scenario.yaml: its title, the local time that offsets count back from, and its sources."""

    title: str
    now: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    sources: dict[str, ScenarioSource]


@dataclass(frozen=True, slots=True)
class ScenarioAt:
    """A scenario folder at its frozen now (aware UTC)."""

    folder: Path
    now: datetime
    file: ScenarioFile


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a run needs to know, fixed when it starts.

    `wijk_key` is the name on the command line; `scenario` is None for a real wijk.
    """

    wijk_key: str
    wijk: Wijk
    wijk_file: Path
    themes: Themes
    defaults: Defaults
    environment: Environment
    scenario: ScenarioAt | None = None
    file_changed_ns: int = 0

    @property
    def folder(self) -> Path:
        """The data folder: real wijken share one, every scenario has its own."""
        if self.scenario is None:
            return self.environment.data / "wijken"
        return self.environment.data / "scenarios" / _folder_name(self.scenario.folder, self.environment)

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL of the store."""
        return self.environment.database_url or f"sqlite:///{self.folder.absolute() / 'wijkblik.db'}"

    @property
    def kind(self) -> str:
        """What the store holds: 'real', or 'scenario' and its name. The two never share a store."""
        return "real" if self.scenario is None else f"scenario {self.wijk_key}"

    @property
    def language(self) -> str:
        return self.environment.language

    def now(self) -> datetime:
        """The moment to reason from (aware UTC): frozen in a scenario or by WIJKBLIK_NOW, else the clock's."""
        if self.scenario is not None:
            return self.scenario.now
        return self.environment.now.astimezone(UTC) if self.environment.now else datetime.now(UTC)

    def today(self) -> date:
        """The local day of now."""
        return self.now().astimezone(self.wijk.zone).date()

    def at(self, now: datetime) -> Settings:
        """The same scenario, frozen at another moment; dates given as offsets move along."""
        assert self.scenario is not None, "only a scenario's time can be set"
        scenario = replace(self.scenario, now=now)
        wijk = load_wijk(self.wijk_file, self.themes, now)
        return replace(self, scenario=scenario, wijk=wijk)


def load_settings(wijk: str, **overrides: Any) -> Settings:
    """Settings for `--wijk NAME` or a path to a YAML file or scenario folder (contract: names on the command line).

    `overrides` are fields of Environment that go before the variables. Raises ConfigError or NotFoundError.
    """
    environment = load_environment(**overrides)
    configs = configs_folder(environment)
    path = find_wijk(wijk, configs)
    themes = load_themes(environment)
    defaults: Defaults = load_model(configs / "defaults.yaml", Defaults)
    if path.is_file():
        changed = _changed_ns(path)
        wijk_ = load_wijk(path, themes)
        return Settings(path.stem, wijk_, path, themes, defaults, environment, file_changed_ns=changed)
    file: ScenarioFile = load_model(path / "scenario.yaml", ScenarioFile)
    wijk_file = path / "wijk.yaml"
    now = environment.now.astimezone(UTC) if environment.now else most_recent(file.now, _timezone_of(wijk_file))
    scenario = ScenarioAt(path, now, file)
    key = path.resolve().name
    changed = _changed_ns(wijk_file)
    return Settings(key, load_wijk(wijk_file, themes, now), wijk_file, themes, defaults, environment, scenario, changed)


def as_configured_now(settings: Settings) -> Settings:
    """The same settings with the wijk's file as it is now, if it was changed. Raises ConfigError if it is wrong by now."""
    changed = _changed_ns(settings.wijk_file)
    if changed == settings.file_changed_ns:
        return settings
    wijk = load_wijk(settings.wijk_file, settings.themes, settings.scenario.now if settings.scenario else None)
    return replace(settings, wijk=wijk, file_changed_ns=changed)


def load_environment(**overrides: Any) -> Environment:
    """The variables, checked. Raises ConfigError that names the variable."""
    given = {key: value for key, value in overrides.items() if value is not None}
    try:
        environment = Environment(**given)
    except ValidationError as error:
        raise ConfigError(
            Mistake(
                "environment",
                None,
                f"WIJKBLIK_{str(detail['loc'][0]).upper()}",
                f"{detail['input']!r} is not right",
                detail["msg"],
            )
            for detail in error.errors()
        ) from error
    if environment.now is not None and environment.now.tzinfo is None:
        raise ConfigError(
            [
                Mistake(
                    "environment",
                    None,
                    "WIJKBLIK_NOW",
                    "the moment has no zone",
                    "Write it like 2026-11-01T08:00+01:00",
                )
            ]
        )
    return environment


def configs_folder(environment: Environment) -> Path:
    """WIJKBLIK_CONFIGS, else ./configs, else the folder that came with the program."""
    candidates = [environment.configs] if environment.configs else [Path("configs"), *_SHIPPED]
    for candidate in candidates:
        if (candidate / "defaults.yaml").is_file():
            return candidate
    raise ConfigError(
        [
            Mistake(
                candidates[0],
                None,
                "",
                "there is no defaults.yaml here",
                "Set WIJKBLIK_CONFIGS to the folder with defaults.yaml, themes.yaml and wijken/",
            )
        ]
    )


def find_wijk(name: str, configs: Path) -> Path:
    """The YAML file or scenario folder that `name` stands for. Raises NotFoundError that lists the known names."""
    for candidate in (configs / "wijken" / f"{name}.yaml", configs / "scenarios" / name, Path(name)):
        if (candidate.is_file() and candidate.suffix in {".yaml", ".yml"}) or (candidate / "scenario.yaml").is_file():
            return candidate
    raise NotFoundError("wijk", name, known_wijken(configs))


def known_wijken(configs: Path) -> list[str]:
    """The names that --wijk takes without a path."""
    return sorted(
        [path.stem for path in configs.glob("wijken/*.yaml")]
        + [path.parent.name for path in configs.glob("scenarios/*/scenario.yaml")]
    )


def load_themes(environment: Environment) -> Themes:
    """The theme taxonomy of configs/themes.yaml."""
    themes: Themes = load_model(resource(environment, "themes.yaml"), dict[str, Theme])
    return themes


def load_concepts(environment: Environment) -> Words:
    """Kinds of happening with their words per language (configs/concepts.yaml)."""
    words: Words = load_model(resource(environment, "concepts.yaml"), Words)
    return words


def resource(environment: Environment, name: str) -> Path:
    """A file or folder of configs/ that ships with the product: the configured folder's own, else the one that came with it."""
    own = configs_folder(environment) / name
    return own if own.exists() else next(one for one in _SHIPPED if one.is_dir()) / name


def load_wijk(path: Path, themes: Themes, scenario_now: datetime | None = None) -> Wijk:
    """A wijk.yaml, checked against the taxonomy too. Raises ConfigError with every mistake."""
    wijk: Wijk = load_model(path, Wijk, {"scenario_now": scenario_now})
    unknown = [key for key in wijk.themes if key not in themes]
    if unknown:
        content = read_yaml(path)
        raise ConfigError(
            Mistake(
                path,
                line_of(content, ("themes", key)),
                f"themes.{key}",
                f"there is no theme '{key}'",
                f"Use one of: {', '.join(themes)}",
            )
            for key in unknown
        )
    return wijk


def most_recent(clock: str, zone: ZoneInfo) -> datetime:
    """The last time that it was `clock` ("08:00") in `zone`, as aware UTC."""
    here = datetime.now(zone)
    moment = datetime.combine(here.date(), time.fromisoformat(clock), zone)
    return (moment if moment <= here else moment - timedelta(days=1)).astimezone(UTC)


def _timezone_of(wijk_file: Path) -> ZoneInfo:
    # Offsets in the file can only be resolved once now is known, and now needs the file's zone.
    content = read_yaml(wijk_file)
    name = content.get("timezone", "Europe/Amsterdam") if isinstance(content, dict) else "Europe/Amsterdam"
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        return ZoneInfo("Europe/Amsterdam")


def _folder_name(folder: Path, environment: Environment) -> str:
    resolved = folder.resolve()
    if resolved.parent == (configs_folder(environment) / "scenarios").resolve():
        return resolved.name
    return f"{resolved.name}-{hashlib.sha256(str(resolved).encode()).hexdigest()[:8]}"


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
