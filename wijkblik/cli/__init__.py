"""The command line: one command per thing a person does."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import structlog
import typer

from wijkblik import show
from wijkblik.cli.evaluate import evaluate_app
from wijkblik.cli.sources import sources_app
from wijkblik.cli.work import NowOption, WijkOption, at_work, err, out, round_with_progress
from wijkblik.demo.publisher import Publisher
from wijkblik.errors import ConfigError, Mistake, WijkblikError
from wijkblik.locale import words
from wijkblik.service import Service, check
from wijkblik.settings import Settings, load_environment, load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
PAGE_STARTS_WITHIN = 60.0


def main() -> None:
    """Run the command line; an expected error is a sentence and an exit code, never a traceback."""
    try:
        app()
    except WijkblikError as error:
        err.print(str(error), style="red", markup=False, soft_wrap=True)
        sys.exit(error.exit_code)


@app.callback()
def _prepare() -> None:
    level = getattr(logging, load_environment().log.upper())
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.add_log_level,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@app.command()
def run(
    wijk: WijkOption = "demo",
    port: Annotated[int | None, typer.Option(help="Where the page listens on 127.0.0.1.")] = None,
    now: NowOption = None,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
) -> None:
    """Collect, assess and serve the page, round after round, until Ctrl-C."""
    from wijkblik.schedule import rounds_in_background

    with _stops_on_signals() as stopped, at_work(wijk, "wijkblik run", now=now, port=port) as work:
        say, address = words(work.settings.language), f"http://127.0.0.1:{work.settings.environment.port}"
        with _page(wijk, work.settings) as page:
            summary = round_with_progress(work)
            show.round_summary(out, work.settings, summary, say)
            _wait_for(page, address, stopped)
            if not stopped.is_set():
                out.print(say("cli.address", url=address), style="bold", soft_wrap=True)
                out.print(say("cli.stop"))
                if open_browser and sys.stdout.isatty():
                    webbrowser.open(address)
            with rounds_in_background(work.settings, work.store, work.keys, work.base):
                while not stopped.wait(0.5) and page.poll() is None:
                    pass
        if page.poll() not in {None, 0, -signal.SIGTERM} and not stopped.is_set():
            raise WijkblikError(
                f"The page stopped by itself (exit {page.returncode}); its messages stand above. What was collected was kept."
            )
        out.print(say("cli.stopped"))


@app.command("round")
def round_(wijk: WijkOption, now: NowOption = None) -> None:
    """One round: collect, group, assess, make the feed. Sources that fail are listed."""
    with at_work(wijk, "wijkblik round", now=now) as work:
        summary = round_with_progress(work)
        show.round_summary(out, work.settings, summary, words(work.settings.language))


@app.command()
def feed(
    wijk: WijkOption,
    day: Annotated[str | None, typer.Option("--date", help="A day such as 2026-11-01; without it, today.")] = None,
    minutes: Annotated[float | None, typer.Option(min=0.5, max=480, help="How much time there is.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON (docs/feed-json.md).")] = False,
    whole: Annotated[bool, typer.Option("--all", help="What fell below the line too.")] = False,
) -> None:
    """The day's feed, as it was made by the last round."""
    service = Service.open(wijk)
    with service.store:
        found = service.feed(_day(day), minutes)
        if as_json:
            typer.echo(service.as_json(found).model_dump_json(indent=2))
        else:
            show.feed(out, service, found, whole=whole)


@app.command()
def lag(wijk: WijkOption) -> None:
    """How late items reach a person: median and 90th percentile per source, from publication on."""
    service = Service.open(wijk)
    with service.store:
        show.lag(out, service)


app.add_typer(sources_app, name="sources")

app.add_typer(evaluate_app, name="evaluate")


@app.command("check")
def check_(paths: Annotated[list[Path], typer.Argument(help="Configuration files or scenario folders.")]) -> None:
    """Validate configuration; every mistake with its file, line, key and what would be right."""
    count = check(paths)
    out.print(words(load_environment().language)("cli.check_ok", count=count))


@app.command()
def demo(
    scenario: Annotated[
        str, typer.Option("--scenario", help="A scenario folder, or a name under configs/scenarios.")
    ] = "demo",
    port: Annotated[int, typer.Option(help="Where the publisher listens on 127.0.0.1; 0 takes any free port.")] = 0,
    now: NowOption = None,
) -> None:
    """Serve a scenario's sources on loopback until Ctrl-C, without collecting anything."""
    settings = load_settings(scenario, now=now)
    with _stops_on_signals() as stopped, Publisher(settings, port).in_background() as publisher:
        say = words(settings.language)
        assert settings.scenario is not None
        out.print(say("cli.published", title=settings.scenario.file.title, url=publisher.base), soft_wrap=True)
        for key, source in settings.scenario.file.sources.items():
            typer.echo(f"  {key}: {publisher.base}/{source.path}")
        out.print(say("cli.stop"))
        stopped.wait()
        out.print(say("cli.stopped"))


@contextmanager
def _page(wijk: str, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """The page as a process of its own, so that a round never makes it slow. It is ended with the block."""
    port = settings.environment.port
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            wrong = f"port {port} on 127.0.0.1 is taken by another program"
            raise ConfigError(
                [Mistake("environment", None, "WIJKBLIK_PORT", wrong, "Choose another with --port or WIJKBLIK_PORT")]
            ) from error
    command = [sys.executable, "-m", "ui.serve", wijk, str(port)]
    # Its own session: Ctrl-C reaches this process alone, which then ends the page in order.
    page = subprocess.Popen(command, start_new_session=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})  # noqa: S603 - our own module
    try:
        yield page
    finally:
        page.terminate()
        try:
            page.wait(10)
        except subprocess.TimeoutExpired:
            page.kill()
            page.wait()


def _wait_for(page: subprocess.Popen[bytes], address: str, stopped: threading.Event) -> None:
    deadline = time.monotonic() + PAGE_STARTS_WITHIN
    while time.monotonic() < deadline and page.poll() is None and not stopped.is_set():
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310 - our own page on loopback
                return
        except OSError:
            stopped.wait(0.2)


@contextmanager
def _stops_on_signals() -> Iterator[threading.Event]:
    stopped = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            [Mistake("command line", None, "--date", f"'{text}' is no date", "Write it like 2026-11-01")]
        ) from error
