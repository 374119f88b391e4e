"""No request leaves for a machine that the configuration does not name: every attack is tried against real servers on loopback."""

import asyncio
import ipaddress

import httpx
import pytest
import uvloop
import yarl
from helping import CADENCE, NOW, Server, answer, bounds, fresh, make_fetcher, make_source, redirect, running
from hypothesis import example, given, settings
from hypothesis import strategies as st
from names import Internet, Names

from collector import mastodon, rss
from collector.fetch import Fetcher
from collector.network import is_private_literal, is_public, named_private
from collector.visit import visit
from wijkblik.errors import AddressRefusedError, CollectError

PUBLIC, OTHER_PUBLIC = "93.184.216.34", "192.0.1.1"
NOWHERE = frozenset()


def host_and_port(server: Server) -> str:
    return f"127.0.0.1:{server.port}"


# What is public


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::1%lo",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
    ],
)
def test_what_not_everyone_can_reach_is_not_public(address):
    assert not is_public(address)
    assert is_private_literal(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", PUBLIC, "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::", "2a02:26f0::1"]
)
def test_what_everyone_can_reach_is_public(address):
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_ipv6_dress(address):
    judged = is_public(str(address))
    for dress in (0xFFFF << 32, 0x64FF9B << 96):
        assert is_public(str(ipaddress.IPv6Address(dress | int(address)))) == judged
    assert is_public(str(ipaddress.IPv6Address(0x2002 << 112 | int(address) << 80))) == judged


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://127.0.0.1:8000/feed", "127.0.0.1:8000"),
        ("http://LOCALHOST/feed", "localhost:80"),
        ("https://10.1.2.3/feed", "10.1.2.3:443"),
        ("http://[::1]:8000/", "::1:8000"),
        ("http://[fd00::1]/", "fd00::1:80"),
        ("https://lindevoort.example/", None),
        ("http://8.8.8.8/", None),
        ("http://localhost./", None),
        ("http://127.1/", None),
        ("http://127。0。0。1/", None),
        ("http://0.0.0.0/", None),
        ("http://[::]/", None),
        ("http://169.254.169.254/", None),
        ("http://[::ffff:169.254.169.254]/", None),
        ("http://[64:ff9b::a9fe:a9fe]/", None),
        ("http://[fe80::1]/", None),
        ("http://[fd00:ec2::254]/", None),
        ("http://[fd20:ce::254]/", None),
        ("http://127.0.0.1:99999/", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_what_a_configured_address_names(url, name):
    assert named_private(url) == name


# Ways of writing an address

LOOPBACKS = [
    "127.0.0.1",
    "127。0。0。1",
    "127．0．0．1",
    "１２７.0.0.1",
    "127%2e0.0.1",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "2130706433",
    "2130706433.",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "017700000001",
    "127.00.00.01",
    "0",
    "0.0.0.0",
    "①②⑦.⓪.⓪.①",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "ⓛocalhost",
    "loc\xadalhost",
    "localhost%00",
    "[::1]",
    "[::1%25lo]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[0:0:0:0:0:ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
]
CONFUSING = [
    "http://127.0.0.1:{port}\\@192.0.2.1/",
    "http://192.0.2.1\\@127.0.0.1:{port}/",
    "http://#@127.0.0.1:{port}/",
    "http://\t127.0.0.1:{port}/",
    "http://127.0.0.1%00:{port}/",
    "http:127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
]


@pytest.mark.parametrize("address", [f"http://{host}:{{port}}/" for host in LOOPBACKS] + CONFUSING)
@pytest.mark.parametrize("by", ["configuration", "redirect"])
async def test_no_way_of_writing_loopback_reaches_it(server, second_server, address, by):
    server.routes["/"] = answer(200, b"secret")
    target = address.format(port=server.port)
    second_server.routes["/away"] = redirect(302, target.encode().decode("latin-1"))
    async with make_fetcher(frozenset({host_and_port(second_server)})) as fetcher:
        with pytest.raises(CollectError):
            await fetcher.get(target if by == "configuration" else second_server.url + "/away")
    assert server.asked == []


METADATA = [
    "169.254.169.254",
    "169。254。169。254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[::a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[fd00:ec2::254]",
    "[fd20:ce::254]",
    "[fe80::1%25lo]",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
]


@pytest.mark.parametrize("host", METADATA)
@pytest.mark.parametrize("by", ["configuration", "redirect"])
async def test_where_machines_keep_credentials_is_out_of_reach_though_configured(server, monkeypatch, host, by):
    internet, url = Internet(monkeypatch, server.port), f"http://{host}/latest/meta-data/"
    server.routes["/away"] = redirect(307, url.encode().decode("latin-1"))
    source = make_source(url if by == "configuration" else server.url + "/away")
    named = frozenset(filter(None, [named_private(source.url), host_and_port(server)]))
    async with make_fetcher(named) as fetcher:
        outcome = await visit(source, rss, fresh(source), fetcher, CADENCE, bounds(named=named))
    [fault] = outcome.harvest.faults
    # Octal numbers are no address at all for what reads it.
    assert fault.code == ("unreachable" if host.startswith("0251") else "address_refused")
    assert set(internet.connected) <= {"127.0.0.1"}
    assert set(server.paths) <= {"/away"}


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/x", "gopher://127.0.0.1/", "data:text/xml,<rss/>", "javascript:alert(1)", "ws://127.0.0.1/", "http:///x", "/feed", ""])  # fmt: skip
async def test_only_web_addresses_are_read(fetcher, url):
    with pytest.raises(AddressRefusedError):
        await fetcher.get(url)


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1:{port}/", "data:text/xml,<rss/>", "unix:/tmp/x"])
async def test_a_redirect_leads_to_web_addresses_only(server, fetcher, to):
    server.routes["/a"] = redirect(302, to.format(port=server.port))
    with pytest.raises(AddressRefusedError):
        await fetcher.get(server.url + "/a")
    assert server.paths == ["/a"]


@pytest.mark.parametrize("who", ["user:pass@", "user@", ":pass@"])
async def test_credentials_in_an_address_are_not_used(server, fetcher, who):
    url = f"http://{who}127.0.0.1:{server.port}/"
    server.routes |= {"/away": redirect(302, url), "/": answer(200, b"x")}
    for asked in (url, server.url + "/away"):
        with pytest.raises(AddressRefusedError) as caught:
            await fetcher.get(asked)
        assert caught.value.code == "login"
    assert server.paths == ["/away"]


@pytest.mark.parametrize("url", ["http://[::1", "http://127.0.0.1:99999999/", "http://x\x00y/", "http://xn--/"])
async def test_an_address_that_is_none_is_a_fault_of_the_source(fetcher, url):
    with pytest.raises(CollectError):
        await fetcher.get(url)


PIECES = st.sampled_from(
    [
        "127.0.0.1",
        "localhost",
        "a.example",
        "@",
        ":",
        "/",
        "\\",
        "?",
        "#",
        "%00",
        "%2e",
        "。",
        ".",
        "[::1]",
        "8080",
        "\t",
        " ",
        "%40",
        "%5c",
        "ⓛ",
        "xn--",
        ";",
        "\xad",
    ]
)


@given(st.lists(PIECES, min_size=1, max_size=6).map("".join), st.sampled_from(["http://", "HTTPS://", "http:/", "//"]))
@example("127.0.0.1\\@a.example", "http://")
@settings(max_examples=300, deadline=None)
def test_what_reads_the_address_to_judge_it_and_what_reads_it_to_connect_agree(rest, scheme):
    try:
        judged = httpx.URL(scheme + rest)
        used = yarl.URL(str(judged))
    except (httpx.InvalidURL, ValueError):
        return
    if judged.scheme in {"http", "https"} and judged.raw_host and not judged.userinfo:
        assert (used.raw_host or "").lower() == judged.raw_host.decode().lower()
        assert used.port == (judged.port if judged.port is not None else {"http": 80, "https": 443}[judged.scheme])


# Names, and where they lead


async def test_a_name_that_leads_to_a_private_network_is_refused(server, monkeypatch):
    internet = Internet(monkeypatch, server.port)
    for address in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1"):
        async with make_fetcher(NOWHERE, resolver=Names(feed_example=[[address]])) as fetcher:
            with pytest.raises(AddressRefusedError) as caught:
                await fetcher.get("http://feed.example/")
            assert caught.value.code == "address_refused"
    assert internet.connected == []


@pytest.mark.parametrize("addresses", [["127.0.0.1", PUBLIC], [PUBLIC, "10.0.0.1"], ["::1", "169.254.169.254", PUBLIC]])
async def test_of_a_name_with_public_and_private_addresses_only_the_public_are_used(server, monkeypatch, addresses):
    server.routes["/"] = answer(200, b"x")
    internet = Internet(monkeypatch, server.port)
    async with make_fetcher(NOWHERE, resolver=Names(feed_example=[addresses])) as fetcher:
        assert (await fetcher.get("http://feed.example/")).body == b"x"
    assert set(internet.connected) == {PUBLIC}


@pytest.mark.parametrize("later", ["127.0.0.1", "169.254.169.254", "192.168.0.1"])
async def test_a_name_that_leads_elsewhere_the_next_time_is_vetted_anew(server, monkeypatch, later):
    server.routes["/"] = answer(200, b"x")
    internet, names = Internet(monkeypatch, server.port), Names(feed_example=[[PUBLIC], [PUBLIC], [later]])
    async with make_fetcher(NOWHERE, resolver=names) as fetcher:
        await fetcher.get("http://feed.example/")
        with pytest.raises(AddressRefusedError):
            await fetcher.get("http://feed.example/")
    assert internet.connected == [PUBLIC, PUBLIC]
    assert (server.paths, names.asked["feed.example"]) == (["/"], 3)


async def test_a_connection_goes_to_the_address_that_was_vetted_without_another_look_up(server, monkeypatch):
    server.routes["/"] = answer(200, b"x")
    internet, names = Internet(monkeypatch, server.port), Names(feed_example=[[PUBLIC], [OTHER_PUBLIC], ["127.0.0.1"]])
    async with make_fetcher(NOWHERE, resolver=names) as fetcher:
        await fetcher.get("http://feed.example/")
    # One look-up and one connection for robots.txt, one of each for the address.
    assert internet.connected == [PUBLIC, OTHER_PUBLIC]
    assert names.asked["feed.example"] == 2


async def test_a_redirect_to_a_name_on_a_private_network_is_refused(server, monkeypatch):
    server.routes["/a"] = redirect(301, "http://intern.example/")
    internet = Internet(monkeypatch, server.port)
    names = Names(feed_example=[[PUBLIC]], intern_example=[["192.168.0.10"]])
    async with make_fetcher(NOWHERE, resolver=names) as fetcher:
        with pytest.raises(AddressRefusedError):
            await fetcher.get("http://feed.example/a")
    assert (server.paths, set(internet.connected)) == (["/a"], {PUBLIC})


@pytest.mark.parametrize("name", ["localhost.", "localhost.localdomain", "intern.example"])
async def test_only_the_name_localhost_is_ever_named(server, monkeypatch, name):
    internet, port = Internet(monkeypatch, server.port), server.port
    names = Names()
    names.answers[name] = [["127.0.0.1"]]
    source = make_source(f"http://{name}:{port}/")
    assert named_private(source.url) is None
    async with make_fetcher(frozenset({f"localhost:{port}"}), resolver=names) as fetcher:
        with pytest.raises(AddressRefusedError):
            await fetcher.get(source.url)
    assert internet.connected == []


async def test_a_named_localhost_leads_to_loopback_and_nowhere_else(server, monkeypatch):
    server.routes["/"] = answer(200, b"x")
    internet, named = Internet(monkeypatch, server.port), frozenset({"localhost:8000"})
    names = Names(localhost=[["169.254.169.254", "10.0.0.1", "127.0.0.1"]])
    async with make_fetcher(named, resolver=names) as fetcher:
        assert (await fetcher.get("http://localhost:8000/")).body == b"x"
        with pytest.raises(AddressRefusedError):
            await fetcher.get("http://localhost:8001/")
    assert set(internet.connected) == {"127.0.0.1"}


async def test_the_machines_own_resolver_is_vetted_too(server):
    server.routes["/"] = answer(200, b"x")
    async with make_fetcher(NOWHERE) as fetcher:
        with pytest.raises(AddressRefusedError):
            await fetcher.get(f"http://localhost:{server.port}/")
    assert server.asked == []
    async with make_fetcher(frozenset({f"localhost:{server.port}"})) as fetcher:
        assert (await fetcher.get(f"http://localhost:{server.port}/")).body == b"x"


async def test_no_proxy_of_the_surroundings_comes_between(server, second_server, tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login jan password geheim\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, second_server.url)
    server.routes["/"] = answer(200, b"x")
    async with make_fetcher() as fetcher:
        assert (await fetcher.get(server.url + "/")).body == b"x"
    assert second_server.asked == []
    assert "authorization" not in server.asked[0][1]


# A private host is bound, by host and port, to the source that names it


@pytest.fixture
async def intern(server, second_server):
    """A fetcher of a wijk in which one source names `server` and another names `second_server`."""
    second_server.routes["/"] = answer(200, b"secret")
    second_server.routes["/robots.txt"] = answer(200, b"User-agent: *\nDisallow: /")
    async with make_fetcher(frozenset({host_and_port(server), host_and_port(second_server)})) as fetcher:
        yield fetcher


async def ask(fetcher: Fetcher, server: Server, source, collector):
    named = frozenset({host_and_port(server)})
    return await visit(source, collector, fresh(source), fetcher, CADENCE, bounds(named=named), wall_clock=lambda: NOW)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_does_not_reach_what_another_source_names(server, second_server, intern, status):
    server.routes["/feed"] = redirect(status, second_server.url + "/")
    outcome = await ask(intern, server, make_source(server.url + "/feed"), rss)
    assert [fault.code for fault in outcome.harvest.faults] == ["address_refused"]
    assert outcome.polling.url == server.url + "/feed"
    assert (server.paths, second_server.asked) == (["/feed"], [])


async def test_a_next_page_does_not_reach_what_another_source_names(server, second_server, intern):
    link = f'Link: <{second_server.url}/api/v1/timelines/tag/w?limit=40&max_id=1>; rel="next"'
    post = b'[{"id": "9", "uri": "u", "content": "Brand", "created_at": "2026-07-15T10:00:00Z", "visibility": "public", "account": {"id": "1", "acct": "a"}}]'
    server.otherwise = answer(200, post, link)
    source = make_source(server.url + "/api/v1/timelines/tag/w", collector="mastodon", type="social", organisation=None)
    outcome = await ask(intern, server, source, mastodon)
    assert [fault.code for fault in outcome.harvest.faults] == ["foreign_page"]
    assert (len(outcome.harvest.items), len(server.asked), second_server.asked) == (1, 1, [])


async def test_a_redirect_of_robots_txt_does_not_reach_what_another_source_names(server, second_server, intern):
    server.routes |= {
        "/robots.txt": redirect(302, second_server.url + "/robots.txt"),
        "/feed": answer(200, b"<rss><channel><title>t</title></channel></rss>"),
    }
    outcome = await ask(intern, server, make_source(server.url + "/feed"), rss)
    assert outcome.polling.state != "blocked"
    assert (server.paths, second_server.asked) == (["/robots.txt", "/feed"], [])


async def test_each_source_reaches_what_it_names_itself(server, second_server, intern):
    second_server.routes |= {"/robots.txt": answer(404), "/": answer(200, b"<rss><channel><title>t</title></channel></rss>")}  # fmt: skip
    outcome = await ask(intern, second_server, make_source(second_server.url + "/"), rss)
    assert outcome.harvest.faults == ()
    assert second_server.paths == ["/robots.txt", "/"]


async def test_a_permission_does_not_pass_on_through_a_connection_that_is_kept(server, second_server):
    body = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"

    async def keeps_open(writer):
        writer.write(body)
        await writer.drain()
        await asyncio.sleep(0.2)

    server.routes["/"] = keeps_open
    second_server.routes["/away"] = redirect(302, server.url + "/")
    here, there = frozenset({host_and_port(server)}), frozenset({host_and_port(second_server)})
    async with make_fetcher(here | there) as fetcher:
        await fetcher.get(server.url + "/", named=here)
        with pytest.raises(AddressRefusedError):
            await fetcher.get(second_server.url + "/away", named=there)
    assert server.paths == ["/"]


async def test_a_form_is_not_sent_to_a_private_host_that_is_not_named(server):
    async with make_fetcher(NOWHERE) as fetcher:
        with pytest.raises(AddressRefusedError):
            await fetcher.post(server.url + "/hub", {"a": "b"})
    assert server.asked == []


async def test_the_same_holds_under_uvloop_in_which_real_rounds_run():

    async def attack():
        async with running() as server:
            server.routes["/"] = answer(200, b"secret")
            for host in LOOPBACKS:
                async with make_fetcher(NOWHERE) as fetcher:
                    with pytest.raises(CollectError):
                        await fetcher.get(f"http://{host}:{server.port}/")
            return server.asked

    def run():
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(attack())

    assert await asyncio.to_thread(run) == []
