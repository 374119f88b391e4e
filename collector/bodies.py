"""Reading a body no further than it may go: on the wire, and in what it expands to."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from wijkblik.errors import CollectError, TooLargeError


async def bounded_body(wire: AsyncIterator[bytes], encoding: str, limit: int, *, cut_at: int | None = None) -> bytes:
    """The decoded body of at most `limit` bytes. `encoding` is its Content-Encoding (RFC 9110, 8.4).

    Where the first `cut_at` bytes are enough, no more is read. Raises TooLargeError, or CollectError with the code `encoding`.
    """
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        inflate: zlib._Decompress | None = None
    elif encoding in {"gzip", "x-gzip", "deflate"}:
        inflate = zlib.decompressobj(wbits=47 if "gzip" in encoding else zlib.MAX_WBITS)
    else:
        raise CollectError("its content encoding was not asked for", code="encoding")
    body, chunk, on_wire = bytearray(), b"", 0
    try:
        async for chunk in wire:
            on_wire += len(chunk)
            # One byte more than the limit is enough to know that it is over.
            body += chunk if inflate is None else inflate.decompress(chunk, limit + 1 - len(body))
            if cut_at is not None and len(body) >= cut_at:
                return bytes(body[:cut_at])
            if max(len(body), on_wire) > limit:
                raise TooLargeError(f"the body is larger than {limit} bytes")
    except zlib.error as error:
        raise CollectError("the compressed body is damaged", code="encoding") from error
    if inflate is not None and chunk and not inflate.eof:
        raise CollectError("the compressed body is cut short", code="encoding")
    return bytes(body)
