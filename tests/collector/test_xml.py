import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.xml import child_text, local, safe_xml
from wijkblik.errors import ParseError

LAUGHS = (
    '<!DOCTYPE r [<!ENTITY a0 "lollollollol">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
HOSTILE = {
    "billion laughs": (LAUGHS + "<r>&a9;</r>").encode(),
    "billion laughs in an attribute": (LAUGHS + "<r x='&a9;'/>").encode(),
    "billion laughs in UTF-16": (LAUGHS + "<r x='&a9;'/>").encode("utf-16"),
    "quadratic entity": b'<!DOCTYPE r [<!ENTITY a "%s">]><r>%s</r>' % (b"a" * 20_000, b"<b x='&a;'/>" * 5_000),
    "external entity": b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]><r>&a;</r>',
    "external document type": b'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/r.dtd"><r/>',
    "harmless document type": b"<!DOCTYPE r><r/>",
    "too deep": b"<a>" * 100_000,
    "undeclared entity": b"<r>&nbsp;</r>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused_at_once_and_in_little_memory(name):
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(ParseError) as caught:
        safe_xml(HOSTILE[name])
    assert caught.value.code == "not_xml"
    assert time.perf_counter() - started < 2
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"", "empty"), (b" \n", "empty"), (b"<!doctype html><p>", "html"), (b'{"a": 1}', "not_xml"), (b"<r>", "not_xml")],
)
def test_what_is_no_xml_says_so(body, code):
    with pytest.raises(ParseError) as caught:
        safe_xml(body)
    assert caught.value.code == code


def test_names_are_read_without_namespaces_and_comments_are_gone():
    root = safe_xml(b'<c:r xmlns:c="urn:x"><!-- <b>a</b> --><?p i?><c:b>1</c:b><b> twee </b><d/></c:r>')
    assert [local(child) for child in root] == ["b", "b", "d"]
    assert (child_text(root, "b"), child_text(root, "d"), child_text(root, "e")) == ("1", "", "")


@given(st.binary() | st.binary().map(lambda data: b"<r>" + data + b"</r>"))
def test_any_bytes_give_an_element_or_a_parse_error(body):
    try:
        root = safe_xml(body)
    except ParseError as error:
        assert error.code in {"empty", "html", "not_xml"}
    else:
        assert local(root)
