"""Sources on the command line: their states, adding and trying them, and lists to bring along and take away."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from wijkblik import show
from wijkblik.cli.work import WijkOption, err, out, published
from wijkblik.datafolder import as_fixed, published_at
from wijkblik.errors import ConfigError, Mistake, WijkblikError
from wijkblik.locale import words
from wijkblik.models.wijk import SourceType
from wijkblik.service import Service
from wijkblik.service.opml import MOST_BYTES, feeds_of, opml, read_opml
from wijkblik.service.proposal import Given
from wijkblik.service.wijkfile import Edit, with_sources
from wijkblik.settings import load_settings

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
    choose: Annotated[int | None, typer.Option(min=1, help="Which of the feeds that a page offers.")] = None,
    terms_checked: Annotated[bool, typer.Option("--terms-checked", help="You have read its terms today.")] = False,
    yes: YesOption = False,
) -> None:
    """Look at an address, see what it would bring and cost, and add it to the wijk."""
    service = Service.open(wijk)
    settings, say = service.settings, service.labels().words
    given = _given(
        key=key,
        name=name,
        type=type_,
        organisation=organisation,
        language=language,
        terms_checked_at=settings.today() if terms_checked else None,
    )
    with service.store:
        with published(settings) as base:
            seen = service.preview(url, given, choice=choose, base=base)
        show.preview(out, settings, seen)
        if seen.source is None:
            raise WijkblikError(say("cli.not_added"))
        if seen.known is not None:
            raise WijkblikError(say("cli.already_there", source=seen.known))
        _save_after_asking(service, with_sources(settings, [seen.source]), yes)
        if not terms_checked:
            out.print(
                say("cli.terms_first", source=seen.source.key, file=settings.wijk_file, day=settings.today()),
                soft_wrap=True,
            )


@sources_app.command()
def check(wijk: WijkOption, as_json: JsonOption = False) -> None:
    """Try every source now, without keeping anything: state, last item, latency, robots, cache headers, next check and why."""
    service = Service.open(wijk)
    with service.store, published(service.settings) as base:
        with err.status(service.labels().words("cli.collect")):
            trials = service.try_sources(base)
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
    service = Service.open(wijk)
    settings, say = service.settings, service.labels().words
    found = read_opml(_bytes(path), path.name, settings.wijk, type_=type_, base=published_at(settings))
    out.print(say("cli.imported", new=len(found.sources), known=found.known, refused=len(found.refused)))
    for name in found.refused:
        out.print("  " + say("cli.refused_entry", name=name), markup=False, soft_wrap=True)
    if found.sources:
        with service.store:
            _save_after_asking(service, with_sources(settings, found.sources), yes)


@sources_app.command()
def export(wijk: WijkOption, path: Annotated[Path, typer.Argument(help="Where the OPML file goes.")]) -> None:
    """Write the wijk's feeds as OPML."""
    settings = as_fixed(load_settings(wijk))
    base = published_at(settings)
    _write(path, opml(settings.wijk, base))
    written = len(feeds_of(settings.wijk, base))
    left_out = len(settings.wijk.sources) - written
    said = words(settings.language)("cli.exported", count=written, left_out=left_out, path=str(path))
    out.print(said, markup=False, soft_wrap=True)


def _given(**fields: Any) -> Given:
    try:
        return Given(**fields)
    except ValidationError as error:
        raise ConfigError(
            Mistake("command line", None, f"--{one['loc'][0]}", f"{str(one['input'])!r} is not right", one["msg"])
            for one in error.errors()
        ) from error


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # One byte more than is read tells that it is too large.
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _file_mistake(path, "read", error) from error


def _write(path: Path, content: bytes) -> None:
    draft = path.parent / f".{path.name}.new"
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _file_mistake(path, "written", error) from error


def _file_mistake(path: Path, done: str, error: OSError) -> ConfigError:
    return ConfigError([Mistake(path, None, "", f"it can't be {done} ({type(error).__name__})", "Check the name")])


def _save_after_asking(service: Service, edit: Edit, yes: bool) -> None:
    say, file = service.labels().words, str(edit.path)
    out.print(edit.diff, markup=False, soft_wrap=True)
    if not yes and not _agreed(say("cli.save_question", file=file)):
        raise WijkblikError(say("cli.not_saved"))
    service.save(edit)
    out.print(say("cli.saved", file=file), markup=False, soft_wrap=True)


def _agreed(question: str) -> bool:
    out.print(f"{question} ", end="", markup=False, soft_wrap=True)
    return sys.stdin.readline().strip().lower() in YES
