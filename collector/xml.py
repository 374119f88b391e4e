"""XML from strangers, read safely: no document type, so no entities of its own, and nothing fetched."""

from __future__ import annotations

from lxml import etree

from collector.reading import require_data
from wijkblik.errors import ParseError


def safe_xml(body: bytes) -> etree._Element:
    """The root element of a body (XML 1.0, namespaces), comments and processing instructions left out.

    Raises ParseError, code `empty`, `html` or `not_xml`, and nothing else. A document type declaration is refused:
    no format that is read here needs one, and entities that grow or lead elsewhere are declared in it.
    libxml2 itself limits depth (256) and how far entities may grow before that is seen.
    """
    require_data(body)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError("the body is no XML", code="not_xml") from error
    if root.getroottree().docinfo.doctype:
        raise ParseError("XML with a document type is not read", code="not_xml")
    return root


def local(element: etree._Element) -> str:
    """An element's name without its namespace, which servers write in several versions."""
    name: str = element.tag
    return name.rpartition("}")[2]


def child_text(element: etree._Element, name: str) -> str:
    """The text right in the first child of that name, whatever its namespace; nothing if there is none.

    >>> child_text(safe_xml(b'<a xmlns:c="urn:x"><c:b> tekst </c:b></a>'), "b")
    'tekst'
    """
    found = next((child for child in element if local(child) == name), None)
    text: str = "" if found is None else found.text or ""
    return text.strip()
