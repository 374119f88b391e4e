"""A server on loopback that keeps timelines as Mastodon does: ids that are times, three ways to page, an allowance.

After the server's own source: app/models/concerns/paginable.rb (order of pages), lib/mastodon/snowflake.rb (ids),
config/initializers/rack_attack.rb (300 API requests in 5 minutes, counted in whole stretches of time).
"""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from helping import answer

STRETCH = timedelta(minutes=5)
ACCOUNT = {"acct": "sjoukje", "url": "https://social.example/@sjoukje", "indexable": True, "discoverable": True}


class Instance:
    """Posts by id, and what was asked. `clock` tells the time; without an `allowance` all may be asked."""

    def __init__(self, clock, allowance=None):
        self.clock, self.allowance = clock, allowance
        self.posts, self.asked, self.refused, self.port = {}, [], 0, 0
        self._stretch, self._used = None, 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def post(self, at, text="Iets"):
        """Adds a post of a moment. One from another server that comes in later gets the id of its own time all the same."""
        own_id = (int(at.timestamp() * 1000) << 16) + len(self.posts) % 65536
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
        self.posts[own_id] = {
            "id": str(own_id),
            "created_at": stamp,
            "visibility": "public",
            "content": f"<p>{text}</p>",
            "url": f"https://social.example/@sjoukje/{own_id}",
            "account": ACCOUNT,
        }
        return str(own_id)

    def remove(self, own_id):
        del self.posts[int(own_id)]

    async def __call__(self, reader, writer):
        try:
            target = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split(" ")[1]
            writer.write(self.answered(target))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def answered(self, target):
        """The whole answer to a request target."""
        parts = urlsplit(target)
        if not parts.path.startswith("/api/"):
            return answer(404)
        self.asked.append(target)
        headers = self._count()
        if headers is None:
            self.refused += 1
            return answer(429, b'{"error":"Too many requests"}')
        if parts.path == "/api/v2/instance":
            access = {"local": "public", "remote": "public"}
            body = {"configuration": {"timelines_access": {"live_feeds": access, "hashtag_feeds": access}}}
            return answer(200, json.dumps(body).encode(), *headers)
        return self._timeline(parts, {name: values[-1] for name, values in parse_qs(parts.query).items()}, headers)

    def _timeline(self, parts, asked, headers):
        limit = min(int(asked.get("limit", 20)), 40)
        before, after = int(asked.get("max_id", 1 << 63)), int(asked.get("min_id", asked.get("since_id", 0)))
        ids = sorted((own_id for own_id in self.posts if after < own_id < before), reverse=True)
        ids = ids[-limit:] if "min_id" in asked else ids[:limit]
        links = []
        if len(ids) == limit:
            links.append(self._link(parts, asked, "next", max_id=ids[-1]))
        if ids:
            links.append(self._link(parts, asked, "prev", min_id=ids[0]))
            headers = [*headers, f"Link: {', '.join(links)}"]
        return answer(200, json.dumps([self.posts[own_id] for own_id in ids]).encode(), *headers)

    def _link(self, parts, asked, relation, **place):
        kept = {name: value for name, value in asked.items() if name not in {"min_id", "max_id", "since_id"}}
        return f'<{self.url}{parts.path}?{urlencode(kept | place)}>; rel="{relation}"'

    def _count(self):
        """The headers of the allowance; None once it is used up."""
        if self.allowance is None:
            return []
        now = self.clock()
        begun = datetime.fromtimestamp(now.timestamp() // STRETCH.total_seconds() * STRETCH.total_seconds(), UTC)
        self._used = self._used + 1 if begun == self._stretch else 1
        self._stretch = begun
        if self._used > self.allowance:
            return None
        return [
            f"X-RateLimit-Limit: {self.allowance}",
            f"X-RateLimit-Remaining: {self.allowance - self._used}",
            f"X-RateLimit-Reset: {(begun + STRETCH).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}",
        ]


@asynccontextmanager
async def serving(instance):
    listener = await asyncio.start_server(instance, "127.0.0.1", 0)
    instance.port = listener.sockets[0].getsockname()[1]
    yield instance
    listener.close()
