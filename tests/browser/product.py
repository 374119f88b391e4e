"""The product as a person starts it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

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
