"""Sealing: what only the holder of a key may read. AES-GCM: NIST SP 800-38D; HKDF: RFC 5869."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


def seal(key: bytes, context: bytes, content: bytes) -> bytes:
    """The content encrypted, its nonce before it; `context` must be the same to open it."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, content, context)


def unseal(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """The content again. Raises LookupError if it was sealed under another key or context, or was changed."""
    try:
        return _cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except InvalidTag as error:
        raise LookupError("this was not sealed under this key") from error


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"wijkblik seal").derive(key))
