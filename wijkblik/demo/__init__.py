"""The publisher: serves a scenario folder over HTTP, as its sources would.

scenario   the folder's items, as they stand at a moment
places     where the wijk's places lie, and invented boundaries around them; addresses: a register of both
formats    one module per wire format, and the table of them
publisher  the server, with caching headers
"""
