"""Every code has words in both languages, and every command is in the README."""

import re
from pathlib import Path

import typer.main

from wijkblik.cli import app
from wijkblik.locale import words

ROOT = Path(__file__).parents[2]


def holes(sentence):
    return set(re.findall(r"\{(\w+)\}", str(sentence)))


def test_dutch_and_english_have_the_same_keys_and_parameters():
    dutch, english = words("nl"), words("en")
    assert dutch.keys() == english.keys()
    assert not [key for key in sorted(dutch.keys()) if holes(dutch._sentences[key]) != holes(english._sentences[key])]


def test_every_code_in_the_sources_has_words():
    say = words("nl")
    found = set()
    for path in [*ROOT.glob("collector/*.py"), ROOT / "wijkblik/errors.py"]:
        found |= {
            f"fault.{code}"
            for code in re.findall(r'(?:Fault\(|code=|^    code = )"([a-z_]+)"', path.read_text(), re.MULTILINE)
        }
    for path, prefix in (("relevance", "reason"), ("verification", "evidence")):
        maker = "Reason" if prefix == "reason" else "note"
        found |= {
            f"{prefix}.{code}"
            for code in re.findall(maker + r'\(\s*"([a-z_]+)"', (ROOT / f"classifier/{path}.py").read_text())
        }
    found |= {
        f"source_reason.{code}"
        for code in re.findall(r'return "([a-z_]+)"', (ROOT / "wijkblik/collecting.py").read_text())
    }
    assert len(found) > 35
    assert not [key for key in found if not say.has(key)]


def test_every_command_is_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [name for name in commands(typer.main.get_command(app)) if f"`wijkblik {name}" not in readme]


def commands(group):
    """Every command's name, those of groups behind the group's."""
    for name, command in group.commands.items():
        yield name
        yield from (f"{name} {inner}" for inner in (commands(command) if hasattr(command, "commands") else ()))
