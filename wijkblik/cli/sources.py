"""Sources on the command line: their states, adding and trying them, and lists to bring along and take away."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from wijkblik import show
from wijkblik.cli.work import WijkOption, err, out, published
from wijkblik.datafolder import as_fixed
from wijkblik.errors import ConfigError, Mistake, WijkblikError
from wijkblik.locale import Words, words
from wijkblik.models.wijk import SourceType
from wijkblik.service import Service
from wijkblik.service.opml import feeds_of, opml, read_opml
from wijkblik.service.preview import preview
from wijkblik.service.sources import try_all
from wijkblik.service.wijkfile import Edit, save, with_sources
from wijkblik.settings import Settings, load_settings

sources_app = typer.Typer(
    invoke_without_command=True, help="Every source: its state and why; add, try, import, export."
)
YES = {"y", "yes", "j", "ja"}
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Save without asking.")]
TypeOption = Annotated[SourceType | None, typer.Option("--type", help="Who publishes; social: persons write there.")]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]
NoWijk = Annotated[
    str | None, typer.Option("--wijk", help="A name under configs/wijken or configs/scenarios, or a path.")
]


@sources_app.callback()
def sources(
    context: typer.Context,
    wijk: NoWijk = None,
    as_json: JsonOption = False,
    ask_again: Annotated[str | None, typer.Option(metavar="KEY", help="Let a stopped source be asked again.")] = None,
) -> None:
    """Every source: its state and why, its items, and when it is asked next."""
    if context.invoked_subcommand is not None:
        return
    if wijk is None:
        raise typer.BadParameter("--wijk NAME", param_hint="--wijk")
    service = Service.open(wijk)
    with service.store:
        if ask_again is not None:
            service.ask_again(ask_again)
            out.print(service.labels().words("cli.forgotten", source=ask_again))
        elif as_json:
            typer.echo(json.dumps(show.sources_json(service), ensure_ascii=False, indent=2))
        else:
            show.sources(out, service)


@sources_app.command()
def add(
    wijk: WijkOption,
    url: Annotated[str, typer.Argument(help="A feed, an API's address, or a web page that offers a feed.")],
    key: Annotated[str | None, typer.Option(help="Its key in wijk.yaml; made of its name by default.")] = None,
    name: Annotated[str | None, typer.Option(help="Its name for people; its own title by default.")] = None,
    type_: TypeOption = None,
    organisation: Annotated[str | None, typer.Option(help="Who publishes it; its name by default.")] = None,
    language: Annotated[str | None, typer.Option(help="Its language, such as nl.")] = None,
    choose: Annotated[int, typer.Option(min=1, help="Which of the feeds that a page offers.")] = 1,
    terms_checked: Annotated[bool, typer.Option("--terms-checked", help="You have read its terms today.")] = False,
    yes: YesOption = False,
) -> None:
    """Look at an address, see what it would bring and cost, and add it to the wijk."""
    settings = as_fixed(load_settings(wijk))
    say = words(settings.language)
    given = {
        "key": key,
        "name": name,
        "type": type_,
        "organisation": organisation,
        "language": language,
        "terms_checked_at": settings.today() if terms_checked else None,
    }
    with published(settings) as base:
        seen = preview(settings, url, choice=choose - 1, base=base, **given)
    show.preview(out, settings, seen)
    if seen.fault is not None:
        raise WijkblikError(say("cli.not_added"))
    known = next((one for one in settings.wijk.sources if one.url == seen.source.url), None)
    if known is not None:
        raise WijkblikError(say("cli.already_there", source=known.key))
    _save_after_asking(settings, with_sources(settings, [seen.source]), say, yes)
    if not terms_checked:
        out.print(say("cli.terms_first", source=seen.source.key))


@sources_app.command()
def check(wijk: WijkOption, as_json: JsonOption = False) -> None:
    """Try every source now, without keeping anything: state, last item, latency, robots, cache headers, next check and why."""
    service = Service.open(wijk)
    with service.store, published(service.settings) as base:
        with err.status(service.labels().words("cli.collect")):
            trials = try_all(service.settings, service.store.sources.remembered(service.settings.wijk_key), base)
        if as_json:
            typer.echo(json.dumps(show.trials_json(service, trials), ensure_ascii=False, indent=2))
        else:
            show.trials(out, service, trials)


@sources_app.command("import")
def import_(
    wijk: WijkOption,
    path: Annotated[Path, typer.Argument(help="An OPML file, as feed readers export it.")],
    type_: TypeOption = None,
    yes: YesOption = False,
) -> None:
    """Add the feeds of an OPML file. They stay off until their terms are checked."""
    settings = as_fixed(load_settings(wijk))
    say = words(settings.language)
    found = read_opml(_bytes(path), path.name, settings.wijk, type_ or "community")
    out.print(say("cli.imported", new=len(found.sources), known=found.known, refused=len(found.refused)))
    for name in found.refused:
        out.print("  " + say("cli.refused_entry", name=name), markup=False)
    if found.sources:
        _save_after_asking(settings, with_sources(settings, found.sources), say, yes)


@sources_app.command()
def export(wijk: WijkOption, path: Annotated[Path, typer.Argument(help="Where the OPML file goes.")]) -> None:
    """Write the wijk's feeds as OPML."""
    settings = as_fixed(load_settings(wijk))
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(opml(settings.wijk))
    draft.replace(path)
    written = len(feeds_of(settings.wijk))
    left_out = len(settings.wijk.sources) - written
    out.print(words(settings.language)("cli.exported", count=written, left_out=left_out, path=str(path)), markup=False)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        wrong = f"it can't be read ({type(error).__name__})"
        raise ConfigError([Mistake(path, None, "", wrong, "Check the name")]) from error


def _save_after_asking(settings: Settings, edit: Edit, say: Words, yes: bool) -> None:
    out.print(edit.diff, markup=False, soft_wrap=True)
    if not yes and not _agreed(say("cli.save_question", file=str(edit.path))):
        raise WijkblikError(say("cli.not_saved"))
    save(settings, edit)
    out.print(say("cli.saved", file=str(edit.path)), markup=False)


def _agreed(question: str) -> bool:
    out.print(question + " ", end="", markup=False)
    answer = sys.stdin.readline()
    return answer.strip().lower() in YES
