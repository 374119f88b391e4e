"""The documents keep up with the code: every kind of source, key and variable stands in them, and every link leads somewhere.

That every command is in the README: test_words.py.
"""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from collector.registry import collectors
from wijkblik.cli.sources import sources_app
from wijkblik.models.wijk import Defaults, Place, Rule, Source, Wijk
from wijkblik.settings import Environment

ROOT = Path(__file__).parents[2]
CONFIGURATION, README = (ROOT / path for path in ("docs/configuration.md", "README.md"))
DEFAULTS = YAML(typ="safe").load(ROOT / "configs" / "defaults.yaml")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def missing(words, path):
    text = path.read_text(encoding="utf-8")
    return [word for word in words if word not in text]


def test_every_kind_of_source_has_its_page_and_is_listed():
    pages = {path.stem for path in ROOT.glob("docs/sources/*.md")}
    assert not set(collectors()) - pages
    assert not missing([f"[{kind}]({kind}.md)" for kind in collectors()], ROOT / "docs/sources/README.md")


def test_every_key_of_the_configuration_is_described():
    models = (Wijk, Source, Place, Rule)
    keys = {field.alias or name for model in models for name, field in model.model_fields.items()}
    keys |= set(Defaults.model_fields) | {key for section in DEFAULTS.values() for key in section}
    assert not missing([f"`{key}`" for key in sorted(keys)], CONFIGURATION)


@pytest.mark.parametrize("section", ["fetch", "cadence"])
def test_the_defaults_are_told_as_they_are(section):
    assert not missing([f"| `{key}` | {value} |" for key, value in DEFAULTS[section].items()], CONFIGURATION)


def test_every_variable_is_in_the_readme():
    names = [f"`WIJKBLIK_{name.upper()}`" for name in Environment.model_fields]
    assert not missing([*names, "`WIJKBLIK_KEY_"], README)


def test_every_command_for_sources_is_in_the_readme():
    names = [one.name or one.callback.__name__ for one in sources_app.registered_commands]
    assert not missing([f"sources {name}" for name in names], README)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(path):
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    targets = re.findall(r"\]\(([^)\s#]+)[^)\s]*\)", text)
    assert not [to for to in targets if "://" not in to and not (path.parent / to).exists()]
