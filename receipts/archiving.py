"""What a PDF for long archiving (PDF/A-3a) has besides its pages: the document's data as a file, and two claims. Pure.

A PDF that keeps two standards names the second in its metadata, and explains that name to programs that know only the
first (ISO 19005-3, 6.6.2.3.3; ISO 14289-1, 5).
"""

from dataclasses import fields

from receipts.receipt import Draft, Receipt
from receipts.sheets import Document

ARCHIVE_VARIANT, USUAL_VARIANT = "pdf/a-3a", "pdf/ua-1"
ATTACHED_AS = "What this document says, for programs"

_ALSO_UA = b"""<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1" />\
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"\
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"\
 rdf:about=""><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
_END = b"</rdf:RDF>"


def with_ua_claim(metadata: bytes) -> bytes:
    """The metadata of a PDF/A with the claim that it is PDF/UA-1 as well."""
    if metadata.count(_END) != 1:
        raise ValueError("the metadata does not end as expected")
    return metadata.replace(_END, _ALSO_UA + _END)


def snapshot_of(document: Document) -> str:
    """The JSON that is kept of a document, from which it is printed."""
    if not isinstance(document, Receipt):
        return document.snapshot()
    names = [field.name for field in fields(Draft) if field.name != "gift_id"]
    return Draft(gift_id="", **{name: getattr(document, name) for name in names}).snapshot(
        document.number, document.issued_on
    )
