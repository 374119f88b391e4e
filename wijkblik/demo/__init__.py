"""The publisher: serves a scenario folder over HTTP, as its sources would.

scenario   the folder's items, as they stand at a moment
formats    items as RSS, Atom and JSON Feed
publisher  the server, with caching headers
"""
