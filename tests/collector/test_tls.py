"""https: certificates are checked, and what is meant for one host and scheme goes to no other."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from helping import answer, make_fetcher, redirect, running
from names import Internet, Names

import collector.fetch
from wijkblik.errors import UnreachableError

PUBLIC = "93.184.216.34"
NAMES = {"feed_example": [[PUBLIC]], "other_example": [[PUBLIC]]}


def certificate(folder, name, days=1):
    """A server's context with a certificate of its own making for that name, and the certificate (PEM)."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    unlocked = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unlocked)
    (folder / "server.pem").write_bytes(secret + pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context, pem.decode()


@pytest.fixture
def trusting(monkeypatch):
    """Lets the client trust one more certificate, for this test only."""

    def trust(pem):
        context = ssl.create_default_context()
        context.load_verify_locations(cadata=pem)
        monkeypatch.setattr(collector.fetch, "_tls", lambda: context)

    return trust


@pytest.mark.parametrize(("name", "days", "trusted"), [("feed.example", 1, False), ("other.example", 1, True), ("feed.example", -1, True)])  # fmt: skip
async def test_a_certificate_that_nobody_vouches_for_of_another_name_or_expired_is_no_answer(
    tmp_path, monkeypatch, trusting, name, days, trusted
):
    context, pem = certificate(tmp_path, name, days)
    if trusted:
        trusting(pem)
    async with running(ssl=context) as server:
        server.routes["/"] = answer(200, b"x")
        Internet(monkeypatch, server.port)
        async with make_fetcher(frozenset(), resolver=Names(**NAMES)) as fetcher:
            with pytest.raises(UnreachableError):
                await fetcher.get("https://feed.example/")
        assert server.asked == []


async def test_a_key_for_one_host_does_not_go_along_to_another_scheme(tmp_path, monkeypatch, server, trusting):
    context, pem = certificate(tmp_path, "feed.example")
    trusting(pem)
    async with running(ssl=context) as safe:
        Internet(monkeypatch, server.port, {443: safe.port})
        safe.routes |= {"/a": redirect(302, "/b"), "/b": redirect(302, "http://feed.example/c")}
        server.routes |= {"/c": redirect(302, "https://feed.example/d")}
        safe.routes["/d"] = answer(200, b"x")
        async with make_fetcher(frozenset(), resolver=Names(**NAMES)) as fetcher:
            page = await fetcher.get("https://feed.example/a", headers={"X-Goog-Api-Key": "key"})
        assert page.body == b"x"
        sent = [(path, headers.get("x-goog-api-key")) for path, headers, _at in safe.asked + server.asked]
    assert sent == [("/a", "key"), ("/b", "key"), ("/d", None), ("/c", None)]


async def test_where_we_come_from_is_told_nobody(tmp_path, monkeypatch, server, trusting):
    context, pem = certificate(tmp_path, "feed.example")
    trusting(pem)
    async with running(ssl=context) as safe:
        Internet(monkeypatch, server.port, {443: safe.port})
        safe.routes["/a?key=secret"] = redirect(302, "http://other.example/b")
        server.routes["/b"] = answer(200, b"x")
        async with make_fetcher(frozenset(), resolver=Names(**NAMES)) as fetcher:
            await fetcher.get("https://feed.example/a?key=secret")
        [(path, headers, _at)] = server.asked
    assert path == "/b"
    assert "secret" not in repr(headers)
    assert not headers.keys() & {"referer", "cookie", "authorization", "origin"}
