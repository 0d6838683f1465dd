"""The same decision, in the words of each channel. One renderer each; none of them decides.

Sources: AIPREF vocabulary and attachment drafts (`Content-Usage`), W3C TDM Reservation Protocol
(`tdm-reservation`, `tdm-policy`, and its policies in ODRL), the `noai` directives that image sites
introduced, FEP-5e53 (`xRobotsTag`), Really Simple Licensing 1.0.

AIPREF combines by “any `n` wins”, so a site-wide `Content-Usage: train-ai=n` in robots.txt would
cancel every yes below. Text that was allowed says nothing of `noai`: there is no “yes” in that language.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol
from xml.sax.saxutils import escape, quoteattr

from fediverse_node.consent.model import Decision

_NO_AI = "noai, noimageai"


#: Of a file in the words of Really Simple Licensing.
RSL_TYPE = "application/rsl+xml"
#: What a TDM policy is written in (the TDMRep report, “Expressing a TDM Policy”).
_ODRL = ["http://www.w3.org/ns/odrl.jsonld", "http://www.w3.org/ns/tdmrep.jsonld"]
_TDMREP = "http://www.w3.org/ns/tdmrep"


class TermsAddress(Protocol):
    """Whatever knows where the terms are served (`actors.addresses.Addresses` does)."""

    @property
    def origin(self) -> str:
        """Scheme, host and port of the server."""

    @property
    def terms(self) -> str:
        """The address of the terms text."""

    def receipt(self, seq: int) -> str:
        """The address of a receipt."""


def content_usage(decision: Decision) -> str:
    """The AIPREF statement: an RFC 9651 dictionary, the same in header and object."""
    return "train-ai=y" if decision.train_ai else "train-ai=n"


def headers(decision: Decision, addresses: TermsAddress) -> dict[str, str]:
    """HTTP headers of an answer that carries the post, in whatever media type."""
    usage = {"Content-Usage": content_usage(decision)}
    if decision.train_ai:
        return {**usage, "tdm-reservation": "0", **_described(decision, addresses)}
    return {**usage, "tdm-reservation": "1", "tdm-policy": addresses.terms, "X-Robots-Tag": _NO_AI}


def html_meta(decision: Decision, addresses: TermsAddress) -> list[tuple[str, str]]:
    """`(name, content)` of the `<meta>` elements of a page about the post.

    TDMRep lets the page override the header, so the page says the policy again.
    """
    if decision.train_ai:
        return [("tdm-reservation", "0")]
    return [("robots", _NO_AI), ("tdm-reservation", "1"), ("tdm-policy", addresses.terms)]


def object_terms(decision: Decision, addresses: TermsAddress) -> dict[str, str]:
    """Properties of the ActivityStreams object. A yes names its receipt (`usageConsent`).

    The receipt names each use; of those, AIPREF has a word for training alone.
    """
    usage = {"contentUsage": content_usage(decision)}
    if not decision.train_ai:
        usage["xRobotsTag"] = _NO_AI
    return (
        usage if decision.receipt is None else {**usage, "usageConsent": addresses.receipt(decision.receipt)}
    )


def _described(decision: Decision, addresses: TermsAddress) -> dict[str, str]:
    if decision.receipt is None:
        return {}
    return {"Link": f'<{addresses.receipt(decision.receipt)}>; rel="describedby"'}


def tdm_policy(addresses: TermsAddress, *, name: str, contact: str) -> dict[str, Any]:
    """The TDMRep policy, an ODRL offer: mining needs consent, and who gives it is each author.

    Args:
        addresses: where this server and its terms are.
        name: what the server is called.
        contact: how to reach whoever runs it; left out when empty.
    """
    page = contact.startswith(("https://", "http://"))
    reach = {"vcard:hasURL": contact} if page else {"vcard:hasEmail": f"mailto:{contact}"}
    return {
        "@context": _ODRL,
        "@type": "Offer",
        "profile": _TDMREP,
        "uid": addresses.terms,
        "assigner": {"uid": addresses.origin, "vcard:fn": name, **(reach if contact else {})},
        "permission": [
            {"target": addresses.origin, "action": "tdm:mine", "duty": [{"action": "obtainConsent"}]}
        ],
    }


def rights(decision: Decision, addresses: TermsAddress) -> str:
    """What an item of a feed says of itself: the AIPREF statement first, then where it comes from."""
    proof = "" if decision.receipt is None else f"; receipt: {addresses.receipt(decision.receipt)}"
    return f"Content-Usage: {content_usage(decision)}; terms: {addresses.terms}{proof}"


def rsl(allowed: Iterable[tuple[str, Decision]], addresses: TermsAddress) -> str:
    """What holds for the whole server, and the exceptions from it, in the words of RSL 1.0.

    Args:
        allowed: patterns of paths, as in robots.txt, and what is said of each.
        addresses: where the terms are.
    """
    found = [("/", Decision()), *allowed]
    body = "".join(_rsl_content(pattern, decision, addresses) for pattern, decision in found)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rsl xmlns="https://rslstandard.org/rsl">\n{body}</rsl>\n'
    )


def _rsl_content(pattern: str, decision: Decision, addresses: TermsAddress) -> str:
    said = {"ai-train": decision.train_ai, "ai-input": decision.ai_input}
    # What is not named as permitted is not, either.
    permitted = " ".join(["search", *(use for use, yes in said.items() if yes)])
    prohibited = " ".join(use for use, yes in said.items() if not yes)
    refusal = f'<prohibits type="usage">{prohibited}</prohibits>' if prohibited else ""
    return (
        f"<content url={quoteattr(pattern)}><terms>{escape(addresses.terms)}</terms>"
        f'<license><permits type="usage">{permitted}</permits>{refusal}</license></content>\n'
    )
