"""Pages that are only text: the terms of training use, the terms of our namespace, errors."""

from __future__ import annotations

import re

from aiohttp import web
from markupsafe import Markup

from fediverse_node.activitystreams.write import ai_terms, dump
from fediverse_node.consent import channels, terms
from fediverse_node.consent.model import Decision
from fediverse_node.kernel.markup import render_markdown
from fediverse_node.web.caching import VARY, Document, headers, respond
from fediverse_node.web.keys import ADDRESSES, NODE
from fediverse_node.web.pages.rendering import HTML, Head, html, language, page

_HEADING = re.compile(r"^## (.+)\n", re.MULTILINE)
_TITLE = re.compile(r"^# (.+)\n")
#: A line end within a paragraph: the text is wrapped for editors, not for readers.
_WRAP = re.compile(r"(?<!\n)\n(?![\n-])")

#: What our own terms mean, for people.
_MEANINGS = {
    "digitalSourceType": "Where the text came from, as a term of the IPTC vocabulary.",
    "license": "The licence of the text, where its author chose one.",
    "aiDisclosure": "human-only, ai-assisted (AI was used and a person reviewed the result) or "
    "ai-autonomous. Absent: nothing is known.",
    "aiTools": "The models that took part, in order.",
    "aiProvider": "Who runs the model.",
    "aiAction": "What the model did: draft, rewrite, shorten or translate.",
    "humanReviewed": "Whether a person read and approved the text before it was published.",
    "contentUsage": "The author's decision about training, as AIPREF writes it: train-ai=y or train-ai=n.",
    "usageConsent": "The address of the receipt of a yes.",
    "xRobotsTag": "The same decision for crawlers that know only noai (FEP-5e53).",
}


async def tdm_policy(request: web.Request) -> web.Response:
    """`/terms/training` for machines: what miners of text and data are offered (W3C TDMRep)."""
    instance, addresses = request.app[NODE].config.instance, request.app[ADDRESSES]
    policy = channels.tdm_policy(addresses, name=instance.name, contact=instance.contact)
    return respond(
        request,
        Document(
            body=dump(policy),
            content_type="application/ld+json",
            headers=headers(vary=f"{VARY}, Accept-Language", more=channels.headers(Decision(), addresses)),
        ),
    )


async def training_terms(request: web.Request) -> web.Response:
    """`/terms/training`: what an author agrees to. The text that consent receipts name by its hash."""
    words, text = language(request), terms.CURRENT.text
    title = _TITLE.match(text)
    # Text, heading, text, heading, text …
    first, *rest = _HEADING.split(_TITLE.sub("", text))
    sections = [("", _html(first)), *((rest[i], _html(rest[i + 1])) for i in range(0, len(rest), 2))]
    heading = title[1] if title else words.training_terms
    head = Head(title=heading, canonical=request.app[ADDRESSES].terms)
    return respond(
        request,
        page(
            request,
            "text.html",
            head,
            heading=heading,
            lead=words.terms_note,
            sections=sections,
            terms=[],
        ),
    )


async def namespace(request: web.Request) -> web.Response:
    """`/ns/ai-provenance` for people."""
    words, addresses = language(request), request.app[ADDRESSES]
    found = ai_terms(addresses.origin)
    meanings = [(name, meaning, _address(found[name], found)) for name, meaning in _MEANINGS.items()]
    head = Head(title=words.ns_title, canonical=addresses.namespace.removesuffix("#"))
    return respond(
        request,
        page(
            request,
            "text.html",
            head,
            heading=words.ns_title,
            lead=words.ns_text,
            sections=[],
            terms=meanings,
        ),
    )


def error(request: web.Request, status: int, text: str) -> web.Response:
    """What a person sees instead of the page they asked for.

    In the words of the error where it has words of its own and they are in the reader's language.
    """
    words = language(request)
    own = words.error_texts.get(status)
    document = Document(
        status=status,
        body=html(
            request,
            "error.html",
            Head(title=words.error_titles.get(status, words.error_titles[500]), indexable=False),
            status=status,
            heading=words.error_titles.get(status, words.error_titles[500]),
            text=own or text,
        ).encode(),
        content_type=HTML,
        headers={"Vary": "Accept, Accept-Language", "Cache-Control": "no-store"},
    )
    return respond(request, document)


def _html(source: str) -> Markup:
    rendered = render_markdown(_WRAP.sub(" ", source), mentions={}, hashtag_url=lambda name: f"/tags/{name}")
    return Markup(rendered.html)  # noqa: S704 our own text, sanitised


def _address(value: object, known: dict[str, object]) -> str:
    """The full address of a term's definition."""
    text = str(value["@id"] if isinstance(value, dict) else value)
    prefix, colon, rest = text.partition(":")
    return f"{known[prefix]}{rest}" if colon and prefix in known else text
