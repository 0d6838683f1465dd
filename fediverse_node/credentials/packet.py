"""The XMP packet of a picture: how it was made, and where to ask what may be done with it.

A file is copied and kept for years, and its author's decision can change in a minute. So the file itself
never says yes, and never says a plain no to what was allowed: it says that mining and training are
prohibited except as the author's decision in force says, and where that is asked. This stays true whatever
is decided, so the bytes stay the same, and with them the hash that receipts name.

Sources: XMP (ISO 16684-1), IPTC Photo Metadata Standard (`DigitalSourceType`), PLUS LDF (`DataMining`,
`OtherConstraints`).
"""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

#: PLUS's term for “prohibited, unless what is written beside it allows it”.
DATA_MINING: Final = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-SEECONSTRAINT"
_NAMESPACES: Final = (
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" '
    'xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"'
)


def constraint(address: str, terms: str) -> str:
    """The sentence that says who is asked.

    Args:
        address: of the picture.
        terms: of the text on training.
    """
    return (
        "Data mining and AI training only as the author's decision in force allows it. "
        f"{address} answers with that decision in its Content-Usage header; no answer is a no. Terms: {terms}"
    )


def packet(*, address: str, terms: str, source: str | None, tool: str | None) -> bytes:
    """The packet of the picture at *address*.

    Args:
        address: of the picture.
        terms: the address of the text on training.
        source: the IPTC term for how it was made; None where nobody said that a model had a part.
        tool: what it was made with.
    """
    how = f" Iptc4xmpExt:DigitalSourceType={quoteattr(source)}" if source else ""
    # AISystemUsed: IPTC Photo Metadata 2025.1.
    system = f"<Iptc4xmpExt:AISystemUsed>{escape(tool)}</Iptc4xmpExt:AISystemUsed>" if source and tool else ""
    text = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {_NAMESPACES}{how} plus:DataMining="{DATA_MINING}"'
        f" xmpRights:WebStatement={quoteattr(terms)}>"
        f"{system}"
        '<plus:OtherConstraints><rdf:Alt><rdf:li xml:lang="x-default">'
        f"{escape(constraint(address, terms))}"
        "</rdf:li></rdf:Alt></plus:OtherConstraints>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )
    return text.encode()
