"""The same decision, in the words of each channel. One renderer each; none of them decides.

Sources: AIPREF vocabulary and attachment drafts (`Content-Usage`), W3C TDM Reservation Protocol
(`tdm-reservation`, `tdm-policy`), the `noai` directives that image sites introduced, FEP-5e53
(`xRobotsTag`).

AIPREF combines by “any `n` wins”, so a site-wide `Content-Usage: train-ai=n` in robots.txt would
cancel every yes below. Text that was allowed says nothing of `noai`: there is no “yes” in that language.
"""

from __future__ import annotations

from typing import Protocol

from fediverse_node.consent.model import Decision

_NO_AI = "noai, noimageai"


class TermsAddress(Protocol):
    """Whatever knows where the terms are served (`actors.addresses.Addresses` does)."""

    @property
    def terms(self) -> str:
        """The address of the terms text."""


def content_usage(decision: Decision) -> str:
    """The AIPREF statement: an RFC 9651 dictionary, the same in header and object."""
    return "train-ai=y" if decision.train_ai else "train-ai=n"


def headers(decision: Decision, addresses: TermsAddress) -> dict[str, str]:
    """HTTP headers of an answer that carries the post, in whatever media type."""
    usage = {"Content-Usage": content_usage(decision)}
    if decision.train_ai:
        return {**usage, "tdm-reservation": "0"}
    return {**usage, "tdm-reservation": "1", "tdm-policy": addresses.terms, "X-Robots-Tag": _NO_AI}


def html_meta(decision: Decision, addresses: TermsAddress) -> list[tuple[str, str]]:
    """`(name, content)` of the `<meta>` elements of a page about the post.

    TDMRep lets the page override the header, so the page says the policy again.
    """
    if decision.train_ai:
        return [("tdm-reservation", "0")]
    return [("robots", _NO_AI), ("tdm-reservation", "1"), ("tdm-policy", addresses.terms)]


def object_terms(decision: Decision) -> dict[str, str]:
    """Properties of the ActivityStreams object."""
    usage = {"contentUsage": content_usage(decision)}
    return usage if decision.train_ai else {**usage, "xRobotsTag": _NO_AI}
