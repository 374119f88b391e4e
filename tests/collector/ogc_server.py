"""Serves every *.geojson of a folder as an OGC API - Features collection, with pygeoapi, until it is ended.

    .peers/bin/python tests/collector/ogc_server.py FOLDER PORT

It runs in the peers' environment (`make peers`) and in one process: pygeoapi's own `serve` leaves a child behind.
"""

import json
import os
import sys
from pathlib import Path

PAGE = 10
"""The most that it gives at once, whatever is asked."""


def configuration(folder, port):
    """What pygeoapi wants to know; YAML, which JSON is part of."""
    text, nobody = {"title": "Proefserver", "description": "Verzonnen"}, {"name": "Lindevoort"}
    collections = {
        path.stem: {
            "type": "collection",
            **text,
            "keywords": ["proef"],
            "links": [],
            "extents": {"spatial": {"bbox": [3, 50, 8, 54], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
            "providers": [{"type": "feature", "name": "GeoJSON", "data": str(path), "id_field": "id"}],
        }
        for path in sorted(folder.glob("*.geojson"))
    }
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": f"http://127.0.0.1:{port}",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "language": "nl-NL",
            "limits": {"default_items": PAGE, "max_items": PAGE},
            "map": {"url": "https://kaart.invalid/{z}/{x}/{y}.png", "attribution": "-"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {**text, "keywords": ["proef"], "terms_of_service": "-", "url": "https://a.invalid/"},
            "license": {"name": "CC0", "url": "https://a.invalid/"},
            "provider": nobody,
            "contact": nobody,
        },
        "resources": collections,
    }


def serve(folder, port):
    """Answer on loopback until the process is ended."""
    settings, description = folder / "config.yml", folder / "openapi.json"
    settings.write_text(json.dumps(configuration(folder, port)))
    os.environ |= {"PYGEOAPI_CONFIG": str(settings), "PYGEOAPI_OPENAPI": str(description)}
    from pygeoapi.openapi import generate_openapi_document

    description.write_text(generate_openapi_document(settings, "json"))
    from pygeoapi.flask_app import APP

    APP.run(host="127.0.0.1", port=port, debug=False, threaded=False)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
