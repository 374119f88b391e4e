"""The running product in real Chromium."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
STARTS_WITHIN = 90


class Product:
    """`wijkblik run` as a person starts it, on a data folder of its own; `variables` are of its environment."""

    def __init__(self, data: Path, wijk: str = "demo", **variables: str) -> None:
        self.data, self.wijk, self.variables, self.port = data, wijk, variables, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[str] | None = None
        self.output = data / "output.txt"

    def start(self) -> None:
        words = ["run", "--wijk", self.wijk, "--port", str(self.port), "--no-open"]
        command = [sys.executable, "-m", "wijkblik.cli", *words]
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                env=os.environ | self.variables | {"WIJKBLIK_DATA": str(self.data / "kept")},
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while self.url not in re.sub(r"\s", "", self.output.read_text()):
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.2)

    def stop(self) -> int:
        """As Ctrl-C does; the exit code is given back."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port() -> int:
    return free_port()


# Playwright keeps an event loop running; asynchronous tests of other modules need theirs.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        message = "needs Chromium, which is not here; get it with: sudo apt install chromium"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def product(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    running = Product(tmp_path_factory.mktemp("product"))
    running.start()
    yield running
    if running.process is not None and running.process.poll() is None:
        running.stop()
