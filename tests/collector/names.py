"""A domain name system and an internet of our own: names lead where a test says, and every connection ends on loopback."""

import asyncio
from collections import defaultdict

from aiohttp.abc import AbstractResolver


class Names(AbstractResolver):
    """Answers each look-up of a name with the next of its lists of addresses; the last one stays."""

    def __init__(self, **answers):
        self.answers = {name.replace("_", "."): list(given) for name, given in answers.items()}
        self.asked = defaultdict(int)

    async def resolve(self, host, port=0, family=0):
        self.asked[host] += 1
        given = self.answers[host]
        addresses = given.pop(0) if len(given) > 1 else given[0]
        return [
            {"hostname": host, "host": address, "port": port, "family": family, "proto": 0, "flags": 0}
            for address in addresses
        ]

    async def close(self):
        pass


class Internet:
    """Real sockets, whose every connection is noted and led to a port of 127.0.0.1; `ports` are others by the port asked."""

    def __init__(self, monkeypatch, port, ports=None):
        loop = asyncio.get_running_loop()
        self.connected = []
        really = loop.sock_connect

        async def sock_connect(sock, address):
            self.connected.append(address[0])
            await really(sock, ("127.0.0.1", (ports or {}).get(address[1], port)))

        monkeypatch.setattr(loop, "sock_connect", sock_connect)
