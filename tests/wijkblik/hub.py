"""A WebSub hub on loopback, Flask-WebSub's, until it is ended.

    .peers/bin/python tests/wijkblik/hub.py FOLDER PORT

It runs in the peers' environment (`make peers`) and in one process. Its address is http://127.0.0.1:PORT/hub; it
answers other addresses (404) as soon as it is ready.
"""

import sys
from pathlib import Path

from celery import Celery
from celery.contrib.testing.worker import start_worker
from flask import Flask
from flask_websub.hub import Hub, SQLite3HubStorage


def serve(folder, port):
    """Answer on loopback until the process is ended."""
    celery = Celery("hub", broker="memory://", backend="cache+memory://")
    kept = SQLite3HubStorage(str(folder / "hub.sqlite3"))
    hub = Hub(kept, celery, BACKOFF_BASE=0.1, MAX_ATTEMPTS=3, SIGNATURE_ALGORITHM="sha256")
    app = Flask(__name__)
    app.config.update(PUBLISH_SUPPORTED=True, HUB_MIN_LEASE_SECONDS=1)
    app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
    with start_worker(celery, pool="solo", perform_ping_check=False, loglevel="ERROR"):
        app.run("127.0.0.1", port, threaded=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
